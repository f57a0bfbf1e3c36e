/* samples.h - bytes of several bands: side by side, as in picture files, and apart, as in rasters.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SAMPLES_H
#define TW_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

enum { TW_MOST_SAMPLES = 4 };

/* count pixels of 1 to 4 bands; joined has num_bands * count bytes. */
void tw_samples_join(const uint8_t *const *bands, size_t num_bands, uint8_t *joined, size_t count);
void tw_samples_split(const uint8_t *joined, uint8_t *const *bands, size_t num_bands, size_t count);

#endif
