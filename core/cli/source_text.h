/* source_text.h - what an input is, in a line of words or as JSON: for `check` and `info`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SOURCE_TEXT_H
#define TW_SOURCE_TEXT_H

#include "source_about.h"
#include "text.h"

#include <jansson.h>

/* `raster, 3 bands (red, green, blue) uint8, EPSG:32633, 100 x 200 pixels of 10` */
void tw_source_text(const struct tw_source *source, const struct tw_source_about *about,
                    struct tw_text *text);

/* `3 bands (red green blue) of uint8` */
void tw_source_bands_text(const struct tw_source *source, struct tw_text *text);

/* New; what is not known is left out. */
json_t *tw_source_json(const struct tw_source *source, const struct tw_source_about *about);

/* `10`, or `10 x 20` where pixels are not square. */
void tw_add_pixel_size(struct tw_text *text, double width, double height);

/* `3 bands`, `1 band`: a number and a noun that takes an s. */
void tw_add_count(struct tw_text *text, unsigned long long count, const char *noun);

/* Prints the object as one line on standard output, and frees it. False, after a message, when it is NULL or
 * cannot be written. */
bool tw_print_json(json_t *json);

json_t *tw_box_json(const struct tw_box *box);

#endif
