/* SPDX-License-Identifier: MIT */
#include "source_settings.h"

#include <cpl_conv.h>

#include <string.h>

static bool is_in_use(const struct tw_setting *setting)
{
    const char *value = CPLGetThreadLocalConfigOption(setting->name, NULL);
    return value != NULL && strcmp(value, setting->value) == 0;
}

bool tw_settings_use(const struct tw_settings *settings)
{
    if (settings->count == 0 || is_in_use(&settings->items[0]))
        return false;
    for (size_t i = 0; i < settings->count; i++)
        CPLSetThreadLocalConfigOption(settings->items[i].name, settings->items[i].value);
    return true;
}

void tw_settings_leave(const struct tw_settings *settings)
{
    for (size_t i = 0; i < settings->count; i++)
        CPLSetThreadLocalConfigOption(settings->items[i].name, NULL);
}

/* As GDAL has it; NULL for what is no scalar. */
static const char *text_of(const struct tw_value *value)
{
    if (value->kind == TW_BOOL)
        return value->boolean ? "YES" : "NO";
    return value->kind == TW_STRING || value->kind == TW_NUMBER ? value->text : NULL;
}

static void add(struct tw_settings *settings, const char *name, const char *value)
{
    settings->items[settings->count++] = (struct tw_setting){name, value};
}

static bool is_map(const struct tw_value *value, const char *name, const char *what,
                   struct tw_problems *problems)
{
    if (value->kind == TW_MAP)
        return true;
    tw_problems_add(problems, value, "%s must be a map of %s, not %s", name, what,
                    tw_value_kind_name(value->kind));
    return false;
}

static bool read_gdal(const struct tw_value *options, struct tw_settings *settings,
                      struct tw_problems *problems)
{
    bool right = is_map(options, "gdal_options", "GDAL's configuration options", problems);
    for (size_t i = 0; right && i < options->count; i++) {
        const struct tw_member *member = &options->members[i];
        const char *text = text_of(&member->value);
        if (text != NULL)
            add(settings, member->key, text);
        else if (member->value.kind != TW_NULL)
            tw_problems_add(problems, &member->value,
                            "gdal_options.%s must be a text, a number or true or false, not %s", member->key,
                            tw_value_kind_name(member->value.kind));
    }
    return right;
}

/* Credentials by the names that they have in mapchete and fsspec. */
static const struct {
    const char *name;
    const char *setting; /* of GDAL; NULL: see read_special */
} known[] = {
    {"key", "AWS_ACCESS_KEY_ID"},
    {"secret", "AWS_SECRET_ACCESS_KEY"},
    {"token", "AWS_SESSION_TOKEN"},
    {"anon", "AWS_NO_SIGN_REQUEST"},
    {"profile", "AWS_PROFILE"},
    {"region_name", "AWS_REGION"},
    {"aws_access_key_id", "AWS_ACCESS_KEY_ID"},
    {"aws_secret_access_key", "AWS_SECRET_ACCESS_KEY"},
    {"aws_session_token", "AWS_SESSION_TOKEN"},
    {"account_name", "AZURE_STORAGE_ACCOUNT"},
    {"account_key", "AZURE_STORAGE_ACCESS_KEY"},
    {"sas_token", "AZURE_STORAGE_SAS_TOKEN"},
    {"connection_string", "AZURE_STORAGE_CONNECTION_STRING"},
    {"endpoint_url", NULL},
    {"requester_pays", NULL},
    {"username", NULL},
    {"password", NULL},
};
enum { NUM_KNOWN = sizeof(known) / sizeof(known[0]) };

static bool set_known(const struct tw_member *member, struct tw_settings *settings)
{
    for (size_t i = 0; i < NUM_KNOWN; i++) {
        if (strcmp(known[i].name, member->key) != 0)
            continue;
        if (known[i].setting != NULL)
            add(settings, known[i].setting, text_of(&member->value));
        return true;
    }
    return false;
}

