/* tiff_crs_key.h - the part of a GeoTIFF that says its CRS, as bytes.
 *
 * To make a CRS of it takes ten times as long as to open the file: of ten thousand scenes in one UTM zone it
 * is made once.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TIFF_CRS_KEY_H
#define TW_TIFF_CRS_KEY_H

#include "text.h"

/* Replaces key by the bytes of the three GeoTIFF tags of keys of the first image in a local file. Files with
 * the same bytes have the same CRS, unless a file beside them says otherwise. Returns false when there are
 * none: the file is remote, no TIFF, has no keys, or cannot be read. */
bool tw_tiff_crs_key(const char *path, struct tw_text *key);

#endif
