/* paste.h - pixels laid under others: what is valid already stays.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PASTE_H
#define TW_PASTE_H

#include "array.h"

/* Copies the valid pixels of count arrays to those pixels of target (of the same types; with validity, which
 * bands may share) that are nodata so far. col_px and row_px: where the arrays lie in it; they fit inside. */
void tw_paste(const struct tw_array *arrays, size_t count, struct tw_array *target, int32_t col_px,
              int32_t row_px);

#endif
