/* Amazon's S3, and what speaks its language (Google's storage, Ceph, MinIO): where it is, and who asks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bucket_s3.h"
#include "bucket_language.h"
#include "bucket_role.h"

#include <stdio.h>
#include <string.h>

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
    return !is_gs && tw_environment_is_on("AWS_VIRTUAL_HOSTING", strchr(place->bucket, '.') == NULL);
}

static enum tw_status set_server(struct tw_arena *arena, struct tw_bucket_place *place, struct tw_error *err)
{
    const char *endpoint = find_endpoint(place, arena);
    if (endpoint == NULL)
        return tw_error_nomem(err);
    const char *scheme = tw_environment_is_on("AWS_HTTPS", true) ? "https" : "http",
               *host = strstr(endpoint, "://");
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
    bool is_anonymous = tw_environment_is_on("AWS_NO_SIGN_REQUEST", false);
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
    if (tw_environment_is_on("GS_NO_SIGN_REQUEST", false))
        place->key = NULL;
    else if (place->key == NULL || place->secret == NULL)
        return tw_error_set(err, TW_EUSAGE,
                            "no credentials for '%s': writing to Google's storage takes an HMAC key; set "
                            "GS_ACCESS_KEY_ID and GS_SECRET_ACCESS_KEY",
                            place->url);
    return TW_OK;
}

static enum tw_status find(struct tw_arena *arena, struct tw_bucket_place *place, struct tw_error *err)
{
    bool is_gs = strcmp(place->scheme, "gs") == 0;
    enum tw_status status = is_gs ? read_keys_of_gs(arena, place, err) : read_keys_of_s3(arena, place, err);
    return status == TW_OK ? set_server(arena, place, err) : status;
}

static bool renew(struct tw_arena *arena, struct tw_bucket_place *place)
{
    tw_bucket_role_read(arena, place);
    return place->key != NULL && place->secret != NULL;
}

/* Of the headers Amazon's own are signed; they are the first. */
static bool sign(const struct tw_bucket_place *place, const char *region,
                 const struct tw_signed_request *request, struct tw_text *lines)
{
    struct tw_signed_request own = *request;
    own.num_headers = 0;
    while (own.num_headers < request->num_headers &&
           strncmp(request->headers[own.num_headers], "x-amz-", 6) == 0)
        own.num_headers++;
    return tw_sign_request(place, region, &own, lines);
}

/* ListObjectsV2. */
static void add_list_query(const struct tw_bucket_page *page, struct tw_text *query)
{
    if (page->token != NULL) {
        tw_text_add(query, "continuation-token=");
        tw_text_add_encoded(query, page->token, false);
        tw_text_add(query, "&");
    }
    tw_text_printf(query, "%sencoding-type=url&list-type=2&max-keys=%d&prefix=",
                   page->is_flat ? "delimiter=%2F&" : "", page->most);
    tw_text_add_encoded(query, page->prefix, false);
}

static const char *const passing[] = {"RequestTimeout", "OperationAborted", "ConditionalRequestConflict",
                                      NULL};

const struct tw_bucket_language tw_language_s3 = {.example = "bucket: s3://BUCKET/PATH",
                                                  .find = find,
                                                  .renew = renew,
                                                  .sign = sign,
                                                  .signs_bodies = true,
                                                  .acl = "x-amz-acl",
                                                  .fingerprint = "x-amz-meta-tilewright",
                                                  .payer = "x-amz-request-payer",
                                                  .cache_control = "cache-control",
                                                  .type = "content-type",
                                                  .no_place = "NoSuchBucket",
                                                  .passing = passing,
                                                  .list = {.folder = "CommonPrefixes",
                                                           .folder_name = "Prefix",
                                                           .file = "Contents",
                                                           .file_name = "Key",
                                                           .size = "Size",
                                                           .next = "NextContinuationToken",
                                                           .all = "ListBucketResult"},
                                                  .add_list_query = add_list_query,
                                                  .begin_upload = tw_s3_upload_begin,
                                                  .add_piece_query = tw_s3_add_piece_query,
                                                  .set_completion = tw_s3_set_completion,
                                                  .end_upload = tw_s3_upload_take_back,
                                                  .pieces_have_etags = true};
