/* tile_output.h - a folder of tiles that was written earlier: what its tiles are, and which ones there are.
 *
 * Written by this program or by mapchete: metadata.json in the folder says how the tiles are laid out.
 * Nothing here changes the folder. A tile's sidecar is the file beside it with its name and `.aux.xml`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_OUTPUT_H
#define TW_TILE_OUTPUT_H

#include "area.h"
#include "dtype.h"

struct tw_archive;

/* What metadata.json says. */
struct tw_tile_output {
    const char *folder;         /* or a place in object storage, or an archive */
    struct tw_archive *archive; /* borrowed; NULL: tiles are files */
    struct tw_pyramid pyramid;  /* of the tiles */
    const char *schema;    /* of their paths below the folder; tw_tile_default_schema when nothing is said */
    const char *format;    /* as written: `GTiff`; NULL: not said */
    const char *extension; /* without the dot; NULL: neither said nor known from the format */
    bool has_zooms;        /* that the configuration covered; there may be fewer, or none */
    int min_zoom, max_zoom;
    int quality;   /* of JPEG and WebP; 0: not said */
    int num_bands; /* 0: not said, or features */
    bool has_dtype;
    enum tw_dtype dtype;
    bool has_nodata;
    double nodata;
    bool has_bounds; /* in which tiles were looked for, in the grid's CRS; there may be none in them */
    struct tw_box bounds;
    const char *const *band_names; /* num_bands, or NULL */
    const struct tw_value *stac;   /* what the configuration said of the STAC item, or NULL */
    /* Of the run that wrote them; mapchete says none of it. */
    const char *version, *process;      /* of the program; the script, or the name of a built-in process */
    int process_metatiling;             /* 0: not said */
    const char *fingerprint, *settings; /* of all that decides what tiles hold, and without inputs; or NULL */
};

extern const char tw_tile_default_schema[];

/* Whether a folder says that it holds tiles, in metadata.json or in the conf.xml of an ArcGIS cache. */
bool tw_is_tile_folder(const char *folder, struct tw_arena *arena);

/* Opens a folder with metadata.json, or an ArcGIS cache. Everything in *output lives in the arena. TW_EUSAGE:
 * `no folder 'x'`,
 * `'x' is no tile directory: it has no metadata.json`, and what is wrong with that file. */
enum tw_status tw_tile_output_open(const char *folder, struct tw_arena *arena, struct tw_tile_output *output,
                                   struct tw_error *err);

/* Whether tiles of one may lie among those of the other: the same pyramid and format, and the same bands and
 * type where both say them. TW_EUSAGE: `'b' has other tiles than 'a': metatiling 2, not 1`. */
enum tw_status tw_tile_output_compare(const struct tw_tile_output *a, const struct tw_tile_output *b,
                                      struct tw_error *err);

/* A tile that lies in the folder. */
struct tw_stored_tile {
    struct tw_tile tile;
    const char *path; /* below the folder */
    bool has_sidecar;
    uint64_t bytes;  /* with the sidecar; in object storage only, where listing tells */
    uint64_t offset; /* of a tile in a bundle, whose path is the bundle's */
    uint32_t size;   /* of it; 0: the file is the tile's own */
};

enum tw_stranger {
    TW_STRANGER_NAME,    /* no path that the schema gives */
    TW_STRANGER_OUTSIDE, /* a tile that the grid does not have */
    TW_STRANGER_KIND,    /* a folder where a file would be, a file where a folder would be, or neither */
    TW_STRANGER_SIDECAR  /* of a tile that is not there */
};

/* What to list, and what to call for it; a status other than TW_OK ends the listing. */
struct tw_tile_listing {
    const struct tw_tile_output *output; /* its folder, pyramid, schema and extension */
    int min_zoom, max_zoom;
    const struct tw_area *area; /* only tiles that share area with it; NULL: everywhere */
    bool skip_links;            /* symbolic links are strangers, not what they point at */
    bool is_check; /* of archives: of a run of equal tiles one, and parts that cannot be read are left out */
    bool with_prototypes; /* also placeholders, see tile_prototypes.h */
    enum tw_status (*tile)(void *context, const struct tw_stored_tile *tile, struct tw_error *err);
    /* May be NULL. Of the folders that are looked into, what is no tile; at the top, metadata.json and names
     * that begin with a dot are none. path: below the folder. */
    enum tw_status (*stranger)(void *context, const char *path, enum tw_stranger why, struct tw_error *err);
    /* May be NULL. After a folder below the top that may hold tiles was looked through. */
    enum tw_status (*left)(void *context, const char *path, struct tw_error *err);
    void *context;
};

/* Lists the tiles that exist, by looking into the folders, never by asking for each possible one. Always in
 * the same order: by zoom, and within a zoom as the schema nests (by row, then by column, if it is the
 * default one). Takes memory for the names of one folder at each level. TW_ESTORAGE when a folder cannot be
 * read; what vanishes meanwhile is left out. */
enum tw_status tw_tile_output_list(const struct tw_tile_listing *listing, struct tw_error *err);

#endif
