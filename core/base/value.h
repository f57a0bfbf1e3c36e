/* value.h - plain configuration data: a tree of values that know where they stand in their file.
 *
 * The configuration reader makes these trees; drivers and scripts read their own options out of them and
 * complain with the place. A tree lives in an arena of program lifetime and is const from then on.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_VALUE_H
#define TW_VALUE_H

#include "arena.h"
#include "error.h"

#include <stdbool.h>
#include <stddef.h>

enum tw_value_kind { TW_NULL = 0, TW_BOOL, TW_NUMBER, TW_STRING, TW_LIST, TW_MAP };

struct tw_member;

struct tw_value {
    enum tw_value_kind kind;
    int line, col;             /* from 1; 0 for values that come from no file */
    const char *file;          /* may be NULL; without a line: what gave the value, such as `--nodata` */
    const char *text;          /* scalars: as written, never NULL; TW_STRING: the string */
    double number;             /* TW_NUMBER */
    bool boolean;              /* TW_BOOL */
    size_t count;              /* TW_LIST and TW_MAP */
    struct tw_value *items;    /* TW_LIST */
    struct tw_member *members; /* TW_MAP, in the order of the file */
};

struct tw_member {
    const char *key;
    int line, col; /* of the key */
    struct tw_value value;
};

/* The value of a key, or NULL: also when map is NULL or no map. */
const struct tw_value *tw_value_get(const struct tw_value *map, const char *key);

/* `a string`, `a number`, `a list`, ... for messages. */
const char *tw_value_kind_name(enum tw_value_kind kind);

enum { TW_SHOWN_SIZE = 80 };
/* The value for the end of a message: `'text'`, `5`, `a list`; cut when long; returns text. */
const char *tw_value_shown(const struct tw_value *value, char text[TW_SHOWN_SIZE]);

/* Whether the value is a whole number that fits; sets *number. */
bool tw_value_is_int(const struct tw_value *value, long long *number);

/* Makes values that stand in no file, for command lines, tests and defaults; NULL when out of memory. */
struct tw_value *tw_value_string(struct tw_arena *arena, const char *text);
struct tw_value *tw_value_number(struct tw_arena *arena, double number);
struct tw_value *tw_value_bool(struct tw_arena *arena, bool boolean);
/* Items for a list of that many, to be filled in. */
struct tw_value *tw_value_list(struct tw_arena *arena, size_t count);
/* A map with one more member than before, or with that member replaced. */
struct tw_value *tw_value_with(struct tw_arena *arena, const struct tw_value *map, const char *key,
                               const struct tw_value *value);

/* Sets the error `file:line:col: message`; without a line `file: message`, without a file the message alone.
 * Returns status. */
enum tw_status tw_error_at(struct tw_error *err, enum tw_status status, const struct tw_value *value,
                           const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
