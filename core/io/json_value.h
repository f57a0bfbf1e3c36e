/* json_value.h - JSON as plain configuration data, and back.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_JSON_VALUE_H
#define TW_JSON_VALUE_H

#include "value.h"

#include <jansson.h>

/* The tree of a JSON text, in the arena. Everything in it stands at place (may be NULL): JSON has no lines to
 * point at. Returns NULL when out of memory. */
struct tw_value *tw_value_from_json(const json_t *json, const struct tw_value *place, struct tw_arena *arena);

/* Owned by the caller (json_decref). JSON has no NaN and no infinities: they are written as text. NULL when
 * out of memory. */
json_t *tw_value_to_json(const struct tw_value *value);
json_t *tw_number_to_json(double number);

#endif
