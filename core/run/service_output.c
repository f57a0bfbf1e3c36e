/* SPDX-License-Identifier: MIT */
#include "service_output.h"

#include <string.h>

static const char *const map_keys[] = {"files", "base_url", "title", "attribution"};
enum { NUM_MAP_KEYS = sizeof(map_keys) / sizeof(map_keys[0]) };

static void read_kind(const struct tw_value *value, struct tw_service_request *request,
                      struct tw_problems *problems)
{
    const char *known[TW_NUM_SERVICE_KINDS + 1] = {"all"};
    if (value->kind != TW_STRING) {
        tw_problems_add(problems, value, "output.services must be names such as tilejson, not %s",
                        tw_value_kind_name(value->kind));
        return;
    }
    request->all = request->all || strcmp(value->text, "all") == 0;
    bool found = strcmp(value->text, "all") == 0;
    for (int i = 0; i < TW_NUM_SERVICE_KINDS; i++) {
        known[i + 1] = tw_service_names[i];
        if (strcmp(value->text, tw_service_names[i]) == 0)
            found = request->kinds[i] = true;
    }
    if (!found)
        tw_problems_add_unknown(problems, value, "map service", value->text, known, TW_NUM_SERVICE_KINDS + 1);
}

static void read_kinds(const struct tw_value *value, struct tw_service_request *request,
                       struct tw_problems *problems)
{
    if (value->kind != TW_LIST)
        read_kind(value, request, problems);
    for (size_t i = 0; value->kind == TW_LIST && i < value->count; i++)
        read_kind(&value->items[i], request, problems);
    if (value->kind == TW_LIST && value->count == 0)
        tw_problems_add(problems, value,
                        "output.services is empty: name some of tilejson, wmts, viewer, arcgis, or "
                        "all");
}

static const char *read_text(const struct tw_value *map, const char *key, struct tw_arena *arena,
                             struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(map, key);
    if (value == NULL || value->kind == TW_NULL)
        return NULL;
    if (value->kind == TW_STRING || value->kind == TW_NUMBER)
        return tw_arena_strdup(arena, value->text);
    tw_problems_add(problems, value, "output.services.%s must be a text, not %s", key,
                    tw_value_kind_name(value->kind));
    return NULL;
}

const char *tw_service_url(const char *text, struct tw_arena *arena)
{
    static const char *const schemes[] = {"https://", "http://"};
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '/')
        length--;
    for (int i = 0; i < 2; i++)
        if (strncmp(text, schemes[i], strlen(schemes[i])) == 0 && length > strlen(schemes[i]) &&
            strpbrk(text, " \"<>\\^`{|}?#") == NULL)
            return tw_arena_strndup(arena, text, length);
    return NULL;
}

static void read_map(const struct tw_value *value, struct tw_arena *arena, struct tw_service_request *request,
                     struct tw_problems *problems)
{
    const struct tw_value *files = tw_value_get(value, "files");
    for (size_t i = 0; i < value->count; i++) {
        bool known = false;
        for (size_t k = 0; k < NUM_MAP_KEYS; k++)
            known = known || strcmp(map_keys[k], value->members[i].key) == 0;
        if (!known)
            tw_problems_add_unknown_key(problems, &value->members[i], "key of output.services", map_keys,
                                        NUM_MAP_KEYS);
    }
    request->title = read_text(value, "title", arena, problems);
    request->attribution = read_text(value, "attribution", arena, problems);
    const char *url = read_text(value, "base_url", arena, problems);
    if (url != NULL && (request->base_url = tw_service_url(url, arena)) == NULL)
        tw_problems_add(problems, tw_value_get(value, "base_url"),
                        "output.services.base_url must be the URL of the folder, such as "
                        "https://maps.example.org/tiles, not '%s'",
                        url);
    request->all = files == NULL || files->kind == TW_NULL;
    if (!request->all)
        read_kinds(files, request, problems);
}

void tw_service_request_read(const struct tw_value *value, struct tw_arena *arena,
                             struct tw_service_request *request, struct tw_problems *problems)
{
    *request = (struct tw_service_request){0};
    if (value->kind == TW_MAP)
        read_map(value, arena, request, problems);
    else
        read_kinds(value, request, problems);
}

enum tw_status tw_service_choose(const struct tw_service_request *request, struct tw_map_service *service,
                                 bool chosen[TW_NUM_SERVICE_KINDS], struct tw_error *err)
{
    service->title = request->title != NULL ? request->title : service->title;
    service->attribution = request->attribution != NULL ? request->attribution : service->attribution;
    service->base_url = request->base_url;
    struct tw_error first = {0};
    bool any = false;
    for (int i = 0; i < TW_NUM_SERVICE_KINDS; i++) {
        struct tw_error reason = {0};
        chosen[i] = (request->all || request->kinds[i]) &&
                    tw_map_service_check(service, (enum tw_service_kind)i, &reason) == TW_OK;
        any = any || chosen[i];
        if (reason.status != TW_OK && first.status == TW_OK)
            first = reason;
    }
    if (first.status == TW_OK || (request->all && any))
        return TW_OK;
    *err = first;
    return first.status;
}

enum tw_status tw_services_write(const struct tw_map_service *service,
                                 const bool chosen[TW_NUM_SERVICE_KINDS], const char *folder,
                                 struct tw_error *err)
{
    enum tw_status status = TW_OK;
    for (int i = 0; status == TW_OK && i < TW_NUM_SERVICE_KINDS; i++)
        if (chosen[i])
            status = tw_map_service_write(service, (enum tw_service_kind)i, folder, err);
    return status;
}
