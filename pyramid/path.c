/* SPDX-License-Identifier: MIT */
#include "path.h"

#include <stdlib.h>
#include <string.h>

enum part { PART_ZOOM = 0, PART_ROW, PART_COL, PART_SOUTH, PART_QUADKEY, PART_EXTENSION };

enum { MAX_DIGITS = 12, MAX_WIDTH = 12, NUM_NAMES = 9 };

static const char *const names[NUM_NAMES] = {"{zoom}", "{row}", "{col}", "{extension}", "{z}",
                                             "{y}",    "{x}",   "{-y}",  "{quadkey}"};
static const enum part parts[NUM_NAMES] = {PART_ZOOM, PART_ROW, PART_COL,   PART_EXTENSION, PART_ZOOM,
                                           PART_ROW,  PART_COL, PART_SOUTH, PART_QUADKEY};

const char tw_path_exploded[] = "_alllayers/L{zoom:02}/R{row:08x}/C{col:08x}.{extension}";
const char tw_path_bundled[] = "_alllayers/L{zoom:02}/R{row:04x}C{col:04x}.bundle";

bool tw_path_is_bundled(const char *schema)
{
    return strcmp(schema, tw_path_bundled) == 0;
}

const struct tw_path_layout tw_path_layouts[TW_NUM_PATH_LAYOUTS] = {
    {"wmts", "{zoom}/{row}/{col}.{extension}", "row 0 in the north; mapchete's, and the default"},
    {"xyz", "{zoom}/{col}/{row}.{extension}", "as web maps ask for tiles: z/x/y"},
    {"tms", "{zoom}/{col}/{-y}.{extension}", "OSGeo's Tile Map Service: z/x/y with row 0 in the south"},
    {"quadkey", "{quadkey}.{extension}", "Bing Maps: one name for zoom, row and column"},
    {"arcgis", tw_path_exploded, "Esri's exploded cache"},
    {"compact", tw_path_bundled, "Esri's Compact Cache V2: bundles of 128 x 128 tiles"},
    {"mapserver", "MapServer/tile/{zoom}/{row}/{col}", "as ArcGIS asks a MapServer for tiles"},
};

/* What stands between braces, and how a number is written. */
struct placeholder {
    enum part part;
    size_t length; /* of its text */
    int width;
    bool is_hex;
};

static bool is_number(enum part part)
{
    return part <= PART_SOUTH;
}

/* `08x}`, `2}` */
static bool read_format(const char *text, struct placeholder *placeholder)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    long width = strtol(text, &end, 10);
    placeholder->is_hex = *end == 'x';
    end += placeholder->is_hex;
    placeholder->width = (int)width;
    return width <= MAX_WIDTH && *end == '}';
}

/* Whether text begins with a placeholder. */
static bool placeholder_at(const char *text, struct placeholder *placeholder)
{
    size_t length = *text == '{' ? strcspn(text, "}:") : 0;
    if (length == 0 || text[length] == '\0')
        return false;
    for (int i = 0; i < NUM_NAMES; i++) {
        if (strlen(names[i]) != length + 1 || strncmp(text, names[i], length) != 0)
            continue;
        *placeholder = (struct placeholder){.part = parts[i], .length = length + 1};
        if (text[length] == '}')
            return true;
        placeholder->length = strcspn(text, "}") + 1;
        return is_number(parts[i]) && read_format(text + length + 1, placeholder);
    }
    return false;
}

static void add_quadkey(struct tw_text *path, const struct tw_tile *tile)
{
    for (int i = tile->zoom - 1; i >= 0; i--)
        tw_text_printf(path, "%d", (int)((tile->row >> i & 1) * 2 + (tile->col >> i & 1)));
}

static void add_number(struct tw_text *path, const struct placeholder *placeholder, int64_t number)
{
    if (placeholder->is_hex)
        tw_text_printf(path, "%0*llx", placeholder->width, (unsigned long long)number);
    else
        tw_text_printf(path, "%0*lld", placeholder->width, (long long)number);
}

