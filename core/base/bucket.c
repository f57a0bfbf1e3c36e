/* SPDX-License-Identifier: MIT */
#include "bucket_language.h"
#include "file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_RETRIES = 10 };
static const double default_delay_s = 0.25;

static double number_of(const char *variable, double most, double otherwise)
{
    const char *text = tw_environment(variable);
    double value;
    return text != NULL && tw_parse_number(text, &value) && value >= 0 && value <= most ? value : otherwise;
}

enum tw_status tw_bucket_open(const char *url, struct tw_bucket **bucket, struct tw_error *err)
{
    struct tw_bucket *opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return tw_error_nomem(err);
    pthread_mutex_init(&opened->lock, NULL);
    opened->arena = tw_arena_new(0);
    opened->http = tw_http_new();
    opened->most_retries = (int)number_of("GDAL_HTTP_MAX_RETRY", 1000, DEFAULT_RETRIES);
    opened->delay_s = number_of("GDAL_HTTP_RETRY_DELAY", 3600, default_delay_s);
    enum tw_status status = opened->arena != NULL && opened->http != NULL
                                ? tw_bucket_place_read(url, opened->arena, &opened->place, err)
                                : tw_error_nomem(err);
    if (status != TW_OK) {
        tw_bucket_close(opened);
        return status;
    }
    memcpy(opened->region, opened->place.region, sizeof(opened->region));
    opened->key = opened->place.key;
    opened->secret = opened->place.secret;
    opened->token = opened->place.token;
    opened->expires = opened->place.expires;
    *bucket = opened;
    return TW_OK;
}

void tw_bucket_close(struct tw_bucket *bucket)
{
    if (bucket == NULL)
        return;
    tw_http_free(bucket->http);
    tw_arena_free(bucket->arena);
    pthread_mutex_destroy(&bucket->lock);
    free(bucket);
}

void tw_bucket_stop(struct tw_bucket *bucket)
{
    atomic_store(&bucket->stops, true);
}

uint64_t tw_bucket_retries(const struct tw_bucket *bucket)
{
    return atomic_load(&bucket->retries);
}

const char *tw_bucket_url(const struct tw_bucket *bucket)
{
    return bucket->place.url;
}

const char *const *tw_bucket_acls(size_t *count)
{
    static const char *const acls[] = {
        "private",       "public-read",       "public-read-write",        "authenticated-read",
        "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control"};
    *count = sizeof(acls) / sizeof(acls[0]);
    return acls;
}

bool tw_bucket_is_cache_control(const char *text)
{
    while (*text >= ' ' && *text <= '~')
        text++;
    return *text == '\0';
}

static const char unknown_type[] = "application/octet-stream";

const char *tw_content_type(const char *path)
{
    static const struct {
        const char *suffix, *type;
    } types[] = {{".png", "image/png"},
                 {".jpg", "image/jpeg"},
                 {".jpeg", "image/jpeg"},
                 {".webp", "image/webp"},
                 {".tif", "image/tiff"},
                 {".tiff", "image/tiff"},
                 {".json", "application/json"},
                 {".geojson", "application/geo+json"},
                 {".xml", "application/xml"},
                 {".html", "text/html; charset=utf-8"},
                 {".js", "text/javascript"},
                 {".css", "text/css"},
                 {".txt", "text/plain"},
                 {".pmtiles", "application/vnd.pmtiles"},
                 {".pbf", "application/x-protobuf"},
                 {".mbtiles", "application/vnd.sqlite3"},
                 {".cdi", "application/xml"}};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (tw_path_has_suffix(path, types[i].suffix))
            return types[i].type;
    return unknown_type;
}

/* Of a file whose name says nothing: what its first bytes are. */
static const char *type_of_bytes(const char *bytes, size_t size)
{
    static const struct {
        const char *begin;
        size_t at, length;
        const char *type;
    } types[] = {{"\x89PNG\r\n\x1a\n", 0, 8, "image/png"},
                 {"\xff\xd8\xff", 0, 3, "image/jpeg"},
                 {"WEBP", 8, 4, "image/webp"},
                 {"{", 0, 1, "application/json"}};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (size >= types[i].at + types[i].length &&
            memcmp(bytes + types[i].at, types[i].begin, types[i].length) == 0)
            return types[i].type;
    return unknown_type;
}

static const char *type_of(const struct tw_bucket *bucket, const struct tw_ask *ask)
{
    const char *type = tw_content_type(ask->path[0] != '\0' ? ask->path : bucket->place.prefix);
    return type == unknown_type ? type_of_bytes(ask->body, ask->size) : type;
}

void tw_ask_add(struct tw_ask *ask, struct tw_arena *arena, const char *name, const char *value)
{
    if (name != NULL && value != NULL && ask->num_headers < TW_ASK_HEADERS)
        ask->headers[ask->num_headers++] = tw_arena_printf(arena, "%s: %s", name, value);
}

bool tw_ask_add_labels(struct tw_ask *ask, const struct tw_bucket *bucket,
                       const struct tw_bucket_labels *labels, struct tw_arena *arena)
{
    static const struct tw_bucket_labels none = {0};
    const struct tw_bucket_language *language = bucket->place.language;
    labels = labels != NULL ? labels : &none;
    tw_ask_add(ask, arena, language->acl, labels->acl);
    tw_ask_add(ask, arena, language->fingerprint, labels->fingerprint);
    tw_ask_add(ask, arena, language->payer, bucket->place.payer);
    tw_ask_add(ask, arena, language->cache_control, labels->cache_control);
    tw_ask_add(ask, arena, language->type, type_of(bucket, ask));
    for (size_t i = 0; i < ask->num_headers; i++)
        if (ask->headers[i] == NULL)
            return false;
    return true;
}

