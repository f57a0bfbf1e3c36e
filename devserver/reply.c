/* SPDX-License-Identifier: MIT */
#include "server_parts.h"

#include "page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_headers(struct MHD_Response *response, const char *type, const char *cache)
{
    MHD_add_response_header(response, "Access-Control-Allow-Origin", "*");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Cache-Control", cache);
    if (type != NULL)
        MHD_add_response_header(response, "Content-Type", type);
}

static enum MHD_Result queue(struct request *request, unsigned int code, struct MHD_Response *response)
{
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_queue_response(request->connection, code, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result tw_reply_text(struct request *request, unsigned int code, const char *type, const char *text)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_MUST_COPY);
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

/* Whether one of the tags that the client has is this one. */
static bool has_already(const struct request *request, const char *etag)
{
    const char *tags = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "If-None-Match");
    return tags != NULL && (strcmp(tags, "*") == 0 || strstr(tags, etag) != NULL);
}

static void release(void *blob)
{
    tw_blob_release(blob);
}

enum MHD_Result tw_reply_blob(struct request *request, struct tw_blob *blob, const char *cache)
{
    bool same = has_already(request, blob->etag);
    struct MHD_Response *response =
        same ? MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT)
             : MHD_create_response_from_buffer_with_free_callback_cls(blob->size, blob->bytes, release,
                                                                      tw_blob_keep(blob));
    if (response == NULL)
        return MHD_NO;
    add_headers(response, blob->content_type, cache);
    MHD_add_response_header(response, "ETag", blob->etag);
    return queue(request, same ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, response);
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

enum MHD_Result tw_reply_file(struct request *request, const char *name)
{
    static const char policy[] =
        "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'";
    for (size_t i = 0; i < tw_num_page_files; i++) {
        if (strcmp(tw_page_files[i].name, name) != 0)
            continue;
        struct MHD_Response *response = MHD_create_response_from_buffer(
            tw_page_files[i].size, (void *)tw_page_files[i].text, MHD_RESPMEM_PERSISTENT);
        if (response == NULL)
            return MHD_NO;
        add_headers(response, type_of(name), "no-cache");
        MHD_add_response_header(response, "Content-Security-Policy", policy);
        return queue(request, MHD_HTTP_OK, response);
    }
    return tw_reply_error(request, MHD_HTTP_NOT_FOUND, "no such page");
}
