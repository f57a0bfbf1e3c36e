/* SPDX-License-Identifier: MIT */
#include "mbtiles_assemble.h"
#include "content_table.h"
#include "file.h"
#include "tile_archive.h"

#include <sqlite3.h>

#include <string.h>

enum { MOST_CONTENTS = 1 << 21 };

/* `MPBX` as the application_id; the journal is off because a file that is not whole is never looked at. */
static const char prologue[] =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA cache_size = -16384; PRAGMA application_id = 0x4d504258;"
    "BEGIN;"
    "CREATE TABLE metadata (name TEXT NOT NULL, value TEXT NOT NULL);"
    "CREATE TABLE map (zoom_level INTEGER NOT NULL, tile_column INTEGER NOT NULL, tile_row INTEGER NOT NULL,"
    " tile_id INTEGER NOT NULL);"
    "CREATE TABLE images (tile_id INTEGER PRIMARY KEY, tile_data BLOB NOT NULL);"
    "CREATE VIEW tiles AS SELECT map.zoom_level AS zoom_level, map.tile_column AS tile_column,"
    " map.tile_row AS tile_row, images.tile_data AS tile_data"
    " FROM map JOIN images ON images.tile_id = map.tile_id;";

static const char epilogue[] = "CREATE UNIQUE INDEX metadata_index ON metadata (name);"
                               "CREATE UNIQUE INDEX map_index ON map (zoom_level, tile_column, tile_row);"
                               "COMMIT;";

enum statement { ADD_METADATA, ADD_IMAGE, ADD_TILE, NUM_STATEMENTS };

static const char *const statements[NUM_STATEMENTS] = {
    "INSERT INTO metadata VALUES (?, ?)",
    "INSERT INTO images VALUES (?, ?)",
    "INSERT INTO map VALUES (?, ?, ?, ?)",
};

struct database {
    struct tw_tile_archive *archive;
    struct tw_arena *arena; /* reset after each tile */
    char *path;             /* of the temporary file */
    sqlite3 *handle;
    sqlite3_stmt *prepared[NUM_STATEMENTS];
    struct tw_content_table *contents;
    struct tw_archive_tiles tiles;
    int64_t num_images;
};

static enum tw_status cannot_write(const struct database *database, struct tw_error *err)
{
    const char *reason = database->handle != NULL ? sqlite3_errmsg(database->handle) : "out of memory";
    return tw_error_set(err, TW_ESTORAGE, "cannot write '%s': %s", database->path, reason);
}