/* What a file that is put whole is told of itself. */
static bool add_put_headers(struct tw_ask *ask, const struct tw_bucket *bucket,
                            const struct tw_bucket_labels *labels, struct tw_arena *arena)
{
    if (bucket->place.language->put != NULL)
        ask->headers[ask->num_headers++] = bucket->place.language->put;
    return tw_ask_add_labels(ask, bucket, labels, arena);
}

enum tw_status tw_bucket_put(struct tw_bucket *bucket, const char *path, const void *bytes, size_t size,
                             const struct tw_bucket_labels *labels, struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_ask ask = {.method = "PUT", .path = path, .body = bytes, .size = size, .verb = "write"};
    struct tw_http_answer answer = {0};
    bool is_ready = arena != NULL && add_put_headers(&ask, bucket, labels, arena);
    enum tw_status status = is_ready ? tw_bucket_ask(bucket, &ask, &answer, err) : tw_error_nomem(err);
    if (status == TW_OK && answer.status >= 300)
        status = tw_error_set(err, TW_ESTORAGE, "cannot write '%s': the server says %d",
                              tw_bucket_name(bucket, path, arena), answer.status);
    tw_text_free(&answer.body);
    tw_arena_free(arena);
    return status;
}

enum tw_status tw_bucket_put_if(struct tw_bucket *bucket, const char *path, const char *text,
                                const char *etag, bool *done, struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_ask ask = {.method = "PUT", .path = path, .body = text, .size = strlen(text), .verb = "write"};
    struct tw_http_answer answer = {0};
    bool is_ready = arena != NULL && add_put_headers(&ask, bucket, NULL, arena);
    if (is_ready)
        tw_ask_add(&ask, arena, etag != NULL ? "if-match" : "if-none-match", etag != NULL ? etag : "*");
    enum tw_status status = is_ready ? tw_bucket_ask(bucket, &ask, &answer, err) : tw_error_nomem(err);
    *done = status == TW_OK && answer.status < 300;
    tw_text_free(&answer.body);
    tw_arena_free(arena);
    if (status != TW_ESTORAGE || answer.status != 501)
        return status;
    *done = true; /* conditions are not known there */
    return tw_bucket_put(bucket, path, text, strlen(text), NULL, err);
}

static void describe(const struct tw_http_answer *answer, struct tw_bucket_file *file)
{
    *file = (struct tw_bucket_file){.found = answer->status < 300, .age_s = answer->age_s};
    if (!file->found)
        return;
    file->size = answer->length >= 0 ? (uint64_t)answer->length : answer->body.length;
    memcpy(file->etag, answer->etag, sizeof(file->etag));
    memcpy(file->fingerprint, answer->fingerprint, sizeof(file->fingerprint));
}

/* GET or HEAD. */
static enum tw_status fetch(struct tw_bucket *bucket, struct tw_ask *ask, struct tw_http_answer *answer,
                            struct tw_error *err)
{
    if (bucket->place.payer != NULL)
        ask->headers[ask->num_headers++] = "x-amz-request-payer: requester";
    return tw_bucket_ask(bucket, ask, answer, err);
}

enum tw_status tw_bucket_look(struct tw_bucket *bucket, const char *path, struct tw_bucket_file *file,
                              struct tw_error *err)
{
    struct tw_ask ask = {.method = "HEAD", .path = path, .verb = "read"};
    struct tw_http_answer answer = {0};
    *file = (struct tw_bucket_file){0};
    enum tw_status status = fetch(bucket, &ask, &answer, err);
    if (status == TW_OK)
        describe(&answer, file);
    tw_text_free(&answer.body);
    return status;
}

enum tw_status tw_bucket_get(struct tw_bucket *bucket, const char *path, size_t limit_bytes,
                             struct tw_arena *arena, struct tw_bucket_file *file, struct tw_error *err)
{
    struct tw_ask ask = {.method = "GET", .path = path, .most_bytes = limit_bytes, .verb = "read"};
    struct tw_http_answer answer = {0};
    *file = (struct tw_bucket_file){0};
    enum tw_status status = fetch(bucket, &ask, &answer, err);
    if (status == TW_OK)
        describe(&answer, file);
    if (file->found) {
        file->size = answer.body.length;
        file->bytes = tw_arena_alloc(arena, answer.body.length + 1);
        if (file->bytes != NULL)
            memcpy(file->bytes, tw_text_get(&answer.body), answer.body.length + 1);
        else
            status = tw_error_nomem(err);
    }
    tw_text_free(&answer.body);
    return status;
}

enum tw_status tw_bucket_remove(struct tw_bucket *bucket, const char *path, struct tw_error *err)
{
    struct tw_ask ask = {.method = "DELETE", .path = path, .verb = "remove"};
    struct tw_http_answer answer = {0};
    enum tw_status status = tw_bucket_ask(bucket, &ask, &answer, err);
    tw_text_free(&answer.body);
    return status;
}
