/* shown_file.h - a raster, features or tiles as the preview shows them: by a conversion that is never
 * written.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SHOWN_FILE_H
#define TW_SHOWN_FILE_H

#include "layer.h"

/* For tw_layer_spec. */
enum tw_status tw_shown_file_load(const char *path, struct tw_loaded *loaded, struct tw_problems *problems);

#endif
