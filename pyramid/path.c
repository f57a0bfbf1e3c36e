/* SPDX-License-Identifier: MIT */
#include "tile.h"

#include <string.h>

enum part { PART_ZOOM = 0, PART_ROW, PART_COL, PART_EXTENSION, NUM_PARTS };

enum { MAX_DIGITS = 12 };

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

/* Takes the number that begins with these digits, unless another one is known already. */
static bool bind(struct tw_tile *tile, enum part part, const char *digits, size_t length)
{
    int64_t number = 0;
    for (size_t i = 0; i < length; i++)
        number = number * 10 + (digits[i] - '0');
    if (part == PART_ZOOM && number > TW_MAX_ZOOM)
        return false;
    int64_t known = part == PART_ZOOM ? tile->zoom : part == PART_ROW ? tile->row : tile->col;
    if (known >= 0 && known != number)
        return false;
    if (part == PART_ZOOM)
        tile->zoom = (int)number;
    else
        *(part == PART_ROW ? &tile->row : &tile->col) = number;
    return true;
}

/* A schema may have digits behind a placeholder: then the number is the longest that leaves them. */
static bool match_number(const char *schema, const char *extension, const char *name, struct tw_tile *tile)
{
    enum part part = part_at(schema);
    size_t digits = strspn(name, "0123456789");
    if (digits > 0 && name[0] == '0')
        digits = 1;
    for (size_t length = digits < MAX_DIGITS ? digits : MAX_DIGITS; length > 0; length--) {
        struct tw_tile tried = *tile;
        if (bind(&tried, part, name, length) &&
            tw_path_match(schema + strlen(parts[part]), extension, name + length, &tried)) {
            *tile = tried;
            return true;
        }
    }
    return false;
}

bool tw_path_match(const char *schema, const char *extension, const char *name, struct tw_tile *tile)
{
    for (; *schema != '\0'; schema++) {
        enum part part = part_at(schema);
        if (part == PART_EXTENSION) {
            if (strncmp(name, extension, strlen(extension)) != 0)
                return false;
            name += strlen(extension);
            schema += strlen(parts[part]) - 1;
        } else if (part != NUM_PARTS) {
            return match_number(schema, extension, name, tile);
        } else if (*schema != *name++) {
            return false;
        }
    }
    return *name == '\0';
}

/* Digits alone between two numbers do not tell where one ends and the other begins: `1` and `11` read as `11`
 * and `1`. */
static bool runs_together(const char *schema)
{
    bool after_number = false;
    while (*schema != '\0') {
        enum part part = part_at(schema);
        bool is_number = part < PART_EXTENSION;
        if (is_number && after_number)
            return true;
        after_number = is_number || (after_number && part == NUM_PARTS && strchr("0123456789", *schema));
        schema += part != NUM_PARTS ? strlen(parts[part]) : 1;
    }
    return false;
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
    if (runs_together(schema->text)) {
        tw_problems_add(problems, schema,
                        "the path of tiles '%s' needs something that is no digit between its numbers, as in "
                        "'{zoom}/{row}/{col}.{extension}'",
                        schema->text);
        return false;
    }
    return true;
}
