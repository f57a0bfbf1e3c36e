/* Amazon: "Create a signed AWS API request" (Signature Version 4).
 *
 * SPDX-License-Identifier: MIT
 */
#include "bucket_sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_BYTES = 32, STAMP_SIZE = 17, MOST_HEADERS = 16 };

static void to_hex(const unsigned char hash[HASH_BYTES], char hex[TW_SHA256_HEX_SIZE])
{
    for (int i = 0; i < HASH_BYTES; i++)
        snprintf(hex + (size_t)2 * (size_t)i, 3, "%02x", hash[i]);
}

void tw_sha256_hex(const void *bytes, size_t size, char hex[TW_SHA256_HEX_SIZE])
{
    unsigned char hash[EVP_MAX_MD_SIZE] = {0};
    EVP_Digest(bytes != NULL ? bytes : "", size, hash, NULL, EVP_sha256(), NULL);
    to_hex(hash, hex);
}

static void hmac(const unsigned char *key, size_t key_size, const char *text, unsigned char hash[HASH_BYTES])
{
    HMAC(EVP_sha256(), key, (int)key_size, (const unsigned char *)text, strlen(text), hash, NULL);
}

void tw_text_add_encoded(struct tw_text *text, const char *plain, bool keep_slashes)
{
    for (; *plain != '\0'; plain++) {
        unsigned char c = (unsigned char)*plain;
        bool stays = (c < 128 && isalnum(c)) || strchr("-._~", c) != NULL || (keep_slashes && c == '/');
        if (stays)
            tw_text_add_bytes(text, plain, 1);
        else
            tw_text_printf(text, "%%%02X", c);
    }
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

void tw_text_decode(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        int high = *from == '%' ? digit(from[1]) : -1, low = high >= 0 ? digit(from[2]) : -1;
        *to++ = low >= 0 ? (char)(high * 16 + low) : *from == '+' ? ' ' : *from;
        from += low >= 0 ? 2 : 0;
    }
    *to = '\0';
}

/* The headers that are signed, sorted by name. */
struct headers {
    const char *lines[MOST_HEADERS];
    size_t count;
};

static int by_text(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static void add_canonical_headers(struct tw_text *text, const struct headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        const char *colon = strchr(headers->lines[i], ':');
        tw_text_printf(text, "%.*s:%s\n", (int)(colon - headers->lines[i]), headers->lines[i],
                       colon + 1 + strspn(colon + 1, " "));
    }
}

static void add_names(struct tw_text *text, const struct headers *headers)
{
    for (size_t i = 0; i < headers->count; i++)
        tw_text_printf(text, "%s%.*s", i > 0 ? ";" : "", (int)strcspn(headers->lines[i], ":"),
                       headers->lines[i]);
}

static void hash_request(const struct tw_signed_request *request, const struct headers *headers,
                         char hex[TW_SHA256_HEX_SIZE])
{
    struct tw_text text = {0};
    tw_text_printf(&text, "%s\n%s\n%s\n", request->method, request->path, request->query);
    add_canonical_headers(&text, headers);
    tw_text_add(&text, "\n");
    add_names(&text, headers);
    tw_text_printf(&text, "\n%s", request->payload_hash);
    tw_sha256_hex(tw_text_get(&text), text.length, hex);
    tw_text_free(&text);
}

/* The key for the day, the region and the service signs the text. */
static void sign(const struct tw_bucket_place *place, const char *region, const char *stamp, const char *text,
                 char hex[TW_SHA256_HEX_SIZE])
{
    char day[9];
    snprintf(day, sizeof(day), "%.8s", stamp);
    struct tw_text first = {0};
    tw_text_printf(&first, "AWS4%s", place->secret);
    unsigned char a[HASH_BYTES], b[HASH_BYTES];
    hmac((const unsigned char *)tw_text_get(&first), first.length, day, a);
    hmac(a, HASH_BYTES, region, b);
    hmac(b, HASH_BYTES, "s3", a);
    hmac(a, HASH_BYTES, "aws4_request", b);
    hmac(b, HASH_BYTES, text, a);
    to_hex(a, hex);
    tw_text_free(&first);
}

static void add_authorization(const struct tw_bucket_place *place, const char *region, const char *stamp,
                              const struct tw_signed_request *request, const struct headers *headers,
                              struct tw_text *lines)
{
    char hash[TW_SHA256_HEX_SIZE], signature[TW_SHA256_HEX_SIZE];
    struct tw_text text = {0};
    hash_request(request, headers, hash);
    tw_text_printf(&text, "AWS4-HMAC-SHA256\n%s\n%.8s/%s/s3/aws4_request\n%s", stamp, stamp, region, hash);
    sign(place, region, stamp, tw_text_get(&text), signature);
    lines->failed = lines->failed || text.failed;
    tw_text_free(&text);
    tw_text_printf(lines,
                   "authorization: AWS4-HMAC-SHA256 Credential=%s/%.8s/%s/s3/aws4_request, SignedHeaders=",
                   place->key, stamp, region);
    add_names(lines, headers);
    tw_text_printf(lines, ", Signature=%s\n", signature);
}

bool tw_sign_request(const struct tw_bucket_place *place, const char *region,
                     const struct tw_signed_request *request, struct tw_text *lines)
{
    if (place->key == NULL)
        return true;
    char stamp[STAMP_SIZE];
    struct tm utc;
    gmtime_r(&request->now, &utc);
    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
    struct tw_text own = {0};
    tw_text_printf(&own, "host: %s\nx-amz-content-sha256: %s\nx-amz-date: %s", place->host,
                   request->payload_hash, stamp);
    if (place->token != NULL)
        tw_text_printf(&own, "\nx-amz-security-token: %s", place->token);
    tw_text_add(lines, tw_text_get(&own));
    tw_text_add(lines, "\n");
    struct headers headers = {.count = 0};
    for (size_t i = 0; i < request->num_headers && headers.count < MOST_HEADERS - 4; i++)
        headers.lines[headers.count++] = request->headers[i];
    for (char *line, *rest = own.chars; (line = strsep(&rest, "\n")) != NULL;)
        headers.lines[headers.count++] = line;
    qsort(headers.lines, headers.count, sizeof(headers.lines[0]), by_text);
    add_authorization(place, region, stamp, request, &headers, lines);
    bool signed_all = !own.failed && !lines->failed;
    tw_text_free(&own);
    return signed_all;
}