static int64_t number_of(const struct tw_path_schema *schema, enum part part, const struct tw_tile *tile)
{
    if (part == PART_ZOOM)
        return tile->zoom;
    if (part == PART_SOUTH)
        return tw_pyramid_rows(schema->pyramid, tile->zoom) - 1 - tile->row;
    return part == PART_ROW ? tile->row : tile->col;
}

char *tw_tile_path(struct tw_arena *arena, const struct tw_path_schema *schema, const struct tw_tile *tile)
{
    struct tw_text path = {0};
    struct placeholder placeholder;
    for (const char *at = schema->text; *at != '\0';) {
        if (!placeholder_at(at, &placeholder)) {
            tw_text_add_bytes(&path, at++, 1);
            continue;
        }
        if (placeholder.part == PART_EXTENSION)
            tw_text_add(&path, schema->extension);
        else if (placeholder.part == PART_QUADKEY)
            add_quadkey(&path, tile);
        else
            add_number(&path, &placeholder, number_of(schema, placeholder.part, tile));
        at += placeholder.length;
    }
    char *kept = path.failed ? NULL : tw_arena_strdup(arena, tw_text_get(&path));
    tw_text_free(&path);
    return kept;
}

char *tw_path_template(struct tw_arena *arena, const char *schema, const char *const words[4])
{
    static const int word_of[] = {[PART_ZOOM] = 0,   [PART_ROW] = 1,      [PART_COL] = 2,
                                  [PART_SOUTH] = -1, [PART_QUADKEY] = -1, [PART_EXTENSION] = 3};
    struct tw_text text = {0};
    struct placeholder placeholder;
    bool is_plain = true;
    for (const char *at = schema; *at != '\0' && is_plain;) {
        if (!placeholder_at(at, &placeholder)) {
            tw_text_add_bytes(&text, at++, 1);
            continue;
        }
        int word = word_of[placeholder.part];
        is_plain = word >= 0 && placeholder.width <= 1 && !placeholder.is_hex;
        tw_text_add(&text, is_plain ? words[word] : "");
        at += placeholder.length;
    }
    char *kept = text.failed || !is_plain ? NULL : tw_arena_strdup(arena, tw_text_get(&text));
    tw_text_free(&text);
    return kept;
}

static bool learn(int64_t *known, int64_t number)
{
    if (*known >= 0 && *known != number)
        return false;
    *known = number;
    return true;
}

static bool learn_zoom(struct tw_tile *tile, int64_t number)
{
    if (number > TW_MAX_ZOOM || (tile->zoom >= 0 && tile->zoom != number))
        return false;
    tile->zoom = (int)number;
    return true;
}

/* The row from the south needs to know the zoom. */
static bool learn_south(const struct tw_path_schema *schema, struct tw_tile *tile, int64_t number)
{
    if (tile->zoom < 0 || tile->zoom > tw_grid_max_zoom(schema->pyramid->grid))
        return false;
    int64_t rows = tw_pyramid_rows(schema->pyramid, tile->zoom);
    return number < rows && learn(&tile->row, rows - 1 - number);
}

/* Takes a number, unless another one is known already. */
static bool bind(const struct tw_path_schema *schema, enum part part, int64_t number, struct tw_tile *tile)
{
    if (part == PART_ZOOM)
        return learn_zoom(tile, number);
    if (part == PART_SOUTH)
        return learn_south(schema, tile, number);
    return learn(part == PART_ROW ? &tile->row : &tile->col, number);
}

/* Whether the number is written so: no zeros in front but those that fill the width. */
static bool is_written(const struct placeholder *placeholder, int64_t number, const char *digits,
                       size_t length)
{
    struct tw_text text = {0};
    add_number(&text, placeholder, number);
    bool same = !text.failed && text.length == length && strncmp(text.chars, digits, length) == 0;
    tw_text_free(&text);
    return same;
}

