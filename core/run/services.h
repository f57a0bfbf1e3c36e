/* services.h - what scripts ask of other layers while a tile is made.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SERVICES_H
#define TW_SERVICES_H

#include "conversion.h"
#include "worker.h"

/* Of one tile job; lives as long as it. */
struct tw_services {
    struct tw_script_services script; /* whose context this is */
    struct tw_conversion conversion;
    struct tw_worker *worker;
};

/* Borrows worker and window. */
void tw_services_init(struct tw_services *services, struct tw_worker *worker, const struct tw_window *window);

#endif
