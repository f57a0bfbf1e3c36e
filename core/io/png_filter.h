/* png_filter.h - rows of pixels, as PNG wants them before they are compressed.
 *
 * PNG specification (W3C, second edition), sections 7.2 and 9: samples side by side, 16-bit ones with the
 * high byte first, each row predicted from its neighbours by one of five filters.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PNG_FILTER_H
#define TW_PNG_FILTER_H

#include "raster.h"

#include <stdint.h>

enum tw_png_filter {
    TW_PNG_NONE = 0,
    TW_PNG_SUB,
    TW_PNG_UP,
    TW_PNG_AVERAGE,
    TW_PNG_PAETH,
    TW_PNG_NUM_FILTERS
};

/* Bytes of a pixel and of a row (without the filter's byte). All bands are uint8, or all are uint16. */
size_t tw_png_pixel_bytes(const struct tw_raster *raster);
size_t tw_png_row_bytes(const struct tw_raster *raster);

/* The filter that promises the smallest file, guessed from a few rows. scratch: three rows. */
enum tw_png_filter tw_png_pick_filter(const struct tw_raster *raster, uint8_t *scratch);

/* Writes all rows, each with its filter's byte in front: height * (1 + row bytes). scratch: two rows. */
void tw_png_filter_rows(const struct tw_raster *raster, enum tw_png_filter filter, uint8_t *out,
                        uint8_t *scratch);

/* One row of samples side by side. */
void tw_png_interleave(const struct tw_raster *raster, int32_t row, uint8_t *out);

#endif
