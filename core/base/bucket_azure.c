/* Microsoft's Azure Blob storage: where it is, who asks, and what is asked ("Blob service REST API"). A
 * container is what a bucket is elsewhere. The variables are those that GDAL reads, and mean the same.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bucket_azure.h"
#include "bucket_language.h"
#include "bucket_role.h"

#include <openssl/evp.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char default_suffix[] = "core.windows.net";

/* "Naming and referencing containers". */
static bool is_container(const char *name)
{
    static const char *const special[] = {"$root", "$web", "$logs"};
    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
        if (strcmp(name, special[i]) == 0)
            return true;
    size_t length = strlen(name);
    return length >= 3 && length <= 63 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length &&
           name[0] != '-' && name[length - 1] != '-' && strstr(name, "--") == NULL;
}

/* The value of one of the `Name=value` between semicolons, in the arena; NULL: there is none. */
static const char *find_setting(const char *settings, const char *name, struct tw_arena *arena)
{
    size_t length = strlen(name);
    for (const char *at = settings; *at != '\0';) {
        size_t size = strcspn(at, ";");
        if (size > length + 1 && strncasecmp(at, name, length) == 0 && at[length] == '=')
            return tw_arena_strndup(arena, at + length + 1, size - length - 1);
        at += size + (at[size] == ';');
    }
    return NULL;
}

/* What is said of an account. */
struct account {
    const char *name, *key, *pass, *token;
    const char *endpoint; /* `https://host/path`; NULL: Microsoft's own */
    const char *protocol, *suffix;
    const char *key_variable;
};

static enum tw_status read_connection(const char *settings, struct tw_arena *arena, struct account *account,
                                      struct tw_error *err)
{
    const char *protocol = find_setting(settings, "DefaultEndpointsProtocol", arena);
    const char *suffix = find_setting(settings, "EndpointSuffix", arena);
    *account = (struct account){.name = find_setting(settings, "AccountName", arena),
                                .key = find_setting(settings, "AccountKey", arena),
                                .endpoint = find_setting(settings, "BlobEndpoint", arena),
                                .protocol = protocol != NULL ? protocol : "https",
                                .suffix = suffix != NULL ? suffix : default_suffix,
                                .key_variable = "AccountKey of AZURE_STORAGE_CONNECTION_STRING"};
    if (account->name != NULL && account->key != NULL)
        return TW_OK;
    account->key = NULL;
    account->pass = find_setting(settings, "SharedAccessSignature", arena);
    if (account->endpoint != NULL && account->pass != NULL)
        return TW_OK;
    return tw_error_set(
        err, TW_EUSAGE,
        "AZURE_STORAGE_CONNECTION_STRING lacks AccountName and AccountKey, or BlobEndpoint and "
        "SharedAccessSignature");
}

static void read_variables(struct account *account)
{
    const char *pass = tw_environment("AZURE_STORAGE_SAS_TOKEN");
    *account =
        (struct account){.name = tw_environment("AZURE_STORAGE_ACCOUNT"),
                         .endpoint = tw_environment("CPL_AZURE_ENDPOINT"),
                         .protocol = tw_environment_is_on("CPL_AZURE_USE_HTTPS", true) ? "https" : "http",
                         .suffix = default_suffix,
                         .key_variable = "AZURE_STORAGE_ACCESS_KEY"};
    account->token = tw_environment("AZURE_STORAGE_ACCESS_TOKEN");
    if (account->token == NULL)
        account->key = tw_environment("AZURE_STORAGE_ACCESS_KEY");
    if (account->token == NULL && account->key == NULL)
        account->pass = pass;
}

static enum tw_status check_account(const struct account *account, const struct tw_bucket_place *place,
                                    struct tw_error *err)
{
    if (!is_container(place->bucket))
        return tw_error_set(
            err, TW_EUSAGE,
            "'%s': '%s' is no name of a container: 3 to 63 lower case letters, digits and single "
            "hyphens",
            place->url, place->bucket);
    if (account->name == NULL && account->pass == NULL)
        return tw_error_set(err, TW_EUSAGE,
                            "no account for '%s': set AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_ACCESS_KEY or "
                            "AZURE_STORAGE_SAS_TOKEN, or AZURE_STORAGE_CONNECTION_STRING",
                            place->url);
    if (account->key != NULL && !tw_azure_is_key(account->key))
        return tw_error_set(err, TW_EUSAGE, "%s is no key of an account: it is not Base64",
                            account->key_variable);
    if (account->endpoint != NULL && strncmp(account->endpoint, "https://", 8) != 0 &&
        strncmp(account->endpoint, "http://", 7) != 0)
        return tw_error_set(err, TW_EUSAGE,
                            "'%s' is no endpoint of Azure's storage: it must begin with https:// or http://",
                            account->endpoint);
    return TW_OK;
}

/* Endpoints of emulators have the account in their path. */
static enum tw_status set_server(const struct account *account, struct tw_arena *arena,
                                 struct tw_bucket_place *place, struct tw_error *err)
{
    const char *endpoint = account->endpoint;
    if (endpoint == NULL)
        endpoint =
            tw_arena_printf(arena, "%s://%s.blob.%s", account->protocol, account->name, account->suffix);
    if (endpoint == NULL)
        return tw_error_nomem(err);
    const char *host = strstr(endpoint, "://") + 3;
    size_t length = strcspn(host, "/"), path = strlen(host + length);
    while (path > 0 && host[length + path - 1] == '/')
        path--;
    place->host = tw_arena_strndup(arena, host, length);
    place->server = tw_arena_strndup(arena, endpoint, (size_t)(host - endpoint) + length);
    place->root = tw_arena_printf(arena, "%.*s/%s", (int)path, host + length, place->bucket);
    return place->host != NULL && place->server != NULL && place->root != NULL ? TW_OK : tw_error_nomem(err);
}

