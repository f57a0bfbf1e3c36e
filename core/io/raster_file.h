/* raster_file.h - one raster file (or a folder of tiles, which is read as one) as a reader sees it:
 * described, located, and read for windows of a grid.
 *
 * A set of files belongs to one worker. It remembers what it has learned about the files that were used
 * lately; the open datasets themselves are the pool's. All files of a set are read for the same grid.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_RASTER_FILE_H
#define TW_RASTER_FILE_H

#include "fit.h"
#include "raster.h"
#include "resampling.h"
#include "tile_set.h"

struct tw_files;

/* NULL when out of memory; borrows pool. */
struct tw_files *tw_files_new(struct tw_dataset_pool *pool);
/* Accepts NULL. */
void tw_files_free(struct tw_files *files);

/* A file as it is known to the set. */
struct tw_raster_file {
    const char *path;
    const struct tw_tile_set *tiles; /* borrowed; NULL: path is one file */
    struct tw_raster_info info;
    struct tw_georeference georeference;
    OGRCoordinateTransformationH to_file, to_grid; /* borrowed; NULL: the grid's CRS is the file's */
    const struct tw_grid *grid;
    bool is_somewhere; /* whether any of it can be projected: then, its bounds in the grid's CRS */
    struct tw_box footprint;
    struct tw_box measured_px; /* see fit.h */
};

/* The file for that grid. It stays valid until the next call. TW_EINPUT as in dataset.h, georeference.h and
 * raster_info.h. */
enum tw_status tw_files_get(struct tw_files *files, const char *path, const struct tw_raster_view *view,
                            const struct tw_grid *grid, struct tw_raster_file **file, struct tw_error *err);

/* The same for the tiles of a folder, which are borrowed. */
enum tw_status tw_files_get_tiles(struct tw_files *files, const struct tw_tile_set *tiles,
                                  const struct tw_grid *grid, struct tw_raster_file **file,
                                  struct tw_error *err);

/* The fit for the window's zoom, remembered. */
const struct tw_fit *tw_raster_file_fit(struct tw_raster_file *file, const struct tw_window *window,
                                        bool use_overviews);

struct tw_file_read {
    struct tw_files *files;
    struct tw_raster_file *file;
    struct tw_window window;
    const int *bands; /* indices into file->info.bands */
    size_t num_bands;
    enum tw_resampling resampling;
    bool may_share;             /* pixels that are all the same may be those of other tiles (uniform.h) */
    const volatile int *cancel; /* may be NULL */
};

/* Reads into arrays (num_bands of them), which are made in the arena: zero and nodata where the file has
 * nothing. valid is NULL with may_share only; bands share it unless they have their own. Each pixel depends
 * on its number in the grid alone. TW_EINPUT, TW_EBUDGET, TW_ECANCELLED. */
enum tw_status tw_file_read_window(const struct tw_file_read *read, struct tw_arena *arena,
                                   struct tw_array *arrays, struct tw_error *err);

/* For raster_read.c: the set's pool. */
struct tw_dataset_pool *tw_files_pool(const struct tw_files *files);

#endif
