/* check.h - the checks of a configuration, one file for each part of it.
 *
 * Each reads its part out of the root map into struct tw_config and adds all that is wrong to problems. A
 * part that is wrong leaves defaults behind, so that the checks after it do not complain about the same thing
 * again. To add a key: put it into the list of known keys of its part, and read it there.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CHECK_H
#define TW_CHECK_H

#include "config.h"

/* Pixels of a tile's side with output.retina: twice what maps count with. */
enum { TW_RETINA_PX = 512 };

struct tw_check {
    struct tw_config *config;
    struct tw_problems *problems;
    tw_grid_reader *read_grid; /* or NULL */
    bool zooms_are_known;      /* zoom_levels and baselevels are right */
    bool pyramid_is_known;     /* nothing under pyramid is wrong */
    bool output_only;          /* only the output is of interest: the process need not run here */
    bool nomem;
};

/* check_root.c: everything, in the right order. */
void tw_check_root(struct tw_check *check);
/* Whether the root holds an old or misplaced key that stands for key: then key is not called missing too. */
bool tw_check_is_misnamed(const struct tw_value *root, const char *key);

/* check_process.c: process, input, process_parameters. */
void tw_check_process(struct tw_check *check);
void tw_check_input(struct tw_check *check);
void tw_check_params(struct tw_check *check);
/* check_pyramid.c, check_output.c */
void tw_check_pyramid(struct tw_check *check);
/* After zoom_levels. */
void tw_check_metatile_size(struct tw_check *check);
void tw_check_output(struct tw_check *check);
/* check_zooms.c: zoom_levels, baselevels. */
void tw_check_zoom_levels(struct tw_check *check);
/* The grid has these zooms. */
void tw_check_zooms_of_grid(struct tw_check *check);
void tw_check_baselevels(struct tw_check *check);
/* check_area.c: bounds, area and their CRSs. */
void tw_check_area(struct tw_check *check);

/* check_notify.c */
void tw_check_notify(struct tw_check *check);

/* check_conditions.c: conditions in value must be readable, hold at exactly one of each other's zooms, and
 * cover all of zooms (0: unknown, nothing has to be covered). */
void tw_check_conditions(struct tw_check *check, const struct tw_value *value, uint32_t zooms);
/* Refuses conditions where they have no effect; part is the root key. */
void tw_check_no_conditions(struct tw_check *check, const struct tw_value *value, const char *part);

/* The keys that are known there; each returns their number. */
size_t tw_check_root_keys(const char *const **names);
size_t tw_check_pyramid_keys(const char *const **names);
size_t tw_check_zoom_keys(const char *const **names);
size_t tw_check_baselevel_keys(const char *const **names);
size_t tw_check_bounds_keys(const char *const **names);
size_t tw_check_notify_keys(const char *const **names);

/* check_types.c: what all of them need. Those that return false have added a problem. name is the dotted name
 * of the value: `pyramid.metatiling`. */

/* The value of a key; NULL when it is absent or null. */
const struct tw_value *tw_check_given(const struct tw_value *map, const char *key);
/* The same for a key that must be there: `'process' is missing: HINT`. */
const struct tw_value *tw_check_required(struct tw_check *check, const struct tw_value *map, const char *name,
                                         const char *hint);

/* `NAME must be WANTED, not 5`; returns false. */
bool tw_check_wrong(struct tw_check *check, const struct tw_value *value, const char *name,
                    const char *wanted);

/* A string that is not empty. */
bool tw_check_string(struct tw_check *check, const struct tw_value *value, const char *name,
                     const char *wanted);

struct tw_check_range {
    int min, max;
};
/* A whole number in a range. */
bool tw_check_int(struct tw_check *check, const struct tw_value *value, const char *name,
                  struct tw_check_range range, int *number);

/* Every key of the map must be known; kind is `key` or `pyramid key`. */
void tw_check_keys(struct tw_check *check, const struct tw_value *map, const char *kind,
                   const char *const *known, size_t count);

/* metatiling (1 to 256) and pixelbuffer, where given in map. */
void tw_check_metatiling(struct tw_check *check, const struct tw_value *map, const char *name,
                         int *metatiling);
void tw_check_pixelbuffer(struct tw_check *check, const struct tw_value *map, const char *name,
                          int *pixelbuffer_px);

#endif
