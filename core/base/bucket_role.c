/* Amazon: "Container credential provider", "IMDSv2". Microsoft: "Azure Instance Metadata Service".
 *
 * SPDX-License-Identifier: MIT
 */
#include "bucket_role.h"
#include "bucket_http.h"
#include "bucket_sign.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* The server is next door, or it is not there. */
enum { TIMEOUT_S = 2, MOST_BYTES = 64 << 10 };

/* The text of an answer of 200, in the arena; otherwise NULL. */
static const char *ask(struct tw_http *http, struct tw_arena *arena, const char *method, const char *url,
                       const char *headers)
{
    struct tw_http_answer answer = {0};
    const struct tw_http_request request = {
        .method = method, .url = url, .headers = headers, .most_bytes = MOST_BYTES, .timeout_s = TIMEOUT_S};
    bool asked = url != NULL && headers != NULL && tw_http_ask(http, &request, &answer);
    bool is_good = asked && answer.status == 200;
    const char *text = is_good ? tw_arena_strdup(arena, tw_text_get(&answer.body)) : NULL;
    tw_text_free(&answer.body);
    return text;
}

/* `{"AccessKeyId": ..., "SecretAccessKey": ..., "Token": ..., "Expiration": "2026-01-01T12:00:00Z"}` */
static void take_keys(const char *text, struct tw_arena *arena, struct tw_bucket_place *place)
{
    json_t *root = text != NULL ? json_loads(text, 0, NULL) : NULL;
    const char *key = json_string_value(json_object_get(root, "AccessKeyId"));
    const char *secret = json_string_value(json_object_get(root, "SecretAccessKey"));
    const char *until = json_string_value(json_object_get(root, "Expiration"));
    struct tm utc = {0};
    if (key != NULL && secret != NULL) {
        place->key = tw_arena_strdup(arena, key);
        place->secret = tw_arena_strdup(arena, secret);
        place->token = tw_arena_strdup(arena, json_string_value(json_object_get(root, "Token")));
        place->expires =
            until != NULL && strptime(until, "%Y-%m-%dT%H:%M:%S", &utc) != NULL ? timegm(&utc) : 0;
    }
    json_decref(root);
}

/* NULL: this is no container of theirs. */
static const char *container_url(struct tw_arena *arena)
{
    const char *relative = tw_environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    return relative != NULL ? tw_arena_printf(arena, "http://169.254.170.2%s", relative)
                            : tw_environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

static void ask_container(struct tw_http *http, struct tw_arena *arena, const char *url,
                          struct tw_bucket_place *place)
{
    const char *token = tw_environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    const char *headers = token != NULL ? tw_arena_printf(arena, "authorization: %s\n", token) : "";
    take_keys(ask(http, arena, "GET", url, headers), arena, place);
}

static void ask_machine(struct tw_http *http, struct tw_arena *arena, struct tw_bucket_place *place)
{
    const char *server = tw_environment("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const char *disabled = tw_environment("AWS_EC2_METADATA_DISABLED");
    if (disabled != NULL && strcasecmp(disabled, "true") == 0)
        return;
    server = server != NULL ? server : "http://169.254.169.254";
    const char *pass = ask(http, arena, "PUT", tw_arena_printf(arena, "%s/latest/api/token", server),
                           "x-aws-ec2-metadata-token-ttl-seconds: 300\n");
    if (pass == NULL)
        return;
    const char *headers = tw_arena_printf(arena, "x-aws-ec2-metadata-token: %s\n", pass);
    const char *roles = tw_arena_printf(arena, "%s/latest/meta-data/iam/security-credentials/", server);
    const char *names = ask(http, arena, "GET", roles, headers);
    if (names == NULL || names[0] == '\0')
        return;
    const char *role = tw_arena_printf(arena, "%s%.*s", roles, (int)strcspn(names, "\r\n"), names);
    take_keys(ask(http, arena, "GET", role, headers), arena, place);
}

enum tw_status tw_bucket_role_read(struct tw_arena *arena, struct tw_bucket_place *place)
{
    struct tw_http *http = tw_http_new();
    if (http == NULL)
        return TW_ENOMEM;
    const char *url = container_url(arena);
    if (url != NULL)
        ask_container(http, arena, url, place);
    else
        ask_machine(http, arena, place);
    tw_http_free(http);
    return TW_OK;
}

/* Which of several identities is meant. */
static const char *identity_query(struct tw_arena *arena)
{
    static const struct {
        const char *variable, *parameter;
    } names[] = {{"AZURE_IMDS_OBJECT_ID", "object_id"},
                 {"AZURE_IMDS_CLIENT_ID", "client_id"},
                 {"AZURE_IMDS_MSI_RES_ID", "msi_res_id"}};
    struct tw_text query = {0};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = tw_environment(names[i].variable);
        if (value == NULL)
            continue;
        tw_text_printf(&query, "&%s=", names[i].parameter);
        tw_text_add_encoded(&query, value, false);
    }
    const char *kept = query.failed ? NULL : tw_arena_strdup(arena, tw_text_get(&query));
    tw_text_free(&query);
    return kept;
}

/* `{"access_token": ..., "expires_on": "1506484173"}` */
static void take_token(const char *text, struct tw_arena *arena, struct tw_bucket_place *place)
{
    json_t *root = text != NULL ? json_loads(text, 0, NULL) : NULL;
    const char *token = json_string_value(json_object_get(root, "access_token"));
    const char *until = json_string_value(json_object_get(root, "expires_on"));
    if (token != NULL && token[strcspn(token, "\r\n")] == '\0') {
        place->token = tw_arena_strdup(arena, token);
        place->expires = until != NULL ? (time_t)strtoll(until, NULL, 10) : 0;
    }
    json_decref(root);
}

enum tw_status tw_azure_role_read(struct tw_arena *arena, struct tw_bucket_place *place)
{
    const char *server = tw_environment("CPL_AZURE_VM_API_ROOT_URL");
    server = server != NULL ? server : "http://169.254.169.254";
    if (strcmp(server, "disabled") == 0)
        return TW_OK;
    const char *query = identity_query(arena);
    struct tw_http *http = tw_http_new();
    if (http == NULL || query == NULL) {
        tw_http_free(http);
        return TW_ENOMEM;
    }
    const char *url =
        tw_arena_printf(arena,
                        "%s/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%%3A%%2F%%2F"
                        "storage.azure.com%%2F%s",
                        server, query);
    take_token(ask(http, arena, "GET", url, "metadata: true\n"), arena, place);
    tw_http_free(http);
    return TW_OK;
}
