/* SPDX-License-Identifier: MIT */
#include "server_parts.h"

#include "negotiate.h"
#include "page.h"

#include "gzip.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Answers are compressed while somebody waits, the page once. */
enum { GZIP_LEVEL = 5, PAGE_GZIP_LEVEL = 9 };

static void add_headers(struct MHD_Response *response, const char *type, const char *cache)
{
    MHD_add_response_header(response, "Access-Control-Allow-Origin", "*");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Cache-Control", cache);
    if (type != NULL)
        MHD_add_response_header(response, "Content-Type", type);
    if (tw_type_is_text(type))
        MHD_add_response_header(response, "Vary", "Accept-Encoding");
}

static enum MHD_Result queue(struct request *request, unsigned int code, struct MHD_Response *response)
{
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_queue_response(request->connection, code, response);
    tw_connection_waits(request->server->connections, tw_kept_connection(request->connection));
    MHD_destroy_response(response);
    return result;
}

static const char *header_of(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

static bool accepts_gzip(const struct request *request)
{
    return tw_accepts_gzip(header_of(request, MHD_HTTP_HEADER_ACCEPT_ENCODING));
}

/* The text compressed; NULL when it is sent as it is. */
static struct MHD_Response *pack_text(const struct request *request, const char *type, const char *text)
{
    struct tw_text packed = {0};
    struct MHD_Response *response = NULL;
    size_t size = strlen(text);
    if (size >= TW_LEAST_GZIPPED && tw_type_is_text(type) && accepts_gzip(request) &&
        tw_gzip(text, size, GZIP_LEVEL, &packed))
        response = MHD_create_response_from_buffer(packed.length, (void *)tw_text_get(&packed),
                                                   MHD_RESPMEM_MUST_COPY);
    if (response != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    tw_text_free(&packed);
    return response;
}

enum MHD_Result tw_reply_text(struct request *request, unsigned int code, const char *type, const char *text)
{
    struct MHD_Response *response = pack_text(request, type, text);
    if (response == NULL)
        response = MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_MUST_COPY);
    if (response != NULL)
        add_headers(response, type, "no-store");
    if (response != NULL && code == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, "Allow", "GET, HEAD");
    if (response != NULL && code == MHD_HTTP_SERVICE_UNAVAILABLE)
        MHD_add_response_header(response, "Retry-After", "1");
    return queue(request, code, response);
}

enum MHD_Result tw_reply_json(struct request *request, unsigned int code, json_t *root, size_t flags)
{
    char *text = root != NULL ? json_dumps(root, flags) : NULL;
    enum MHD_Result result = text != NULL ? tw_reply_text(request, code, "application/json", text) : MHD_NO;
    free(text);
    json_decref(root);
    return result;
}

json_t *tw_text_to_json(const char *text)
{
    json_t *string = json_string(text);
    char *plain = string == NULL ? strdup(text) : NULL;
    for (char *at = plain; at != NULL && *at != '\0'; at++)
        *at = (unsigned char)*at < 0x80 ? *at : '?';
    if (plain != NULL)
        string = json_string(plain);
    free(plain);
    return string;
}

enum MHD_Result tw_reply_error(struct request *request, unsigned int code, const char *format, ...)
{
    struct tw_text message = {0};
    va_list arguments;
    va_start(arguments, format);
    tw_text_vprintf(&message, format, arguments);
    va_end(arguments);
    enum MHD_Result result =
        tw_reply_json(request, code, json_pack("{s:o}", "error", tw_text_to_json(tw_text_get(&message))), 0);
    tw_text_free(&message);
    return result;
}

enum MHD_Result tw_reply_problems(struct request *request, const struct tw_problems *problems)
{
    const char *text = tw_text_get(&problems->text);
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '\n')
        length--;
    return tw_reply_error(request, MHD_HTTP_BAD_REQUEST, "%.*s", (int)length, text);
}

static void release(void *blob)
{
    tw_blob_release(blob);
}

static struct MHD_Response *respond_with(struct tw_blob *blob, size_t first, size_t length)
{
    return MHD_create_response_from_buffer_with_free_callback_cls(length, blob->bytes + first, release,
                                                                  tw_blob_keep(blob));
}

static struct MHD_Response *respond_with_nothing(void)
{
    return MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT);
}

