/* SPDX-License-Identifier: MIT */
#include "bucket_place.h"
#include "bucket.h"
#include "bucket_role.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *tw_environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool is_on(const char *name, bool otherwise)
{
    const char *value = tw_environment(name);
    if (value == NULL)
        return otherwise;
    return strcasecmp(value, "NO") != 0 && strcasecmp(value, "FALSE") != 0 && strcasecmp(value, "OFF") != 0 &&
           strcmp(value, "0") != 0;
}

static const struct {
    const char *prefix, *scheme;
} known[] = {{"s3://", "s3"}, {"/vsis3/", "s3"}, {"gs://", "gs"}, {"/vsigs/", "gs"}};
enum { NUM_KNOWN = sizeof(known) / sizeof(known[0]) };

static int find_scheme(const char *path)
{
    for (int i = 0; i < NUM_KNOWN; i++)
        if (strncmp(path, known[i].prefix, strlen(known[i].prefix)) == 0)
            return i;
    return -1;
}

bool tw_path_is_bucket(const char *path)
{
    return find_scheme(path) >= 0;
}

/* Slashes at the end go, and of several in a row all but one. */
static char *clean_prefix(struct tw_arena *arena, const char *rest)
{
    char *prefix = tw_arena_strdup(arena, rest), *to = prefix;
    for (const char *from = prefix; from != NULL && *from != '\0'; from++)
        if (*from != '/' || (from[1] != '/' && from[1] != '\0' && to > prefix))
            *to++ = *from;
    if (to != NULL)
        *to = '\0';
    return prefix;
}

/* Folders that mean others: servers take them for names, and what lies between for mistakes. */
static bool has_dots(const char *prefix)
{
    for (const char *at = prefix; *at != '\0'; at += at[0] == '/') {
        size_t length = strcspn(at, "/");
        if ((length == 1 || length == 2) && strspn(at, ".") >= length)
            return true;
        at += length;
    }
    return false;
}

/* `s3://bucket/prefix`. */
static enum tw_status read_url(const char *url, struct tw_arena *arena, struct tw_bucket_place *place,
                               struct tw_error *err)
{
    int scheme = find_scheme(url);
    const char *rest = scheme >= 0 ? url + strlen(known[scheme].prefix) : "";
    size_t length = strcspn(rest, "/");
    if (length == 0)
        return tw_error_set(err, TW_EUSAGE, "'%s' names no bucket: s3://BUCKET/PATH", url);
    place->scheme = known[scheme].scheme;
    place->bucket = tw_arena_strndup(arena, rest, length);
    place->prefix = clean_prefix(arena, rest + length);
    if (place->bucket == NULL || place->prefix == NULL)
        return tw_error_nomem(err);
    if (has_dots(place->prefix))
        return tw_error_set(err, TW_EUSAGE,
                            "'%s': names in object storage have no '.' and '..' between slashes", url);
    place->url = tw_arena_printf(arena, "%s://%s%s%s", place->scheme, place->bucket,
                                 place->prefix[0] != '\0' ? "/" : "", place->prefix);
    return place->url != NULL ? TW_OK : tw_error_nomem(err);
}

const char *tw_bucket_clean_url(struct tw_arena *arena, const char *path)
{
    struct tw_bucket_place place = {0};
    struct tw_error ignored;
    if (!tw_path_is_bucket(path) || read_url(path, arena, &place, &ignored) == TW_EUSAGE)
        return tw_arena_strdup(arena, path);
    return place.url;
}

