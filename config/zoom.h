/* zoom.h - values that depend on the zoom: `zoom<=8`, `zoom=9`, `zoom>9` as the keys of a map.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ZOOM_H
#define TW_ZOOM_H

#include "value.h"

#include <stdint.h>

/* A set of zooms is a number whose bit z stands for zoom z. */
uint32_t tw_zooms_between(int min_zoom, int max_zoom);
/* The lowest zoom of the set; -1 when it is empty. */
int tw_zooms_first(uint32_t zooms);

enum tw_condition { TW_NO_CONDITION, TW_CONDITION, TW_BAD_CONDITION };

/* Whether a key is a condition (the word `zoom` and an operator), and the zooms for which it holds; bad: it
 * means to be one and cannot be read. */
enum tw_condition tw_condition_parse(const char *key, uint32_t *zooms);

/* Whether the value is a map whose keys are conditions. */
bool tw_value_is_conditional(const struct tw_value *value);

#endif
