/* probe.h - what the inputs of an edition hold at a place, read from their files.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PROBE_H
#define TW_PROBE_H

#include "edition.h"

#include <jansson.h>

struct tw_probe {
    const struct tw_edition *edition;
    const char *id;         /* of its layer */
    int input;              /* index; below 0: all */
    struct tw_window pixel; /* of the grid */
    const volatile int *cancel;
};

/* A list: of each input `id`, `values` with names; of stacks `times` and `series` as well, without the scenes
 * that hold nothing there; of features the properties of the first, and how many there are; or `error`. Opens
 * the files anew: in a thread that may wait. NULL when out of memory. */
json_t *tw_probe_read(const struct tw_probe *probe);

#endif
