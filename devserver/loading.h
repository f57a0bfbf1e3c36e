/* loading.h - a version of the files in the making, in a thread of its own: a script may not let it end.
 *
 * It is given up when the files change again. Then what it runs is told to stop, and whatever becomes of it
 * is freed where it ends.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_LOADING_H
#define TW_LOADING_H

#include "layer.h"

/* Loads what the spec says, here. cancel: other than 0: to be given up; NULL: never. TW_EUSAGE when problems
 * were added. On success *edition is the caller's; it shows nothing of its output yet. */
enum tw_status tw_layer_load(const struct tw_layer_spec *spec, int number, const volatile int *cancel,
                             struct tw_edition **edition, struct tw_problems *problems);

struct tw_loading;

/* The same in a thread. The spec is copied; what it points to must live as long as the share's makers. NULL
 * when out of memory. */
struct tw_loading *tw_loading_begin(const struct tw_layer_spec *spec, int number);

/* Waits for its end, at most so long. */
bool tw_loading_wait(struct tw_loading *loading, long timeout_ms);

/* What became of it, once it has ended; the loading is freed. */
enum tw_status tw_loading_take(struct tw_loading *loading, struct tw_edition **edition,
                               struct tw_problems *problems);

/* Accepts NULL. */
void tw_loading_abandon(struct tw_loading *loading);

#endif
