/* catalogue.h - lists of many rasters: a folder, a pattern, a list of files, a tile index, a MosaicJSON.
 *
 * A catalogue fills the items of a stack (stack.h): each of its files becomes one. Of an index and of a
 * MosaicJSON only the first file is opened when the plan is made; of the others every file's header is read,
 * by several threads, because where it lies is written nowhere else.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CATALOGUE_H
#define TW_CATALOGUE_H

#include "stack.h"

enum tw_catalogue_kind {
    TW_NO_CATALOGUE, /* one raster, STAC items, or nothing */
    TW_CATALOGUE_FOLDER,
    TW_CATALOGUE_GLOB,
    TW_CATALOGUE_PATHS, /* a list in the configuration */
    TW_CATALOGUE_TEXT,  /* a file with a path in each line */
    TW_CATALOGUE_INDEX, /* features with the paths of files */
    TW_CATALOGUE_MOSAICJSON,
    TW_NUM_CATALOGUE_KINDS
};

/* What the path of the source leads to, by its name and, for folders and JSON, what is in it. */
enum tw_catalogue_kind tw_catalogue_kind(const struct tw_source *source);
enum tw_catalogue_kind tw_catalogue_kind_of(const struct tw_source *source, const struct tw_value *path);
/* Whether the file is an index: features with a field that names files. */
bool tw_catalogue_is_index(const char *path);

/* Whether a text looks like a list of rasters: its first path exists, or is called like one. */
bool tw_catalogue_is_list(const struct tw_source *source, const char *path);

/* What holds while a catalogue is read. */
struct tw_catalogue {
    struct tw_source *source;
    struct tw_stack *stack;
    struct tw_problems *problems;
    const struct tw_value *place; /* of the path, for complaints */
    const char *path;             /* resolved; NULL for a list in the configuration */
    bool is_mosaic;               /* otherwise each file is a scene */
    bool first_is_on_top;         /* as long as nothing else is asked for */
    const char *rank_field;       /* what an index shall be ordered by, or NULL */
    bool rank_descends;           /* the largest value comes first */
    bool wants_headers;           /* also when they are not needed to know where the files lie */
};

/* Fills the stack of the source with the files of the catalogue, and describes the bands as the first of them
 * has them. TW_EUSAGE: problems were added. */
enum tw_status tw_catalogue_read(struct tw_catalogue *catalogue, enum tw_catalogue_kind kind);

/* Its parts. Each kind adds its files. */
enum tw_status tw_catalogue_add(struct tw_catalogue *catalogue, const char *path,
                                const struct tw_value *place, struct tw_stack_item **item);
enum tw_status tw_catalogue_read_folder(struct tw_catalogue *catalogue);
enum tw_status tw_catalogue_read_glob(struct tw_catalogue *catalogue);
enum tw_status tw_catalogue_read_paths(struct tw_catalogue *catalogue);
enum tw_status tw_catalogue_read_text(struct tw_catalogue *catalogue);
enum tw_status tw_catalogue_read_index(struct tw_catalogue *catalogue);
enum tw_status tw_catalogue_read_mosaicjson(struct tw_catalogue *catalogue);

/* Adds a problem; returns TW_EUSAGE. */
enum tw_status tw_catalogue_complain(const struct tw_catalogue *catalogue, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The local files below a folder that are rasters by their names, or that match a pattern below it (`*`, `?`,
 * `[a-z]` within a name, `**` for any folders); sorted by path. TW_EINPUT: `cannot read the folder 'x': ...`.
 */
struct tw_paths {
    const char **paths;
    size_t count, capacity;
};
bool tw_glob_is_pattern(const char *text);
bool tw_glob_is_raster_name(const char *name);
enum tw_status tw_glob_find(struct tw_arena *arena, const char *folder, const char *pattern,
                            struct tw_paths *paths, struct tw_error *err);
enum tw_status tw_glob_find_rasters(struct tw_arena *arena, const char *folder, struct tw_paths *paths,
                                    struct tw_error *err);

/* Opens the first file, and, where they are needed, reads the headers of all. Sets the items' bands. */
enum tw_status tw_catalogue_describe(struct tw_catalogue *catalogue);

/* Sets the item's date from a text: RFC 3339 or the beginning of it, `20230815`, GDAL's or TIFF's form. False
 * when it is none of these. */
bool tw_catalogue_date(struct tw_stack_item *item, const char *text, struct tw_arena *arena);
/* The first date in a file's name: 20230815, 20230815T100031, 2023-08-15; "" when there is none. */
void tw_catalogue_date_in_name(const char *name, char date[32]);

/* `order`: what lies on top. Sorts the items. */
struct tw_catalogue_order {
    int by;
    const char *field; /* NULL: not by a field */
    bool descends;
};
const char *const *tw_catalogue_orders(size_t *count); /* the words that it knows */
bool tw_catalogue_order_option(const struct tw_source *source, struct tw_catalogue_order *order,
                               struct tw_problems *problems);
bool tw_catalogue_order_needs_headers(const struct tw_catalogue_order *order);
enum tw_status tw_catalogue_sort(struct tw_catalogue *catalogue, const struct tw_catalogue_order *order);

#endif