/* What the account was given, or what its machine is. */
static enum tw_status set_credentials(const struct account *account, struct tw_arena *arena,
                                      struct tw_bucket_place *place, struct tw_error *err)
{
    place->secret = tw_arena_strdup(arena, account->key);
    place->token = tw_arena_strdup(arena, account->token);
    if (account->pass != NULL)
        place->pass = tw_arena_strdup(arena, account->pass + (account->pass[0] == '?'));
    if ((account->key != NULL && place->secret == NULL) || (account->token != NULL && place->token == NULL))
        return tw_error_nomem(err);
    bool is_given = account->key != NULL || account->token != NULL || account->pass != NULL;
    if (!is_given && tw_azure_role_read(arena, place) != TW_OK)
        return tw_error_nomem(err);
    if (!is_given && place->token == NULL)
        return tw_error_set(
            err, TW_EUSAGE,
            "no credentials for '%s': set AZURE_STORAGE_ACCESS_KEY or AZURE_STORAGE_SAS_TOKEN, or "
            "AZURE_NO_SIGN_REQUEST=YES",
            place->url);
    if (place->pass == NULL)
        place->key = tw_arena_strdup(arena, account->name);
    return place->key != NULL || place->pass != NULL ? TW_OK : tw_error_nomem(err);
}

static enum tw_status find(struct tw_arena *arena, struct tw_bucket_place *place, struct tw_error *err)
{
    const char *settings = tw_environment("AZURE_STORAGE_CONNECTION_STRING");
    struct account account;
    enum tw_status status = TW_OK;
    if (settings != NULL)
        status = read_connection(settings, arena, &account, err);
    else
        read_variables(&account);
    if (status == TW_OK)
        status = check_account(&account, place, err);
    if (status == TW_OK)
        status = set_server(&account, arena, place, err);
    if (status != TW_OK || tw_environment_is_on("AZURE_NO_SIGN_REQUEST", false))
        return status;
    return set_credentials(&account, arena, place, err);
}

/* Tokens of the machine; the account stays. */
static bool renew(struct tw_arena *arena, struct tw_bucket_place *place)
{
    return tw_azure_role_read(arena, place) == TW_OK && place->token != NULL;
}

/* List Blobs. */
static void add_list_query(const struct tw_bucket_page *page, struct tw_text *query)
{
    tw_text_printf(query, "comp=list%s", page->is_flat ? "&delimiter=%2F" : "");
    if (page->token != NULL) {
        tw_text_add(query, "&marker=");
        tw_text_add_encoded(query, page->token, false);
    }
    tw_text_printf(query, "&maxresults=%d&prefix=", page->most);
    tw_text_add_encoded(query, page->prefix, false);
    tw_text_add(query, "&restype=container");
}

enum { BLOCK_DIGITS = 9, BLOCK_ID_SIZE = BLOCK_DIGITS / 3 * 4 + 1 };

/* All are of one length, and the same in the next attempt: it replaces the blocks of one that was killed.
 * Blocks that nobody commits vanish after a week. */
static void set_block_id(size_t index, unsigned char id[BLOCK_ID_SIZE])
{
    char digits[BLOCK_DIGITS + 1];
    snprintf(digits, sizeof(digits), "%09u", (unsigned)index % 1000000000);
    EVP_EncodeBlock(id, (const unsigned char *)digits, BLOCK_DIGITS);
}

/* Put Block. */
static void add_piece_query(const struct tw_bucket_upload *upload, size_t index, struct tw_text *query)
{
    (void)upload;
    unsigned char id[BLOCK_ID_SIZE];
    set_block_id(index, id);
    tw_text_add(query, "blockid=");
    tw_text_add_encoded(query, (const char *)id, false);
    tw_text_add(query, "&comp=block");
}

/* Put Block List. */
static bool set_completion(struct tw_bucket_upload *upload, const struct tw_bucket_labels *labels,
                           struct tw_ask *ask, struct tw_text *list)
{
    tw_text_add(list, "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
    for (size_t i = 0; i < upload->num_pieces; i++) {
        unsigned char id[BLOCK_ID_SIZE];
        set_block_id(i, id);
        tw_text_printf(list, "<Latest>%s</Latest>", (const char *)id);
    }
    tw_text_add(list, "</BlockList>");
    ask->method = "PUT";
    ask->query = "comp=blocklist";
    bool is_set = tw_ask_add_labels(ask, upload->bucket, labels, upload->arena);
    ask->body = tw_text_get(list);
    ask->size = list->length;
    return is_set;
}

static const char *const passing[] = {NULL};

const struct tw_bucket_language tw_language_azure = {.example = "container: az://CONTAINER/PATH",
                                                     .find = find,
                                                     .renew = renew,
                                                     .sign = tw_azure_sign,
                                                     .fingerprint = "x-ms-meta-tilewright",
                                                     .cache_control = "x-ms-blob-cache-control",
                                                     .type = "x-ms-blob-content-type",
                                                     .put = "x-ms-blob-type: BlockBlob",
                                                     .no_place = "ContainerNotFound",
                                                     .exists = "BlobAlreadyExists",
                                                     .passing = passing,
                                                     .list = {.folder = "BlobPrefix",
                                                              .folder_name = "Name",
                                                              .file = "Blob",
                                                              .file_name = "Name",
                                                              .size = "Content-Length",
                                                              .next = "NextMarker",
                                                              .all = "EnumerationResults"},
                                                     .add_list_query = add_list_query,
                                                     .add_piece_query = add_piece_query,
                                                     .set_completion = set_completion};
