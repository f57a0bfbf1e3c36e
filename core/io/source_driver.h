/* source_driver.h - what a source driver implements, and what source.c keeps for it.
 *
 * A driver is one const struct of functions in its own file and one line in the table in source.c. Its open
 * fills the source; whatever it needs later it allocates in the source's arena and hangs on `state`. The
 * source is const from then on. A reader's `state` belongs to one worker.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SOURCE_DRIVER_H
#define TW_SOURCE_DRIVER_H

#include "part.h"
#include "place_limits.h"
#include "raster_file.h"
#include "source.h"
#include "source_cache.h"
#include "source_settings.h"

struct tw_reader_limits;

struct tw_source {
    const struct tw_source_driver *driver;
    struct tw_arena *arena;
    const char *name;
    const struct tw_value *value;
    const char *folder; /* relative paths are relative to it */
    size_t num_bands;
    const char **band_names;
    enum tw_dtype dtype;
    size_t num_scenes;
    struct tw_source_cache cache; /* of one remote file */
    struct tw_settings settings;  /* source.c sees to them */
    struct tw_limits limits;      /* read no more of it; source.c sees to that */
    struct tw_source_facts facts;
    void *state;
};

struct tw_reader {
    const struct tw_source *source;
    struct tw_dataset_pool *pool;
    struct tw_files *files;
    struct tw_reader_limits *limits; /* NULL: not asked for yet; see source_limits.h */
    void *state;
};

struct tw_source_driver {
    const char *alias; /* mapchete's name, or NULL; its own stands in the table in source.c */
    enum tw_source_kind kind;
    const char *const *options; /* the keys that it knows, and NULL at the end */

    /* Adds problems and returns TW_EUSAGE when something is wrong. */
    enum tw_status (*open)(struct tw_source *source, struct tw_problems *problems);
    /* What state holds outside the arena; may be NULL. */
    void (*close)(struct tw_source *source);
    enum tw_status (*area)(const struct tw_source *source, const struct tw_grid *grid, struct tw_area **area,
                           struct tw_error *err);
    /* What the source is made of, part by part, so that a change of one leads to just the tiles that it
     * touches (see part.h); with tw_parts_add_file a source of many files is a loop of one line. NULL: one
     * part, all files that the configuration names, which shows everywhere. */
    enum tw_status (*parts)(const struct tw_source *source, const struct tw_grid *grid,
                            struct tw_input_parts *parts, struct tw_error *err);
    /* What the reader's state holds; may be NULL. */
    void (*reader_free)(struct tw_reader *reader);
    enum tw_status (*scenes)(struct tw_reader *reader, const struct tw_window *window, struct tw_arena *arena,
                             struct tw_scene **scenes, size_t *num_scenes, struct tw_error *err);
    enum tw_status (*read)(struct tw_reader *reader, const struct tw_read *read, struct tw_arena *arena,
                           struct tw_raster *raster, struct tw_error *err);
    /* As tw_reader_tile; NULL: there are no tiles of rasters. */
    enum tw_status (*tile)(struct tw_reader *reader, const struct tw_tile *tile, struct tw_arena *arena,
                           struct tw_bytes *bytes, bool *found, struct tw_error *err);
    /* Of TW_SOURCE_VECTOR, instead of scenes and read. */
    enum tw_status (*features)(struct tw_reader *reader, const struct tw_window *window,
                               const volatile int *cancel, struct tw_arena *arena,
                               struct tw_features *features, struct tw_error *err);
};

extern const struct tw_source_driver tw_source_catalogue, tw_source_config, tw_source_raster, tw_source_stack,
    tw_source_tile_directory, tw_source_vector, tw_source_vector_tiles;

/* The path that a source names (`path`, or the value itself), resolved; NULL when there is none. http:// and
 * https:// become /vsicurl/, s3:// and gs:// GDAL's names for them. */
const char *tw_source_path(const struct tw_source *source);
char *tw_source_resolve(struct tw_arena *arena, const char *folder, const char *path);

/* Options, checked; each adds a problem and returns false when the value is wrong. A missing or null value
 * leaves *result as it is. */
bool tw_option_resampling(const struct tw_value *value, enum tw_resampling *result,
                          struct tw_problems *problems);
bool tw_option_bool(const struct tw_value *value, const char *what, bool *result,
                    struct tw_problems *problems);
/* A list of names, or one name; numbers become their text. *names is NULL when there is none. */
struct tw_names {
    const char **names;
    const struct tw_value **values;
    size_t count;
};
bool tw_option_names(const struct tw_value *value, const char *what, struct tw_arena *arena,
                     struct tw_names *result, struct tw_problems *problems);

/* The index of the band of that name, or of that number from 1; -1. */
int tw_band_find(const char *const *names, size_t count, const char *name);
/* `no band 'rad'; this raster has: red, nir` */
enum tw_status tw_band_missing(const char *const *names, size_t count, const char *name,
                               struct tw_error *err);

/* For the driver's parts: all files that GDAL knows of behind the path (companions, what a VRT refers to),
 * and one part with them that shows in the box. */
enum tw_status tw_parts_add_dataset(struct tw_input_parts *parts, const char *path, bool is_vector,
                                    const struct tw_box *box, struct tw_error *err);

/* source_about.c: `EPSG:32633`, or the name of the CRS; "" when it has none. */
const char *tw_crs_name(OGRSpatialReferenceH crs, struct tw_arena *arena);

/* source_facts.c: the facts about a CRS; those about pixels, of which `first` is the first band that is read.
 */
void tw_facts_of_crs(struct tw_source *source, OGRSpatialReferenceH crs);
void tw_facts_of_pixels(struct tw_source *source, const struct tw_raster_info *info, int first);

/* Whether a footprint in the grid's CRS, also moved by whole turns, shares area with the window. */
bool tw_footprint_touches(const struct tw_box *footprint, const struct tw_window *window);

#endif
