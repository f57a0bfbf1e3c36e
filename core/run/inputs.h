/* inputs.h - what the tiles of a plan are made from, now: the inventory that is kept beside the output.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_INPUTS_H
#define TW_INPUTS_H

#include "contents.h"
#include "inventory.h"
#include "plan.h"

/* The inventory, and of each of its lines what its files looked like. All memory is in the arena. */
struct tw_inputs {
    struct tw_inventory inventory; /* zero-initialise it but for the arena */
    struct tw_content *looks;
};

/* Looks at every part of every source, on all cores. Reads what has changed since it was remembered in
 * contents. */
enum tw_status tw_inputs_take(const struct tw_plan *plan, const struct tw_contents *contents,
                              struct tw_inputs *inputs, struct tw_error *err);

#endif
