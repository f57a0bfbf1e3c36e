/* plan_group.h - groups of inputs: maps and lists in the place of a source.
 *
 * A map that says where a source is (`path`, `files`) or what reads it (`format`) is a source; any other map,
 * and each list, is a group, whose items are sources or groups again. The items of a list are named 1, 2 ...
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PLAN_GROUP_H
#define TW_PLAN_GROUP_H

#include "problems.h"
#include "script.h"

bool tw_value_is_group(const struct tw_value *value);

/* The number of inputs that the value can hold, itself among them. */
size_t tw_group_size(const struct tw_value *value);

const struct tw_value *tw_group_item(const struct tw_value *group, size_t i);
/* Its name, in the arena or the value's; NULL when out of memory. */
const char *tw_group_item_name(const struct tw_value *group, size_t i, struct tw_arena *arena);

/* Adds problems for names that no input of a group can have. path: the group's. */
void tw_group_check_names(const struct tw_value *group, const char *path, struct tw_problems *problems);

/* Whether the value is a group where the script wants one, and a source where it wants that. */
bool tw_group_fits(const struct tw_value *value, const struct tw_declared_input *input);
/* Adds a problem that says what the script wants instead. path: the input's. */
void tw_group_refuse(const struct tw_value *value, const char *path, const struct tw_declared_input *input,
                     const char *script, struct tw_problems *problems);

#endif
