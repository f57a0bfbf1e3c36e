/* old_keys.h - the keys of mapchete's old configurations, brought to where they belong today.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_OLD_KEYS_H
#define TW_OLD_KEYS_H

#include "check.h"

/* Replaces config->root (a map) by one without old keys: `process_file`, `process_zoom`, `process_minzoom`,
 * `process_maxzoom`, `process_bounds`, `input_files`, `metatiling` and `pixelbuffer` at the root, and
 * `output.type` or `output.grid`. Each is warned of in the log, with its place. Adds a problem for an old key
 * beside the one that stands for it now. */
void tw_old_keys_translate(struct tw_check *check);

#endif
