/* stac_output.h - the STAC item of an output: what is asked for, where it goes, what it is made of.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STAC_OUTPUT_H
#define TW_STAC_OUTPUT_H

#include "selection.h"
#include "stac_tiles.h"

/* What a command line or `output.stac` asks for; zero-initialise. */
struct tw_stac_request {
    const struct tw_selection *selection; /* zooms and bounds; or NULL */
    const char *id;                       /* NULL: what metadata says, or the folder's name */
    const char *path;                     /* of the item, "-": none; NULL: the folder's ID.json */
    const char *base;                     /* of hrefs; NULL: what goes from the item to the folder */
    bool is_relative;                     /* also where the item lies elsewhere */
    int indent;
    const struct tw_value *metadata; /* was checked; or NULL */
};
enum { TW_STAC_INDENT = 4 };

struct tw_stac_item {
    const struct tw_bucket_labels *labels; /* in object storage; may be NULL */
    struct tw_stac_tiles tiles;
    const char *path; /* NULL: none */
};

/* `output.stac` with the YAML file that its item_metadata names, in the arena; folder: of the configuration.
 * Adds problems. NULL when there is none, or out of memory. */
const struct tw_value *tw_stac_settings(const struct tw_value *output, const char *folder,
                                        struct tw_arena *arena, struct tw_problems *problems);
/* What settings say of the item, its place left out. */
struct tw_stac_request tw_stac_request_of(const struct tw_value *settings, const char *folder,
                                          struct tw_arena *arena);

/* A YAML file with item metadata. */
const struct tw_value *tw_stac_metadata_file(const char *path, const struct tw_value *place,
                                             struct tw_arena *arena, struct tw_problems *problems);

/* Works out the item, in the arena. TW_EUSAGE: zooms and bounds that the output does not have. */
enum tw_status tw_stac_make(const struct tw_tile_output *output, const struct tw_stac_request *request,
                            struct tw_arena *arena, struct tw_stac_item *item, struct tw_error *err);

/* Writes the item where it belongs, whole, unless it is there with the same bytes. force: also over a file
 * that says something else, which is TW_EUSAGE otherwise. */
enum tw_status tw_stac_write(const struct tw_stac_item *item, bool force, struct tw_error *err);

#endif
