/* stack.h - the scenes of a stack: what is known of them without opening their files.
 *
 * Items are STAC items, or plain files with a date. A scene is one observation: an item, or all items of one
 * date and orbit. Everything lives in the source's arena and is const once the source is open.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STACK_H
#define TW_STACK_H

#include "raster_info.h"
#include "source_driver.h"

#include <jansson.h>

struct tw_box_index;

/* Where a band of the source is found in one item. */
struct tw_stack_band {
    const char *path;
    int file_band;  /* from 1; 0: by its name in the file */
    bool has_dtype; /* the item says what type it has */
    enum tw_dtype dtype;
    bool is_classes;            /* a classification: never interpolated */
    struct tw_raster_view view; /* nodata and scale that the item says */
};

/* Which pixels of a window may come from an item: all of them, when its box is only roughly known; those
 * under its box; or those whose centres lie in its box, which is a cell that other items lie beside. */
enum tw_item_reach { TW_REACH_WINDOW, TW_REACH_BOX, TW_REACH_CELL };

struct tw_stack_item {
    const char *id, *collection;
    const char *origin;           /* the file that it stands in, for messages */
    const struct tw_value *place; /* where the configuration names it, or NULL */
    const char *datetime;
    const char *properties; /* JSON */
    const char *merge_key;  /* date, platform and orbit */
    double time_s;          /* since 1970, NaN when unknown */
    double cloud_cover;     /* percent, NaN when unknown */
    const char *crs;        /* of the box */
    struct tw_box box;
    enum tw_item_reach reach;
    double resolution_m; /* roughly, NaN when unknown */
    double rank;         /* the value of the field that a catalogue is ordered by, NaN when it is no number */
    const char *rank_text;       /* the same as text; NULL: no value */
    struct tw_stack_band *bands; /* one for each band of the source */
};

struct tw_stack_scene {
    const char *id, *datetime, *properties;
    double time_s, cloud_cover;
    size_t first_item, num_items;
};

/* Where the items of a stack lie in a grid. */
struct tw_stack_places {
    const struct tw_grid *grid; /* NULL: not known yet */
    struct tw_box *boxes; /* of each item; one that cannot be projected is upside down and meets nothing */
    struct tw_box_index *index;
    size_t *scene_of_item;
};

struct tw_stack {
    struct tw_stack_item
        *items; /* those of a scene are neighbours, in the order that they lie over each other */
    size_t num_items, capacity;
    struct tw_stack_scene *scenes;
    size_t num_scenes;
    enum tw_resampling resampling;
    enum tw_resampling *band_resampling; /* for each band of the source */
    bool *band_resampling_given;
    bool scale;
    const char **wanted; /* the bands by the names that items and files know them by */
    size_t num_wanted;
    struct tw_raster_view view; /* how files are looked at that no item describes */
    /* Of such files, as the first of them has it: */
    const char *first_path;           /* NULL: there are none */
    size_t first_num_bands;           /* of the file */
    int *first_bands;                 /* the index in the file, for each band of the source */
    enum tw_dtype *dtypes;            /* of each band of the source, or NULL */
    struct tw_band_meaning *meanings; /* the same */
    struct tw_stack_places places;    /* in the grid that the source was asked for its area in */
};

/* Room for one more item, zeroed; NULL when out of memory. It becomes part of the stack by num_items++. */
struct tw_stack_item *tw_stack_next(struct tw_stack *stack, struct tw_arena *arena);

/* Calls `found` for every item that the path leads to: a STAC item, an item collection or list, a collection
 * or catalogue with links, or a folder with item files. Adds problems (with the place of value). */
typedef enum tw_status (*tw_stac_found)(void *context, json_t *item, const char *origin);
enum tw_status tw_stac_find(const char *path, const struct tw_value *value, tw_stac_found found,
                            void *context, struct tw_problems *problems);

/* Whether the folder holds any item file, as deep as tw_stac_find looks. */
bool tw_stac_is_in_folder(const char *folder);

/* Reads the JSON of an item into the next item of the stack. TW_EUSAGE with a sentence. */
enum tw_status tw_stac_item_read(json_t *json, const char *origin, struct tw_stack *stack,
                                 struct tw_arena *arena, struct tw_error *err);
/* The bands that an item offers, for when the configuration names none. */
enum tw_status tw_stac_item_bands(json_t *json, struct tw_arena *arena, const char ***names, size_t *count);

/* `files: [{path: a.tif, date: 2020-01-01}]` or `{2020-01-01: a.tif}`. */
enum tw_status tw_stack_files_read(struct tw_source *source, const struct tw_value *files,
                                   struct tw_problems *problems);

/* RFC 3339, or the beginning of it (`2023`, `2023-08`, `2023-08-15`): seconds since 1970 of its first and of
 * its last moment. False when it is none. */
bool tw_time_parse(const char *text, double *first_s, double *last_s);

/* Leaves out items by the options `start`, `end` and `max_cloud_cover`. */
enum tw_status tw_stack_filter(struct tw_source *source, struct tw_problems *problems);
/* The items as scenes: each one for itself; or all with the same day and orbit, or all of them, together. */
enum tw_scene_merge { TW_MERGE_NONE, TW_MERGE_DATE, TW_MERGE_ALL };
enum tw_status tw_stack_make_scenes(struct tw_source *source, enum tw_scene_merge merge);
/* Filters, orders and merges the items into scenes, by the source's options. */
enum tw_status tw_stack_arrange(struct tw_source *source, struct tw_problems *problems);

/* Finds them. Freed with tw_stack_places_free. TW_EINPUT: `items.json: item 'x': unknown CRS 'y'`. */
enum tw_status tw_stack_places_make(const struct tw_stack *stack, const struct tw_grid *grid,
                                    struct tw_stack_places *places, struct tw_error *err);
void tw_stack_places_free(struct tw_stack_places *places);

/* The index of a wanted band in a file that no item describes: by its name, or by its place when the file has
 * as many bands as the first one; -1. And what to say then. */
int tw_stack_find_in_file(const struct tw_stack *stack, const struct tw_raster_info *info, size_t wanted);
enum tw_status tw_stack_band_missing(const struct tw_stack *stack, const char *path,
                                     const struct tw_raster_info *info, const char *name,
                                     struct tw_error *err);

/* Names, resampling and type of the bands, once the items are known. */
enum tw_status tw_stack_describe_bands(struct tw_source *source, struct tw_problems *problems);

/* The driver's functions, see source_driver.h. */
void tw_stack_close(struct tw_source *source);
void tw_stack_reader_free(struct tw_reader *reader);
enum tw_status tw_stack_scenes(struct tw_reader *reader, const struct tw_window *window,
                               struct tw_arena *arena, struct tw_scene **scenes, size_t *num_scenes,
                               struct tw_error *err);
enum tw_status tw_stack_read(struct tw_reader *reader, const struct tw_read *read, struct tw_arena *arena,
                             struct tw_raster *raster, struct tw_error *err);
enum tw_status tw_stack_area(const struct tw_source *source, const struct tw_grid *grid,
                             struct tw_area **area, struct tw_error *err);
enum tw_status tw_stack_parts(const struct tw_source *source, const struct tw_grid *grid,
                              struct tw_input_parts *parts, struct tw_error *err);

#endif
