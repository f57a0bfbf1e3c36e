/* gate.h - how many metatiles are in work at one time, whatever the layer.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_GATE_H
#define TW_GATE_H

struct tw_gate;

/* NULL when out of memory. */
struct tw_gate *tw_gate_new(int places);
/* Accepts NULL. Nobody may be inside. */
void tw_gate_free(struct tw_gate *gate);

/* Waits for a place. */
void tw_gate_enter(struct tw_gate *gate);
/* Gives back places, also those of workers that never come back. */
void tw_gate_leave(struct tw_gate *gate, int places);

#endif
