/* schema_parts.h - the pieces that the schema is made of, for the schema_*.c files only.
 *
 * All that returns JSON returns something new, which the caller owns; NULL when out of memory.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SCHEMA_PARTS_H
#define TW_SCHEMA_PARTS_H

#include "schema.h"
#include "value.h"

#include <jansson.h>

/* A key of a part of the configuration: "" (the root), `pyramid`, `grid`, `srs`, `zoom_levels`, `baselevels`,
 * `bounds`; `input` (all drivers) or `input raster`; `output` (all formats) or `output PNG`. */
struct tw_schema_key {
    const char *part, *key, *about;
    const char *takes; /* see tw_schema_takes */
};
extern const struct tw_schema_key tw_schema_keys[];
extern const size_t tw_num_schema_keys;

/* The line of the table, of the part itself or of the first word of it; NULL. */
const struct tw_schema_key *tw_schema_key_find(const char *part, const char *key);

/* schema_value.c: what a key takes, from its short form:
 *   bool, text, name (text or number), number, int LEAST MOST, crs, map, any,
 *   one A B C (one of these words), dtype, resampling, ref NAME (a definition), or JSON itself.
 * All but JSON may end in ` = DEFAULT`, which editors offer: `int 1 100 = 75`, `resampling = nearest`. */
json_t *tw_schema_takes(const char *takes);
json_t *tw_schema_one_of(const char *const *words, size_t count);
json_t *tw_schema_ref(const char *definition);
/* An object with those properties and no others. */
json_t *tw_schema_object(json_t *properties);
/* Also zoom conditions. */
json_t *tw_schema_by_zoom(json_t *schema);
json_t *tw_schema_strings(const char *const *words, size_t count);

/* schema_process.c: what follows when `process` names a built-in: a list of if/then. */
json_t *tw_schema_processes(struct tw_error *err);

#endif
