/* sink.h - where output tiles go.
 *
 * A sink is the `output:` of the YAML: an encoder for the bytes and a driver for the place. It is used by all
 * workers at once; what one of them needs for itself (buffers, handles) is its writer. To add an output:
 * write sink_<name>.c, add one line to the table in sink.c, one example and one test under tests/io/;
 * sink_null.c is the template.
 *
 * The life of a sink: open (checks, touches nothing) - begin (lock, work folder, journal) - put/get by
 * workers - end.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SINK_H
#define TW_SINK_H

#include "bucket.h"
#include "encoder.h"
#include "lock.h"
#include "tile.h"

struct tw_sink;
struct tw_writer;

struct tw_sink_spec {
    struct tw_output_spec output;
    const struct tw_pyramid *process; /* the process's pyramid */
    struct tw_pyramid
        pyramid;            /* the output's: its metatiling and pixelbuffer, checked by the configuration */
    const char *path;       /* resolved; NULL for a sink that needs none */
    int min_zoom, max_zoom; /* of the configuration */
    bool reuses_pixels;     /* some zooms are made from the pixels of others */
    const struct tw_area *area; /* of this run at max_zoom, for single files; borrowed until open returns */
};

/* Checks the spec and makes the sink; nothing on disk is touched. Adds problems with their place. NULL when
 * something is wrong. Owned by the caller. */
struct tw_sink *tw_sink_open(const struct tw_sink_spec *spec, struct tw_problems *problems);
/* Accepts NULL. Gives everything up that begin has taken and end has not released. */
void tw_sink_close(struct tw_sink *sink);

const struct tw_encoder *tw_sink_encoder(const struct tw_sink *sink);
const char *tw_sink_path(const struct tw_sink *sink);
/* Whether an output of that path is one file, and whether it is one GeoTIFF: its name says so. */
bool tw_output_is_file(const char *path);
bool tw_output_is_gtiff(const char *path);
/* Of files that lie beside the tiles in object storage. */
const struct tw_bucket_labels *tw_sink_labels(const struct tw_sink *sink);
const struct tw_pyramid *tw_sink_pyramid(const struct tw_sink *sink);
/* Whether tiles with any nodata are left out, as empty ones are. */
bool tw_sink_skips_partial(const struct tw_sink *sink);

struct tw_sink_begin {
    const char *fingerprint;    /* of everything that decides what a tile holds */
    const char *settings;       /* of the same without the inputs; may be NULL */
    const char *metadata;       /* JSON text for metadata.json (formats that have one) */
    bool overwrite;             /* make it anew, whatever was done before */
    bool is_partial;            /* with overwrite: other tiles than those of this run are kept, if they fit */
    bool update;                /* inputs may have changed, settings may not */
    bool accept_change;         /* go on although configuration or script have changed: what was done stays */
    bool has_failed;            /* the last run has left a list of failed tiles: for the remedy in messages */
    bool is_preview;            /* a server writes what is looked at: for the remedy in messages */
    const volatile int *cancel; /* other than 0: stop; also ends the assembly of a single file. NULL: never */
};

/* Locks the output, checks that what is there was made with the same fingerprint, reads the journal. Errors:
 * TW_EUSAGE when the fingerprint differs and something was done already (with the remedy), or another run
 * holds the lock (`'out' is being written by process 123 on host 'x' since ...`); TW_ESTORAGE. */
enum tw_status tw_sink_begin(struct tw_sink *sink, const struct tw_sink_begin *begin, struct tw_error *err);

/* Instead of begin: tiles that are there can be read, also while a run goes on; nothing is locked or written.
 * Of a folder of tiles only (not tw_sink_is_single). */
enum tw_status tw_sink_begin_reading(struct tw_sink *sink, struct tw_error *err);

/* What lies at the output before it is begun. */
enum tw_sink_found {
    TW_FOUND_NOTHING,
    TW_FOUND_FILES, /* without a journal: tiles that exist count as done */
    TW_FOUND_BEGUN, /* tiles of an earlier run, which goes on */
    TW_FOUND_DONE   /* a single file that is complete */
};

/* What tw_sink_begin would say, without touching anything: adds the problems that it would end with. Returns
 * TW_OK also then; TW_ENOMEM. */
enum tw_status tw_sink_look(const struct tw_sink *sink, const struct tw_sink_begin *begin,
                            enum tw_sink_found *found, struct tw_problems *problems);

/* Whether the output held nothing of an earlier run when it was begun (nothing in the journal, no tiles), or
 * that was to be forgotten (overwrite). */
bool tw_sink_is_new(const struct tw_sink *sink);

/* The path of a file that is kept beside the tiles under that name; NULL when out of memory, or when the
 * output keeps nothing (tw_sink_keeps). */
bool tw_sink_keeps(const struct tw_sink *sink);
char *tw_sink_beside(const struct tw_sink *sink, const char *name, struct tw_arena *arena);

/* Whether the output is one file that is there, made as asked for: of its tiles none is kept. */
bool tw_sink_is_assembled(const struct tw_sink *sink);
/* Whether the output is one file. */
bool tw_sink_is_single(const struct tw_sink *sink);

