/* plan_config_input.h - inputs that are the output of another configuration.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PLAN_CONFIG_INPUT_H
#define TW_PLAN_CONFIG_INPUT_H

#include "plan.h"

/* Whether a path is that of a configuration, by its suffix: .yaml .yml .mapchete. */
bool tw_path_is_config(const char *path);

/* Whether value names a configuration: `other.yaml`, `{path: other.mapchete}`, `{format: config, ...}`. */
bool tw_value_is_config(const struct tw_value *value);

/* What the sources read instead: the folder or file that the configuration has made, with the options of the
 * input, new in the plan's arena. Adds problems, and returns TW_EUSAGE: the configuration is wrong (with the
 * places in its own file), reads the output of this one, or has made nothing yet. */
enum tw_status tw_plan_config_input(const struct tw_plan *plan, const char *name,
                                    const struct tw_value *value, const struct tw_value **output,
                                    struct tw_problems *problems);

/* The folder or file that the configuration at path has made, new in the arena. TW_EUSAGE, with problems: it
 * is wrong, or has made nothing yet. */
enum tw_status tw_config_made(const char *path, struct tw_arena *arena, const char **output,
                              struct tw_problems *problems);

#endif