static enum tw_status run(const struct database *database, const char *sql, struct tw_error *err)
{
    return sqlite3_exec(database->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? TW_OK
                                                                              : cannot_write(database, err);
}

/* Whatever a binding may have failed with, the step fails with, too. */
static enum tw_status add_row(const struct database *database, enum statement statement, bool is_bound,
                              struct tw_error *err)
{
    sqlite3_stmt *prepared = database->prepared[statement];
    bool done = is_bound && sqlite3_step(prepared) == SQLITE_DONE;
    enum tw_status status = done ? TW_OK : cannot_write(database, err);
    sqlite3_reset(prepared);
    return status;
}

static enum tw_status add_image(struct database *database, const struct tw_spool_content *content,
                                struct tw_error *err)
{
    struct tw_blob tile;
    sqlite3_stmt *prepared = database->prepared[ADD_IMAGE];
    tw_arena_reset(database->arena);
    enum tw_status status = tw_spool_read(tw_directory_spool(database->archive->file.tiles), content,
                                          database->arena, &tile, err);
    if (status != TW_OK)
        return status;
    bool is_bound = sqlite3_bind_int64(prepared, 1, ++database->num_images) == SQLITE_OK &&
                    sqlite3_bind_blob64(prepared, 2, tile.bytes, tile.size, SQLITE_STATIC) == SQLITE_OK;
    return add_row(database, ADD_IMAGE, is_bound, err);
}

/* Sets the id of a content, which is added if it is not there yet. */
static enum tw_status place_content(struct database *database, const struct tw_spool_content *content,
                                    uint64_t *id, struct tw_error *err)
{
    if (tw_content_find(database->contents, content->hash, id))
        return TW_OK;
    enum tw_status status = add_image(database, content, err);
    *id = (uint64_t)database->num_images;
    if (status == TW_OK && !tw_content_keep(database->contents, content->hash, *id))
        status = tw_error_nomem(err);
    return status;
}

static enum tw_status add_tile(const struct database *database, const struct tw_tile *tile, uint64_t id,
                               struct tw_error *err)
{
    sqlite3_stmt *prepared = database->prepared[ADD_TILE];
    const int64_t values[] = {tile->zoom, tile->col, (INT64_C(1) << tile->zoom) - 1 - tile->row, (int64_t)id};
    bool is_bound = true;
    for (int i = 0; i < 4; i++)
        is_bound = sqlite3_bind_int64(prepared, i + 1, values[i]) == SQLITE_OK && is_bound;
    return add_row(database, ADD_TILE, is_bound, err);
}

static enum tw_status add_tiles(void *context, const struct tw_spool_step *step, struct tw_error *err)
{
    struct database *database = context;
    const struct tw_tile_range *range = &step->tiles;
    uint64_t id = 0;
    enum tw_status status = place_content(database, &step->content, &id, err);
    for (int64_t row = range->first_row; status == TW_OK && row <= range->last_row; row++)
        for (int64_t col = range->first_col; status == TW_OK && col <= range->last_col; col++) {
            const struct tw_tile tile = {range->zoom, row, col};
            status = add_tile(database, &tile, id, err);
        }
    tw_archive_tiles_add(&database->tiles, step);
    return status;
}

static enum tw_status add_metadata(const struct database *database, struct tw_error *err)
{
    const struct tw_sink *sink = database->archive->file.sink;
    const struct tw_archive_about *about = &database->archive->about;
    struct tw_archive_places places = tw_archive_places(&database->tiles, sink);
    struct tw_arena *arena = sink->arena;
    const char *const rows[][2] = {
        {"name", about->name},
        {"format", tw_encoder_extension(sink->codec)},
        {"bounds", tw_arena_printf(arena, "%.9g,%.9g,%.9g,%.9g", places.bounds[0], places.bounds[1],
                                   places.bounds[2], places.bounds[3])},
        {"center",
         tw_arena_printf(arena, "%.9g,%.9g,%d", places.center[0], places.center[1], places.min_zoom)},
        {"minzoom", tw_arena_printf(arena, "%d", places.min_zoom)},
        {"maxzoom", tw_arena_printf(arena, "%d", places.max_zoom)},
        {"attribution", about->attribution[0] != '\0' ? about->attribution : NULL},
        {"description", about->description},
        {"type", about->type},
        {"version", about->version},
        {"tile_size", tw_arena_printf(arena, "%d", sink->pyramid.tile_size_px)},
        {"tilewright", database->archive->file.fingerprint},
    };
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i][1] == NULL)
            continue;
        bool is_bound = true;
        for (int k = 0; k < 2; k++)
            is_bound = sqlite3_bind_text(database->prepared[ADD_METADATA], k + 1, rows[i][k], -1,
                                         SQLITE_STATIC) == SQLITE_OK &&
                       is_bound;
        status = add_row(database, ADD_METADATA, is_bound, err);
    }
    return status;
}

/* The file is new: what a killed run has left is removed. */
static enum tw_status open_database(struct database *database, struct tw_error *err)
{
    const struct tw_single_file *file = &database->archive->file;
    database->path = tw_arena_printf(file->sink->arena, "%s/assembled.mbtiles", file->folder);
    database->arena = tw_arena_new(0);
    database->contents = tw_content_table_new(MOST_CONTENTS);
    if (database->path == NULL || database->arena == NULL || database->contents == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_file_remove(database->path, err);
    if (status != TW_OK)
        return status;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(database->path, &database->handle, flags, NULL) != SQLITE_OK)
        return cannot_write(database, err);
    status = run(database, prologue, err);
    for (int i = 0; status == TW_OK && i < NUM_STATEMENTS; i++)
        if (sqlite3_prepare_v2(database->handle, statements[i], -1, &database->prepared[i], NULL) !=
            SQLITE_OK)
            status = cannot_write(database, err);
    return status;
}

