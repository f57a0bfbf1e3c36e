/* source.h - where input pixels and features come from.
 *
 * A source is one named entry under `input:` in the YAML, checked and described once when the plan is made,
 * const from then on and shared by all threads. To read, each worker makes a reader from it, with its own
 * GDAL handles.
 *
 * A source holds scenes: a `raster` exactly one, a `stack` one for each observation; or, a `vector`, features
 * and no scenes. To add a format: write
 * source_<name>.c, add one line to the table in source.c, one example and one test under tests/io/.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SOURCE_H
#define TW_SOURCE_H

#include "area.h"
#include "dataset_pool.h"
#include "encoder.h"
#include "feature.h"
#include "part.h"
#include "raster.h"
#include "resampling.h"

struct tw_source;
struct tw_reader;

enum tw_source_kind { TW_SOURCE_RASTER, TW_SOURCE_STACK, TW_SOURCE_VECTOR };

/* Opens what the value describes: a string (a path) or a map with `format` (or `path` alone). folder: what
 * relative paths are relative to. wanted: what the script asks for, which decides what many rasters are when
 * no format says it; NULL: anything. Checks everything that can be known without reading pixels: the file
 * exists, is a raster, has a georeference; options and their values. Adds each problem with its place. On
 * success *source is owned by the caller. Returns TW_OK, or TW_EUSAGE when problems were added, or TW_ENOMEM.
 */
enum tw_status tw_source_open(const char *name, const struct tw_value *value, const char *folder,
                              const enum tw_source_kind *wanted, struct tw_source **source,
                              struct tw_problems *problems);
/* Accepts NULL. */
void tw_source_close(struct tw_source *source);

const char *tw_source_name(const struct tw_source *source);
/* The name of its driver: `raster`. */
const char *tw_source_format(const struct tw_source *source);
enum tw_source_kind tw_source_kind(const struct tw_source *source);
/* The names of the bands, as scripts see them, as far as they are known without opening every scene. */
size_t tw_source_num_bands(const struct tw_source *source);
const char *const *tw_source_band_names(const struct tw_source *source);
/* The type of the first band: for the estimate of memory. */
enum tw_dtype tw_source_dtype(const struct tw_source *source);
/* The number of scenes; and the most of them that any place has, for the estimate of memory (an upper bound).
 */
size_t tw_source_num_scenes(const struct tw_source *source);

/* What else is known of a source, for outputs that are to be like it. What is not known is 0 or NULL. */
struct tw_source_facts {
    const char *path;
    const char *crs;             /* `EPSG:32633`, or the name of the CRS */
    const struct tw_grid *grid;  /* the named grid of the same CRS; that of the tiles */
    int64_t width_px, height_px; /* of rasters */
    bool has_nodata;
    double nodata;
    bool is_tiled; /* tiles of an earlier run: then, how they lie */
    struct tw_pyramid pyramid;
    int min_zoom, max_zoom;
    bool has_all_zooms;            /* there are tiles of each zoom from the first to the last */
    const char *format;            /* an output format of the same kind of files */
    const struct tw_value *schema; /* of features, as `output.schema` */
};
const struct tw_source_facts *tw_source_facts(const struct tw_source *source);

/* The area that the source covers, as the bounding boxes of its scenes in the grid's CRS (edges are densified
 * before they are transformed). The result may reach over the antimeridian of a global grid. */
enum tw_status tw_source_area(const struct tw_source *source, const struct tw_grid *grid,
                              struct tw_area **area, struct tw_error *err);

/* What the configuration says of the source. */
const struct tw_value *tw_source_value(const struct tw_source *source);

/* What the source is made of, in parts that may change by themselves. They are added; texts may be the
 * source's. Errors: as tw_source_area. */
enum tw_status tw_source_parts(const struct tw_source *source, const struct tw_grid *grid,
                               struct tw_input_parts *parts, struct tw_error *err);

/* How much of the source's bounds, in percent, a run has to need for a local copy of its file; negative when
 * none is wanted: the file is local, or the configuration says nothing of it. */
