/* makers.h - threads that make something and end by themselves: counted, so that the server outlives them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_MAKERS_H
#define TW_MAKERS_H

struct tw_makers;

/* NULL when out of memory. */
struct tw_makers *tw_makers_new(void);
/* Waits for all of them. Accepts NULL. */
void tw_makers_free(struct tw_makers *makers);

/* Before the thread begins, and as the last thing that it does. */
void tw_makers_enter(struct tw_makers *makers);
void tw_makers_leave(struct tw_makers *makers);

#endif