/* As GDAL names it; or as Amazon's tools do. */
static const char *find_endpoint(const struct tw_bucket_place *place, struct tw_arena *arena)
{
    if (strcmp(place->scheme, "gs") == 0) {
        const char *endpoint = tw_environment("CPL_GS_ENDPOINT");
        return endpoint != NULL ? endpoint : "https://storage.googleapis.com";
    }
    static const char *const names[] = {"AWS_S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (tw_environment(names[i]) != NULL)
            return tw_environment(names[i]);
    if (strcmp(place->region, "us-east-1") == 0)
        return "s3.amazonaws.com";
    return tw_arena_printf(arena, "s3.%s.amazonaws.com", place->region);
}

/* Names with dots do not fit the certificates of hosts that are named after their bucket. */
static bool has_own_host(const struct tw_bucket_place *place)
{
    bool is_gs = strcmp(place->scheme, "gs") == 0;
    return !is_gs && is_on("AWS_VIRTUAL_HOSTING", strchr(place->bucket, '.') == NULL);
}

static enum tw_status set_server(struct tw_arena *arena, struct tw_bucket_place *place, struct tw_error *err)
{
    const char *endpoint = find_endpoint(place, arena);
    if (endpoint == NULL)
        return tw_error_nomem(err);
    const char *scheme = is_on("AWS_HTTPS", true) ? "https" : "http", *host = strstr(endpoint, "://");
    if (host != NULL)
        scheme = strncmp(endpoint, "http://", 7) == 0 ? "http" : "https";
    host = host != NULL ? host + 3 : endpoint;
    int length = (int)strcspn(host, "/");
    bool own_host = has_own_host(place);
    place->host =
        tw_arena_printf(arena, "%s%s%.*s", own_host ? place->bucket : "", own_host ? "." : "", length, host);
    place->root = own_host ? "" : tw_arena_printf(arena, "/%s", place->bucket);
    place->server = place->host != NULL ? tw_arena_printf(arena, "%s://%s", scheme, place->host) : NULL;
    return place->root != NULL && place->server != NULL ? TW_OK : tw_error_nomem(err);
}

static void set_region(struct tw_bucket_place *place, const char *region)
{
    if (region != NULL)
        snprintf(place->region, sizeof(place->region), "%s", region);
}

static enum tw_status read_keys_of_s3(struct tw_arena *arena, struct tw_bucket_place *place,
                                      struct tw_error *err)
{
    const char *key = tw_environment("AWS_ACCESS_KEY_ID"), *secret = tw_environment("AWS_SECRET_ACCESS_KEY");
    bool is_named = tw_environment("AWS_PROFILE") != NULL || tw_environment("AWS_DEFAULT_PROFILE") != NULL;
    enum tw_status status = TW_OK;
    snprintf(place->region, sizeof(place->region), "us-east-1");
    if (key == NULL || secret == NULL || is_named)
        status = tw_bucket_profile_read(arena, place, err);
    set_region(place, tw_environment("AWS_DEFAULT_REGION"));
    set_region(place, tw_environment("AWS_REGION"));
    if (status != TW_OK)
        return status;
    if (key != NULL && secret != NULL) {
        place->key = tw_arena_strdup(arena, key);
        place->secret = tw_arena_strdup(arena, secret);
        place->token = tw_arena_strdup(arena, tw_environment("AWS_SESSION_TOKEN"));
    }
    place->payer = tw_arena_strdup(arena, tw_environment("AWS_REQUEST_PAYER"));
    bool is_anonymous = is_on("AWS_NO_SIGN_REQUEST", false);
    if (!is_anonymous && place->key == NULL && tw_bucket_role_read(arena, place) != TW_OK)
        return tw_error_nomem(err);
    if (is_anonymous)
        place->key = NULL;
    else if (place->key == NULL || place->secret == NULL)
        return tw_error_set(err, TW_EUSAGE,
                            "no credentials for '%s': set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                            "AWS_PROFILE to one of ~/.aws/credentials, or AWS_NO_SIGN_REQUEST=YES",
                            place->url);
    return TW_OK;
}

/* Google's storage takes the same signatures, with keys of its own (HMAC keys). */
static enum tw_status read_keys_of_gs(struct tw_arena *arena, struct tw_bucket_place *place,
                                      struct tw_error *err)
{
    snprintf(place->region, sizeof(place->region), "auto");
    place->key = tw_arena_strdup(arena, tw_environment("GS_ACCESS_KEY_ID"));
    place->secret = tw_arena_strdup(arena, tw_environment("GS_SECRET_ACCESS_KEY"));
    if (is_on("GS_NO_SIGN_REQUEST", false))
        place->key = NULL;
    else if (place->key == NULL || place->secret == NULL)
        return tw_error_set(err, TW_EUSAGE,
                            "no credentials for '%s': writing to Google's storage takes an HMAC key; set "
                            "GS_ACCESS_KEY_ID and GS_SECRET_ACCESS_KEY",
                            place->url);
    return TW_OK;
}

enum tw_status tw_bucket_place_read(const char *url, struct tw_arena *arena, struct tw_bucket_place *place,
                                    struct tw_error *err)
{
    *place = (struct tw_bucket_place){0};
    enum tw_status status = read_url(url, arena, place, err);
    if (status != TW_OK)
        return status;
    bool is_gs = strcmp(place->scheme, "gs") == 0;
    status = is_gs ? read_keys_of_gs(arena, place, err) : read_keys_of_s3(arena, place, err);
    return status == TW_OK ? set_server(arena, place, err) : status;
}
