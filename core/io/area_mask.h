/* area_mask.h - which pixels of a window lie in an area.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_AREA_MASK_H
#define TW_AREA_MASK_H

#include "area.h"
#include "window.h"

struct tw_area_mask {
    bool is_full;          /* all of them: then the rest is not set */
    uint8_t *inside;       /* one for each pixel of the window: TW_VALID where its centre lies in the area */
    struct tw_window part; /* of the window, with all pixels inside; one pixel when there are none */
};

/* The window may reach over the antimeridian. A pixel's place does not depend on the window; areas with a
 * common edge share no pixel. inside is in the arena; false when its budget is used up. */
bool tw_area_mask_make(const struct tw_area *area, const struct tw_window *window, struct tw_arena *arena,
                       struct tw_area_mask *mask);

#endif