static bool match_rest(const struct tw_path_schema *schema, const struct placeholder *placeholder,
                       const char *name, struct tw_tile *tile)
{
    struct tw_path_schema rest = *schema;
    rest.text += placeholder->length;
    return tw_path_match(&rest, name, tile);
}

/* A schema may have digits behind a placeholder: then the number is the longest that leaves them. */
static bool match_number(const struct tw_path_schema *schema, const struct placeholder *placeholder,
                         const char *name, struct tw_tile *tile)
{
    size_t digits = strspn(name, placeholder->is_hex ? "0123456789abcdef" : "0123456789");
    for (size_t length = digits < MAX_DIGITS ? digits : MAX_DIGITS; length > 0; length--) {
        char text[MAX_DIGITS + 1];
        memcpy(text, name, length);
        text[length] = '\0';
        int64_t number = strtoll(text, NULL, placeholder->is_hex ? 16 : 10);
        struct tw_tile tried = *tile;
        if (is_written(placeholder, number, name, length) &&
            bind(schema, placeholder->part, number, &tried) &&
            match_rest(schema, placeholder, name + length, &tried)) {
            *tile = tried;
            return true;
        }
    }
    return false;
}

static bool bind_quadkey(const char *key, size_t length, struct tw_tile *tile)
{
    int64_t row = 0, col = 0;
    if (length > TW_MAX_ZOOM)
        return false;
    for (size_t i = 0; i < length; i++) {
        row = row * 2 + ((key[i] - '0') >> 1);
        col = col * 2 + ((key[i] - '0') & 1);
    }
    return learn_zoom(tile, (int64_t)length) && learn(&tile->row, row) && learn(&tile->col, col);
}

static bool match_quadkey(const struct tw_path_schema *schema, const struct placeholder *placeholder,
                          const char *name, struct tw_tile *tile)
{
    for (size_t length = strspn(name, "0123"); length > 0; length--) {
        struct tw_tile tried = *tile;
        if (bind_quadkey(name, length, &tried) && match_rest(schema, placeholder, name + length, &tried)) {
            *tile = tried;
            return true;
        }
    }
    return false;
}

bool tw_path_match(const struct tw_path_schema *schema, const char *name, struct tw_tile *tile)
{
    struct placeholder placeholder;
    for (const char *at = schema->text; *at != '\0';) {
        struct tw_path_schema from = {at, schema->extension, schema->pyramid};
        if (!placeholder_at(at, &placeholder)) {
            if (*at++ != *name++)
                return false;
        } else if (placeholder.part == PART_QUADKEY) {
            return match_quadkey(&from, &placeholder, name, tile);
        } else if (placeholder.part != PART_EXTENSION) {
            return match_number(&from, &placeholder, name, tile);
        } else {
            size_t length = strlen(schema->extension);
            if (strncmp(name, schema->extension, length) != 0)
                return false;
            name += length;
            at += placeholder.length;
        }
    }
    return *name == '\0';
}

/* Whether the schema holds one of the two parts. */
static bool holds(const char *text, enum part one, enum part other)
{
    struct placeholder placeholder;
    for (; *text != '\0'; text++)
        if (placeholder_at(text, &placeholder) && (placeholder.part == one || placeholder.part == other))
            return true;
    return false;
}

bool tw_path_tells_zoom(const char *text)
{
    return holds(text, PART_ZOOM, PART_QUADKEY);
}

/* Digits alone between two numbers do not tell where one ends and the other begins: `1` and `11` read as `11`
 * and `1`. */