/* What is sent of the blob: all of it, a part, or nothing. */
static struct MHD_Response *respond(const struct request *request, struct tw_blob *blob, unsigned int *code)
{
    const char *if_range = header_of(request, MHD_HTTP_HEADER_IF_RANGE);
    bool is_ranged = if_range == NULL || strcmp(if_range, blob->etag) == 0;
    size_t first = 0, length = blob->size;
    char text[80];
    *code = MHD_HTTP_NOT_MODIFIED;
    if (tw_etag_is_among(header_of(request, MHD_HTTP_HEADER_IF_NONE_MATCH), blob->etag))
        return respond_with_nothing();
    *code = MHD_HTTP_OK;
    enum tw_range_answer range =
        is_ranged ? tw_range_of(header_of(request, MHD_HTTP_HEADER_RANGE), blob->size, &first, &length)
                  : TW_RANGE_ALL;
    if (range == TW_RANGE_ALL)
        return respond_with(blob, 0, blob->size);
    *code = range == TW_RANGE_PART ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_RANGE_NOT_SATISFIABLE;
    if (range == TW_RANGE_PART)
        snprintf(text, sizeof(text), "bytes %zu-%zu/%zu", first, first + length - 1, blob->size);
    else
        snprintf(text, sizeof(text), "bytes */%zu", blob->size);
    struct MHD_Response *response =
        range == TW_RANGE_PART ? respond_with(blob, first, length) : respond_with_nothing();
    if (response != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_RANGE, text);
    return response;
}

/* A part is always one of the plain bytes. */
static struct tw_blob *choose(const struct request *request, struct tw_blob *blob, int level)
{
    bool is_packed = header_of(request, MHD_HTTP_HEADER_RANGE) == NULL && accepts_gzip(request);
    struct tw_blob *packed = is_packed ? tw_blob_gzipped(blob, level) : NULL;
    return packed != NULL ? packed : blob;
}

static struct MHD_Response *respond_to(const struct request *request, struct tw_blob *blob, int level,
                                       unsigned int *code)
{
    struct tw_blob *chosen = choose(request, blob, level);
    struct MHD_Response *response = respond(request, chosen, code);
    if (response == NULL)
        return NULL;
    MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, chosen->etag);
    MHD_add_response_header(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
    if (chosen != blob && *code == MHD_HTTP_OK)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
    return response;
}

enum MHD_Result tw_reply_blob(struct request *request, struct tw_blob *blob, const char *cache)
{
    unsigned int code;
    struct MHD_Response *response = respond_to(request, blob, GZIP_LEVEL, &code);
    if (response == NULL)
        return MHD_NO;
    add_headers(response, blob->content_type, cache);
    return queue(request, code, response);
}

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"},
                                           {".css", "text/css; charset=utf-8"},
                                           {".svg", "image/svg+xml"},
                                           {".txt", "text/plain; charset=utf-8"}};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strlen(name) > strlen(types[i][0]) &&
            strcmp(name + strlen(name) - strlen(types[i][0]), types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}

/* A file of the page as a blob, made when it is asked for first: lives as long as the server. */
static struct tw_blob *page_blob(struct tw_server *server, size_t index)
{
    const struct tw_page *file = &tw_page_files[index];
    struct tw_blob *none = NULL, *known = atomic_load(&server->page[index]);
    if (known != NULL)
        return known;
    struct tw_blob *made = tw_blob_new(file->text, file->size, type_of(file->name));
    if (made == NULL || atomic_compare_exchange_strong(&server->page[index], &none, made))
        return made;
    tw_blob_release(made); /* another thread was faster */
    return none;
}

static size_t find_file(const char *name)
{
    size_t index = 0;
    while (index < tw_num_page_files && strcmp(tw_page_files[index].name, name) != 0)
        index++;
    return index;
}

enum MHD_Result tw_reply_file(struct request *request, const char *name)
{
    static const char policy[] =
        "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'";
    size_t index = find_file(name);
    unsigned int code;
    if (index == tw_num_page_files)
        return tw_reply_error(request, MHD_HTTP_NOT_FOUND, "no such page");
    struct tw_blob *blob = page_blob(request->server, index);
    struct MHD_Response *response = blob != NULL ? respond_to(request, blob, PAGE_GZIP_LEVEL, &code) : NULL;
    if (response == NULL)
        return MHD_NO;
    add_headers(response, blob->content_type, "no-cache");
    MHD_add_response_header(response, "Content-Security-Policy", policy);
    return queue(request, code, response);
}
