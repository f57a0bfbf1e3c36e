/* SPDX-License-Identifier: MIT */
#include "tile.h"

#include <string.h>

enum part { PART_ZOOM = 0, PART_ROW, PART_COL, PART_EXTENSION, NUM_PARTS };

static const char *const parts[NUM_PARTS] = {"{zoom}", "{row}", "{col}", "{extension}"};

/* The placeholder at the beginning of text, or NUM_PARTS. */
static enum part part_at(const char *text)
{
    for (int i = 0; i < NUM_PARTS; i++)
        if (strncmp(text, parts[i], strlen(parts[i])) == 0)
            return (enum part)i;
    return NUM_PARTS;
}

static void add_part(struct tw_text *path, enum part part, const struct tw_tile *tile, const char *extension)
{
    if (part == PART_EXTENSION)
        tw_text_add(path, extension);
    else if (part == PART_ZOOM)
        tw_text_printf(path, "%d", tile->zoom);
    else
        tw_text_printf(path, "%lld", (long long)(part == PART_ROW ? tile->row : tile->col));
}

char *tw_tile_path(struct tw_arena *arena, const char *schema, const struct tw_tile *tile,
                   const char *extension)
{
    struct tw_text path = {0};
    while (*schema != '\0') {
        enum part part = part_at(schema);
        if (part != NUM_PARTS) {
            add_part(&path, part, tile, extension);
            schema += strlen(parts[part]);
        } else {
            tw_text_add_bytes(&path, schema, 1);
            schema++;
        }
    }
    char *kept = path.failed ? NULL : tw_arena_strdup(arena, tw_text_get(&path));
    tw_text_free(&path);
    return kept;
}

static bool check_braces(const struct tw_value *schema, struct tw_problems *problems)
{
    for (const char *at = schema->text; (at = strpbrk(at, "{}")) != NULL;) {
        enum part part = part_at(at);
        size_t length = *at == '{' ? strcspn(at, "}") : 0;
        if (part == NUM_PARTS) {
            char name[64];
            length = length + 1 < sizeof(name) ? length + 1 : sizeof(name) - 1;
            memcpy(name, at, length);
            name[strnlen(at, length)] = '\0';
            tw_problems_add_unknown(problems, schema, "placeholder", name, parts, NUM_PARTS);
            return false;
        }
        at += strlen(parts[part]);
    }
    return true;
}

/* Whether one of the folders or the name is `..`. */
static bool climbs(const char *path)
{
    for (const char *name = path; name != NULL; name = strchr(name, '/')) {
        name += *name == '/';
        if (strcspn(name, "/") == 2 && strncmp(name, "..", 2) == 0)
            return true;
    }
    return false;
}

bool tw_path_schema_check(const struct tw_value *schema, struct tw_problems *problems)
{
    if (schema->kind != TW_STRING) {
        tw_problems_add(problems, schema, "the path of tiles must be a string, not %s",
                        tw_value_kind_name(schema->kind));
        return false;
    }
    if (!check_braces(schema, problems))
        return false;
    for (int i = PART_ZOOM; i <= PART_COL; i++) {
        if (strstr(schema->text, parts[i]) == NULL) {
            tw_problems_add(problems, schema, "the path of tiles '%s' needs %s", schema->text, parts[i]);
            return false;
        }
    }
    if (*schema->text == '/' || climbs(schema->text)) {
        tw_problems_add(problems, schema,
                        "the path of tiles '%s' must stay below the output's path: no leading '/', no '..'",
                        schema->text);
        return false;
    }
    return true;
}
