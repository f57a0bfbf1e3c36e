/* archive_check.h - what is wrong with how an archive is put together; its tiles are not decoded.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ARCHIVE_CHECK_H
#define TW_ARCHIVE_CHECK_H

#include "archive_driver.h"

/* The functions of the drivers. */
enum tw_status tw_pmtiles_check(struct tw_archive *archive, const struct tw_archive_report *report,
                                struct tw_error *err);
enum tw_status tw_mbtiles_check(struct tw_archive *archive, const struct tw_archive_report *report,
                                struct tw_error *err);

/* Tells a fault of the whole, as printf does. */
enum tw_status tw_archive_fault(const struct tw_archive_report *report, struct tw_error *err,
                                const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Whether what the archive says of zooms and bounds agrees with its tiles. zooms: of those, none beyond
 * MAX_ZOOM. where: `the header`. */
enum tw_status tw_archive_check_places(const struct tw_archive_facts *facts,
                                       const struct tw_tile_zooms *zooms, const char *where,
                                       const struct tw_archive_report *report, struct tw_error *err);

/* The tiles of a zoom in bounds of degrees. */
struct tw_tile_range tw_archive_range(const double bounds[4], int zoom);

#endif