/* Whether somebody (who: *holder) is at work on the output now. */
bool tw_sink_is_written(const struct tw_sink *sink, struct tw_arena *scratch, struct tw_lock_holder *holder);

/* Commits everything so far. */
enum tw_status tw_sink_flush(struct tw_sink *sink, struct tw_error *err);

/* Completes the output: commits, assembles single files (TW_ECANCELLED when that is stopped), writes
 * metadata, compacts the journal, releases the lock. complete: false when the run was interrupted or tiles
 * failed: then what was done so far is kept for the next run, and a single file is not assembled. */
enum tw_status tw_sink_end(struct tw_sink *sink, bool complete, struct tw_error *err);

/* NULL when out of memory. One for each worker. Accepts NULL to free. */
struct tw_writer *tw_writer_new(struct tw_sink *sink);
void tw_writer_free(struct tw_writer *writer);

/* Whether the process metatile is done: written (and its files are still there) or found to be empty, in an
 * earlier run. */
enum tw_status tw_writer_is_done(struct tw_writer *writer, const struct tw_tile *tile, bool *done,
                                 struct tw_error *err);

/* Records, before a tile is put, that an overview which is made from it is out of date: it is done no more,
 * also in later runs if this one ends before the overview is put. */
enum tw_status tw_writer_outdate(struct tw_writer *writer, const struct tw_tile *overview,
                                 struct tw_error *err);

/* Whether the output has ever had the process metatile. */
bool tw_writer_is_known(struct tw_writer *writer, const struct tw_tile *tile);

/* Removes the metatile's files: it is no part of the output any more. */
enum tw_status tw_writer_forget(struct tw_writer *writer, const struct tw_tile *tile, struct tw_error *err);

/* Writes a process metatile: raster is in stored form and covers window, which is the metatile's window grown
 * by at least the output's pixelbuffer. It is split into output tiles; empty ones are not written, and
 * removed if they exist from an earlier run. Records the metatile as done. stored == NULL: the whole metatile
 * is empty.
 *
 * Where the encoder is lossy, or partial tiles are left out, and pixels are used again (without a
 * pixelbuffer), stored becomes what would be read back, in the arena: other zooms are made from that, whether
 * the run is continued or not. */
enum tw_status tw_writer_put(struct tw_writer *writer, const struct tw_tile *tile,
                             const struct tw_window *window, struct tw_raster *stored, struct tw_arena *arena,
                             struct tw_error *err);

/* The same for features in stored form, of the metatile's window grown by the output's pixelbuffer. */
enum tw_status tw_writer_put_features(struct tw_writer *writer, const struct tw_tile *tile,
                                      const struct tw_features *stored, struct tw_arena *arena,
                                      struct tw_error *err);

/* Where the bytes of output tiles come from that are taken as they are. */
struct tw_tile_origin {
    enum tw_status (*get)(void *context, const struct tw_tile *tile, struct tw_bytes *bytes, bool *found,
                          struct tw_error *err);
    void *context;
};
/* Writes a process metatile of such tiles. *empty: there were none. */
enum tw_status tw_writer_put_stored(struct tw_writer *writer, const struct tw_tile *tile,
                                    const struct tw_tile_origin *origin, bool *empty, struct tw_error *err);

/* Reads back what is stored for the window, from whatever output tiles of its zoom lie in it, in stored form;
 * pixels that no tile holds are nodata. *found is false when there is no tile at all. */
enum tw_status tw_writer_get(struct tw_writer *writer, const struct tw_window *window, struct tw_arena *arena,
                             struct tw_raster *stored, bool *found, struct tw_error *err);

/* The bytes of an output tile, as they are stored, in the arena. *bytes is NULL when there is none. */
enum tw_status tw_writer_load(struct tw_writer *writer, const struct tw_tile *tile, struct tw_arena *arena,
                              const void **bytes, size_t *size, struct tw_error *err);

/* Bytes and files written so far. */
uint64_t tw_sink_bytes(const struct tw_sink *sink);
uint64_t tw_sink_files(const struct tw_sink *sink);

/* The tiles that a process metatile is cut into, for those who show them instead of writing them. Each call
 * of take gets what is there of a tile: no bands when that is nothing. */
struct tw_sink_parts {
    const struct tw_pyramid *process;
    const struct tw_pyramid *pyramid; /* of the tiles: the same grid, a metatiling that is not larger */
    const struct tw_window *window;   /* of the raster */
    const struct tw_raster *stored;   /* NULL: empty, or features */
    struct tw_arena *arena;
    bool skips_partial; /* tiles with any nodata count as empty */
    enum tw_status (*take)(void *context, const struct tw_tile *tile, const struct tw_window *window,
                           const struct tw_raster *part, struct tw_error *err);
    void *context;
};
enum tw_status tw_sink_take_parts(const struct tw_sink_parts *parts, const struct tw_tile *tile,
                                  struct tw_error *err);

#endif