static bool runs_together(const char *schema)
{
    const char *digits = NULL; /* of the number before */
    struct placeholder placeholder;
    while (*schema != '\0') {
        bool found = placeholder_at(schema, &placeholder);
        bool is_key = found && placeholder.part != PART_EXTENSION;
        if (is_key && digits != NULL)
            return true;
        if (is_key)
            digits = placeholder.is_hex ? "0123456789abcdef" : "0123456789";
        else if (found || (digits != NULL && strchr(digits, *schema) == NULL))
            digits = NULL;
        schema += found ? placeholder.length : 1;
    }
    return false;
}

static bool check_braces(const struct tw_value *schema, struct tw_problems *problems)
{
    struct placeholder placeholder;
    for (const char *at = schema->text; (at = strpbrk(at, "{}")) != NULL; at += placeholder.length) {
        if (placeholder_at(at, &placeholder))
            continue;
        char name[64];
        size_t length = *at == '{' ? strcspn(at, "}") : 0;
        length = length + 1 < sizeof(name) ? length + 1 : sizeof(name) - 1;
        memcpy(name, at, length);
        name[strnlen(at, length)] = '\0';
        tw_problems_add_unknown(problems, schema, "placeholder", name, names, NUM_NAMES);
        return false;
    }
    return true;
}

/* Each of the numbers is there, itself or in another form. */
static bool check_numbers(const struct tw_value *schema, struct tw_problems *problems)
{
    static const struct {
        enum part part, other;
        const char *name;
    } needed[] = {
        {PART_ZOOM, PART_ZOOM, "{zoom}"}, {PART_ROW, PART_SOUTH, "{row}"}, {PART_COL, PART_COL, "{col}"}};
    for (size_t i = 0; i < 3 && !holds(schema->text, PART_QUADKEY, PART_QUADKEY); i++)
        if (!holds(schema->text, needed[i].part, needed[i].other)) {
            tw_problems_add(problems, schema, "the path of tiles '%s' needs %s", schema->text,
                            needed[i].name);
            return false;
        }
    const char *south = strstr(schema->text, "{-y");
    for (const char *at = schema->text; south != NULL && at < south; at++) {
        struct placeholder placeholder;
        if (placeholder_at(at, &placeholder) &&
            (placeholder.part == PART_ZOOM || placeholder.part == PART_QUADKEY))
            south = NULL;
    }
    if (south != NULL)
        tw_problems_add(problems, schema, "the path of tiles '%s' needs {zoom} in front of {-y}",
                        schema->text);
    return south == NULL;
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
    if (!check_numbers(schema, problems))
        return false;
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

bool tw_path_schema_fits(const struct tw_value *schema, const struct tw_pyramid *pyramid, int min_zoom,
                         struct tw_problems *problems)
{
    if (!holds(schema->text, PART_QUADKEY, PART_QUADKEY))
        return true;
    if (pyramid->grid->rows == 1 && pyramid->grid->cols == 1 && min_zoom > 0)
        return true;
    if (min_zoom == 0)
        tw_problems_add(
            problems, schema,
            "a quadkey has a digit for each zoom, so that there is none for zoom 0: begin at zoom 1");
    else
        tw_problems_add(
            problems, schema,
            "a quadkey needs a grid that is one tile at zoom 0, such as mercator; grid '%s' is %lld x "
            "%lld",
            pyramid->grid->name, (long long)pyramid->grid->cols, (long long)pyramid->grid->rows);
    return false;
}

const char *tw_path_layout_read(const struct tw_value *value, struct tw_problems *problems)
{
    const char *known[TW_NUM_PATH_LAYOUTS];
    for (int i = 0; i < TW_NUM_PATH_LAYOUTS; i++) {
        known[i] = tw_path_layouts[i].name;
        if (value->kind == TW_STRING && strcmp(value->text, known[i]) == 0)
            return tw_path_layouts[i].schema;
    }
    if (value->kind != TW_STRING || strchr(value->text, '{') != NULL)
        return tw_path_schema_check(value, problems) ? value->text : NULL;
    tw_problems_add_unknown(problems, value, "layout", value->text, known, TW_NUM_PATH_LAYOUTS);
    return NULL;
}
