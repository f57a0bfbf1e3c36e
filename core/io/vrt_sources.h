/* vrt_sources.h - the files that a VRT refers to.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_VRT_SOURCES_H
#define TW_VRT_SOURCES_H

#include "error.h"

#include <gdal.h>

/* Whether all local files that the dataset at path refers to are there, if it is a VRT. TW_EINPUT:
 * `'x.vrt' refers to 'b.tif', which is not there; nor are 3 more`. */
enum tw_status tw_vrt_check_sources(GDALDatasetH dataset, const char *path, struct tw_error *err);

#endif