double tw_source_copy_percent(const struct tw_source *source);
/* Makes the copy, unless there is one: readers that are made from now on open it. *is_new: it was made now.
 * TW_EINPUT, TW_ESTORAGE. */
enum tw_status tw_source_make_copy(struct tw_source *source, const char **copy, bool *is_new,
                                   struct tw_error *err);

/* Between them, what this thread asks of GDAL is asked with the source's own settings; the functions of this
 * header do so by themselves. */
bool tw_source_begin(const struct tw_source *source);
void tw_source_end(const struct tw_source *source, bool begun);

/* A reader belongs to one worker; it borrows source and pool. NULL when out of memory. */
struct tw_reader *tw_reader_new(const struct tw_source *source, struct tw_dataset_pool *pool);
/* Accepts NULL. */
void tw_reader_free(struct tw_reader *reader);

/* One observation. */
struct tw_scene {
    size_t index;           /* what tw_reader_read takes */
    const char *id;         /* STAC id, or the file's name */
    const char *datetime;   /* RFC 3339, or "" when unknown */
    double cloud_cover;     /* percent; NaN when unknown */
    const char *properties; /* the STAC properties as JSON text, or "{}" */
};

/* The scenes that share area with the window, in the order that the source was asked for. *scenes is in the
 * arena. */
enum tw_status tw_reader_scenes(struct tw_reader *reader, const struct tw_window *window,
                                struct tw_arena *arena, struct tw_scene **scenes, size_t *num_scenes,
                                struct tw_error *err);

struct tw_read {
    struct tw_window window;
    size_t scene;             /* 0 for a raster */
    const char *const *bands; /* names; NULL: all bands */
    size_t num_bands;
    enum tw_resampling resampling;
    bool resampling_given;      /* otherwise the source's own option, or nearest */
    const volatile int *cancel; /* may be NULL; reading stops soon after it becomes other than 0 */
};

/* Reads the window into new arrays in the arena, in the input's own type. Pixels outside the input are
 * nodata. The caller's window may reach over the antimeridian. Each pixel has the same value whatever window
 * it is read with. Errors: TW_EINPUT with the file's name; `no band 'rad'; this raster has: red, nir`;
 * TW_EBUDGET. */
enum tw_status tw_reader_read(struct tw_reader *reader, const struct tw_read *read, struct tw_arena *arena,
                              struct tw_raster *raster, struct tw_error *err);

/* The bytes of a tile of a source whose facts say that it is tiled, as they are stored; *found is false when
 * there is no such tile. What is cut off or no such file is told: TW_EINPUT `'t/3/1/2.png': the file is cut
 * off`. */
enum tw_status tw_reader_tile(struct tw_reader *reader, const struct tw_tile *tile, struct tw_arena *arena,
                              struct tw_bytes *bytes, bool *found, struct tw_error *err);

/* The features of a vector source whose geometry meets the window, if only in a point: whole, in the grid's
 * CRS, two-dimensional, without curves, valid; in the order of their numbers in the file. What shows in the
 * window from the other side of the antimeridian is moved there. Geometries that cannot be repaired or
 * projected are left out, with one warning. Dates are ISO 8601 texts; whole numbers are exact up to 2^53.
 * cancel may be NULL. All memory is in the arena. Errors: TW_EINPUT with the file's name; TW_EBUDGET;
 * TW_ECANCELLED. */
enum tw_status tw_reader_features(struct tw_reader *reader, const struct tw_window *window,
                                  const volatile int *cancel, struct tw_arena *arena,
                                  struct tw_features *features, struct tw_error *err);

/* The names of the drivers with a line about each, for `tilewright formats`. Returns their number. */
size_t tw_source_drivers(const char *const **names, const char *const **about);

/* The keys of the driver at that place in the list (`format` aside), ending in NULL, and its other name (or
 * NULL). */
const char *const *tw_source_keys(size_t driver, const char **alias);
/* What all drivers know; NULL at the end. */
const char *const *tw_source_common_keys(void);

#endif