static int note_answer(void *context, int count, char **values, char **names)
{
    bool *is_whole = context;
    (void)names;
    *is_whole = count == 1 && values[0] != NULL && strcmp(values[0], "ok") == 0;
    return 0;
}

static enum tw_status check_integrity(const struct database *database, struct tw_error *err)
{
    bool is_whole = false;
    if (sqlite3_exec(database->handle, "PRAGMA integrity_check(1)", note_answer, &is_whole, NULL) !=
        SQLITE_OK)
        return cannot_write(database, err);
    return is_whole ? TW_OK
                    : tw_error_set(err, TW_ESTORAGE,
                                   "cannot write '%s': what was written is not what is read", database->path);
}

static enum tw_status close_database(struct database *database, enum tw_status status, struct tw_error *err)
{
    for (int i = 0; i < NUM_STATEMENTS; i++)
        sqlite3_finalize(database->prepared[i]);
    if (sqlite3_close(database->handle) != SQLITE_OK && status == TW_OK)
        status = cannot_write(database, err);
    tw_content_table_free(database->contents);
    tw_arena_free(database->arena);
    return status;
}

/* A long query may be stopped. */
static int is_cancelled(void *context)
{
    const volatile int *cancel = ((const struct database *)context)->archive->file.cancel;
    return cancel != NULL && __atomic_load_n(cancel, __ATOMIC_RELAXED) != 0;
}

static enum tw_status write_database(struct database *database, struct tw_error *err)
{
    const struct tw_spool_walk walk = {&database->archive->file, add_tiles, database};
    enum tw_status status = open_database(database, err);
    for (int zoom = 0; status == TW_OK && zoom <= TW_MAX_ZOOM; zoom++)
        status = tw_spool_walk(&walk, zoom, err);
    if (status == TW_OK)
        status = add_metadata(database, err);
    if (status != TW_OK)
        return status;
    sqlite3_progress_handler(database->handle, 1 << 20, is_cancelled, database);
    status = run(database, epilogue, err);
    if (status == TW_OK)
        status = check_integrity(database, err);
    return status != TW_OK && is_cancelled(database) ? tw_error_set(err, TW_ECANCELLED, "interrupted")
                                                     : status;
}

enum tw_status tw_mbtiles_assemble(struct tw_single_file *file, struct tw_error *err)
{
    struct database database = {.archive = (struct tw_tile_archive *)file};
    struct tw_error ignored;
    enum tw_status status = write_database(&database, err);
    status = close_database(&database, status, err);
    if (status == TW_OK)
        status = tw_sink_place_file(file->sink, database.path, file->fingerprint, err);
    else if (database.path != NULL)
        tw_file_remove(database.path, &ignored);
    return status;
}

static char *read_fingerprint(sqlite3 *handle, struct tw_arena *arena)
{
    sqlite3_stmt *query = NULL;
    char *found = NULL;
    if (sqlite3_prepare_v2(handle, "SELECT value FROM metadata WHERE name = 'tilewright'", -1, &query,
                           NULL) == SQLITE_OK &&
        sqlite3_step(query) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(query, 0);
        if (text != NULL && !tw_archive_is_part(text))
            found = tw_arena_strdup(arena, text);
    }
    sqlite3_finalize(query);
    return found;
}

char *tw_mbtiles_fingerprint(const char *path, struct tw_arena *arena)
{
    sqlite3 *handle = NULL;
    char *found = NULL;
    if (sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
        found = read_fingerprint(handle, arena);
    sqlite3_close(handle);
    return found;
}
