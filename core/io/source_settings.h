/* source_settings.h - settings of GDAL that hold for one input: `gdal_options` and `storage_options`.
 *
 * They are set for the thread while it works for the input, and taken back afterwards.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SOURCE_SETTINGS_H
#define TW_SOURCE_SETTINGS_H

#include "arena.h"
#include "problems.h"

struct tw_setting {
    const char *name, *value;
};

struct tw_settings {
    struct tw_setting *items;
    size_t count;
};

/* Reads both from an input's map. TW_EUSAGE when problems were added, which tell no values of
 * storage_options; TW_ENOMEM. */
enum tw_status tw_settings_read(const struct tw_value *map, struct tw_arena *arena,
                                struct tw_settings *settings, struct tw_problems *problems);

/* Returns whether leave has to be called: not when they are in use already. */
bool tw_settings_use(const struct tw_settings *settings);
void tw_settings_leave(const struct tw_settings *settings);

#endif
