/* Microsoft: "Authorize with Shared Key".
 *
 * SPDX-License-Identifier: MIT
 */
#include "bucket_azure.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LINES = 24, MOST_KEY_BYTES = 256, HASH_BYTES = 32, HASH_BASE64_SIZE = 45, DATE_SIZE = 64 };

static int by_text(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* What is behind the colon. */
static const char *value_of(const char *line)
{
    const char *colon = strchr(line, ':');
    return colon + 1 + strspn(colon + 1, " ");
}

static const char *find_header(const struct tw_signed_request *request, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < request->num_headers; i++)
        if (strncmp(request->headers[i], name, length) == 0 && request->headers[i][length] == ':')
            return value_of(request->headers[i]);
    return "";
}

static void add_canonical_headers(const struct tw_signed_request *request, struct tw_text *text)
{
    const char *own[MOST_LINES];
    size_t count = 0;
    for (size_t i = 0; i < request->num_headers && count < MOST_LINES; i++)
        if (strncmp(request->headers[i], "x-ms-", 5) == 0)
            own[count++] = request->headers[i];
    qsort(own, count, sizeof(own[0]), by_text);
    for (size_t i = 0; i < count; i++)
        tw_text_printf(text, "%.*s:%s\n", (int)strcspn(own[i], ":"), own[i], value_of(own[i]));
}

/* Parameters, which are sorted, as they are without percent signs. */
static void add_canonical_query(const char *query, struct tw_text *text)
{
    char *copy = strdup(query), *rest = copy;
    text->failed = text->failed || copy == NULL;
    for (char *part; rest != NULL && query[0] != '\0' && (part = strsep(&rest, "&")) != NULL;) {
        char *value = strchr(part, '=');
        if (value != NULL)
            *value++ = '\0';
        else
            value = part + strlen(part);
        tw_text_decode(value);
        tw_text_printf(text, "\n%s:%s", part, value);
    }
    free(copy);
}

void tw_azure_add_string_to_sign(const char *account, const struct tw_signed_request *request,
                                 struct tw_text *text)
{
    static const char *const before[] = {"content-encoding", "content-language"};
    static const char *const behind[] = {"content-md5",         "content-type", "date",
                                         "if-modified-since",   "if-match",     "if-none-match",
                                         "if-unmodified-since", "range"};
    tw_text_printf(text, "%s\n", request->method);
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
        tw_text_printf(text, "%s\n", find_header(request, before[i]));
    if (request->size > 0)
        tw_text_printf(text, "%zu", request->size);
    tw_text_add(text, "\n");
    for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++)
        tw_text_printf(text, "%s\n", find_header(request, behind[i]));
    add_canonical_headers(request, text);
    tw_text_printf(text, "/%s%s", account, request->path);
    add_canonical_query(request->query, text);
}

/* The number of its bytes; 0: it is no Base64 of a key. */
static size_t decode_key(const char *text, unsigned char bytes[MOST_KEY_BYTES])
{
    size_t length = strlen(text), padding = 0;
    if (length == 0 || length % 4 != 0 || length / 4 * 3 > MOST_KEY_BYTES)
        return 0;
    while (padding < 2 && text[length - 1 - padding] == '=')
        padding++;
    int decoded = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length);
    return decoded > (int)padding ? (size_t)decoded - padding : 0;
}

bool tw_azure_is_key(const char *text)
{
    unsigned char bytes[MOST_KEY_BYTES];
    return decode_key(text, bytes) > 0;
}

static void add_shared_key(const struct tw_bucket_place *place, const struct tw_signed_request *request,
                           struct tw_text *lines)
{
    unsigned char key[MOST_KEY_BYTES], hash[HASH_BYTES];
    unsigned char encoded[HASH_BASE64_SIZE];
    struct tw_text text = {0};
    tw_azure_add_string_to_sign(place->key, request, &text);
    HMAC(EVP_sha256(), key, (int)decode_key(place->secret, key), (const unsigned char *)tw_text_get(&text),
         text.length, hash, NULL);
    EVP_EncodeBlock(encoded, hash, HASH_BYTES);
    tw_text_printf(lines, "authorization: SharedKey %s:%s\n", place->key, (const char *)encoded);
    lines->failed = lines->failed || text.failed;
    tw_text_free(&text);
}

bool tw_azure_sign(const struct tw_bucket_place *place, const char *region,
                   const struct tw_signed_request *request, struct tw_text *lines)
{
    (void)region;
    const char *all[MOST_LINES];
    char date[DATE_SIZE];
    struct tm utc;
    gmtime_r(&request->now, &utc);
    strftime(date, sizeof(date), "x-ms-date: %a, %d %b %Y %H:%M:%S GMT", &utc);
    struct tw_signed_request whole = *request;
    whole.headers = all;
    whole.num_headers = 0;
    for (size_t i = 0; i < request->num_headers && i < MOST_LINES - 2; i++)
        all[whole.num_headers++] = request->headers[i];
    all[whole.num_headers++] = date;
    all[whole.num_headers++] = "x-ms-version: 2019-12-12"; /* what GDAL asks with */
    tw_text_printf(lines, "%s\n%s\n", all[whole.num_headers - 2], all[whole.num_headers - 1]);
    if (place->key != NULL && place->token != NULL)
        tw_text_printf(lines, "authorization: Bearer %s\n", place->token);
    else if (place->key != NULL)
        add_shared_key(place, &whole, lines);
    return !lines->failed;
}