static void refuse(const struct tw_member *member, struct tw_problems *problems)
{
    const char *names[NUM_KNOWN];
    for (size_t i = 0; i < NUM_KNOWN; i++)
        names[i] = known[i].name;
    tw_problems_add_unknown_key(problems, member, "storage option", names, NUM_KNOWN);
}

/* Without its scheme, which is a setting of its own. */
static void set_endpoint(const struct tw_value *url, struct tw_settings *settings)
{
    const char *scheme = strstr(url->text, "://");
    add(settings, "AWS_S3_ENDPOINT", scheme != NULL ? scheme + 3 : url->text);
    add(settings, "AWS_HTTPS", strncmp(url->text, "http://", 7) == 0 ? "NO" : "YES");
    add(settings, "AWS_VIRTUAL_HOSTING", "NO");
}

/* What is more than a name for a name. */
static enum tw_status read_special(const struct tw_value *options, struct tw_arena *arena,
                                   struct tw_settings *settings)
{
    const struct tw_value *endpoint = tw_value_get(options, "endpoint_url"),
                          *pays = tw_value_get(options, "requester_pays"),
                          *anyone = tw_value_get(options, "anon"), *user = tw_value_get(options, "username"),
                          *password = tw_value_get(options, "password");
    if (endpoint != NULL && endpoint->kind == TW_STRING)
        set_endpoint(endpoint, settings);
    if (pays != NULL && pays->kind == TW_BOOL && pays->boolean)
        add(settings, "AWS_REQUEST_PAYER", "requester");
    if (anyone != NULL && anyone->kind == TW_BOOL && anyone->boolean)
        add(settings, "AZURE_NO_SIGN_REQUEST", "YES");
    if (user == NULL || text_of(user) == NULL)
        return TW_OK;
    bool is_given = password != NULL && text_of(password) != NULL;
    const char *both = tw_arena_printf(arena, "%s:%s", user->text, is_given ? password->text : "");
    if (both == NULL)
        return TW_ENOMEM;
    add(settings, "GDAL_HTTP_USERPWD", both);
    add(settings, "GDAL_HTTP_AUTH", "BASIC");
    return TW_OK;
}

static enum tw_status read_storage(const struct tw_value *options, struct tw_arena *arena,
                                   struct tw_settings *settings, struct tw_problems *problems)
{
    if (!is_map(options, "storage_options", "credentials", problems))
        return TW_EUSAGE;
    for (size_t i = 0; i < options->count; i++) {
        const struct tw_member *member = &options->members[i];
        if (member->value.kind == TW_NULL)
            continue;
        if (text_of(&member->value) == NULL)
            tw_problems_add(problems, &member->value,
                            "storage_options.%s must be a text, a number or true or false, not %s",
                            member->key, tw_value_kind_name(member->value.kind));
        else if (!set_known(member, settings))
            refuse(member, problems);
    }
    return read_special(options, arena, settings);
}

static const struct tw_value *given(const struct tw_value *map, const char *key)
{
    const struct tw_value *value = tw_value_get(map, key);
    return value != NULL && value->kind != TW_NULL ? value : NULL;
}

enum tw_status tw_settings_read(const struct tw_value *map, struct tw_arena *arena,
                                struct tw_settings *settings, struct tw_problems *problems)
{
    enum { MOST_SPECIAL = 8 };
    const struct tw_value *gdal = given(map, "gdal_options"), *storage = given(map, "storage_options");
    size_t most = MOST_SPECIAL + (gdal != NULL ? gdal->count : 0) + (storage != NULL ? storage->count : 0);
    size_t before = problems->count;
    *settings = (struct tw_settings){.items = tw_arena_calloc(arena, most, sizeof(*settings->items))};
    if (settings->items == NULL)
        return TW_ENOMEM;
    if (gdal != NULL)
        read_gdal(gdal, settings, problems);
    enum tw_status status = storage != NULL ? read_storage(storage, arena, settings, problems) : TW_OK;
    return status == TW_OK && problems->count > before ? TW_EUSAGE : status;
}
