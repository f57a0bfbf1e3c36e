/* Multipart uploads. One that is not completed keeps its pieces on the server, unseen, and paid for: it is
 * taken back when a piece fails, and when the next one finds it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bucket_s3.h"
#include "bucket_sign.h"

#include <string.h>

static void take_back(struct tw_bucket *bucket, const char *path, const char *id)
{
    struct tw_text query = {0};
    struct tw_error ignored;
    struct tw_http_answer answer = {0};
    tw_text_printf(&query, "uploadId=%s", id);
    const struct tw_ask ask = {
        .method = "DELETE", .path = path, .query = tw_text_get(&query), .verb = "remove"};
    tw_bucket_ask(bucket, &ask, &answer, &ignored);
    tw_text_free(&answer.body);
    tw_text_free(&query);
}

/* What a program that was killed has left of this very file, and uploads of our own whose beginning was asked
 * for again as the answer was lost. A server that cannot list such is no reason to stop. */
static void take_back_others(struct tw_bucket_upload *upload)
{
    struct tw_text query = {0}, key = {0}, id = {0};
    const char *prefix = upload->bucket->place.prefix;
    tw_text_printf(&key, "%s%s%s", prefix, prefix[0] != '\0' && upload->path[0] != '\0' ? "/" : "",
                   upload->path);
    tw_text_add(&query, "prefix=");
    tw_text_add_encoded(&query, tw_text_get(&key), false);
    tw_text_add(&query, "&uploads=");
    const struct tw_ask ask = {.method = "GET", .query = tw_text_get(&query), .verb = "list"};
    struct tw_http_answer answer = {0};
    struct tw_error ignored;
    enum tw_status status = tw_bucket_ask(upload->bucket, &ask, &answer, &ignored);
    for (const char *at = tw_text_get(&answer.body); status == TW_OK && (at = strstr(at, "<Upload>")) != NULL;
         at++) {
        const char *end = strstr(at, "</Upload>"), *inside = at;
        const char *name = tw_xml_text(&inside, end, "Key", upload->arena);
        inside = at;
        const char *plain = tw_xml_text(&inside, end, "UploadId", upload->arena);
        if (name == NULL || plain == NULL || strcmp(name, tw_text_get(&key)) != 0)
            continue;
        tw_text_clear(&id);
        tw_text_add_encoded(&id, plain, false);
        if (upload->id != NULL && strcmp(tw_text_get(&id), upload->id) == 0)
            continue;
        take_back(upload->bucket, upload->path, tw_text_get(&id));
    }
    tw_text_free(&answer.body);
    tw_text_free(&query);
    tw_text_free(&key);
    tw_text_free(&id);
}

static enum tw_status begin(struct tw_bucket_upload *upload, const struct tw_bucket_labels *labels,
                            struct tw_error *err)
{
    struct tw_ask ask = {
        .method = "POST", .path = upload->path, .query = "uploads=", .body = "", .verb = "write"};
    struct tw_http_answer answer = {0};
    if (!tw_ask_add_labels(&ask, upload->bucket, labels, upload->arena))
        return tw_error_nomem(err);
    enum tw_status status = tw_bucket_ask(upload->bucket, &ask, &answer, err);
    const char *at = tw_text_get(&answer.body);
    const char *id = status == TW_OK ? tw_xml_text(&at, NULL, "UploadId", upload->arena) : NULL;
    struct tw_text encoded = {0};
    if (id != NULL) {
        tw_text_add_encoded(&encoded, id, false);
        upload->id = tw_arena_strdup(upload->arena, tw_text_get(&encoded));
    } else if (status == TW_OK) {
        status =
            tw_error_set(err, TW_ESTORAGE, "cannot write '%s': the server says %d to an upload in pieces",
                         tw_bucket_name(upload->bucket, upload->path, upload->arena), answer.status);
    }
    tw_text_free(&encoded);
    tw_text_free(&answer.body);
    return status == TW_OK && upload->id == NULL ? tw_error_nomem(err) : status;
}

enum tw_status tw_s3_upload_begin(struct tw_bucket_upload *upload, const struct tw_bucket_labels *labels,
                                  struct tw_error *err)
{
    enum tw_status status = begin(upload, labels, err);
    if (status == TW_OK)
        take_back_others(upload);
    return status;
}

void tw_s3_add_piece_query(const struct tw_bucket_upload *upload, size_t index, struct tw_text *query)
{
    tw_text_printf(query, "partNumber=%zu&uploadId=%s", index + 1, upload->id);
}

bool tw_s3_set_completion(struct tw_bucket_upload *upload, const struct tw_bucket_labels *labels,
                          struct tw_ask *ask, struct tw_text *list)
{
    (void)labels; /* they were told at the beginning */
    tw_text_add(list, "<CompleteMultipartUpload>");
    for (size_t i = 0; i < upload->num_pieces; i++)
        tw_text_printf(list, "<Part><PartNumber>%zu</PartNumber><ETag>%s</ETag></Part>", i + 1,
                       upload->etags[i]);
    tw_text_add(list, "</CompleteMultipartUpload>");
    ask->method = "POST";
    ask->query = tw_arena_printf(upload->arena, "uploadId=%s", upload->id);
    ask->headers[ask->num_headers++] = "content-type: application/xml";
    ask->body = tw_text_get(list);
    ask->size = list->length;
    return ask->query != NULL;
}

void tw_s3_upload_take_back(struct tw_bucket_upload *upload)
{
    take_back(upload->bucket, upload->path, upload->id);
}
