/* archive_mbtiles.c - MBTiles archives (1.3): SQLite databases with a table or a view `tiles`, on this
 * machine.
 *
 * Whoever wrote it: one table of tiles, or `map` and `images` behind a view. Rows count from the south.
 *
 * SPDX-License-Identifier: MIT
 */
#include "archive_check.h"

#include "file.h"
#include "sqlite_file.h"
#include "text.h"

#include <cpl_vsi.h>
#include <jansson.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define IN_RANGE                                                                                             \
    " zoom_level BETWEEN ?1 AND ?2 AND tile_column >= 0 AND tile_column < 1 << zoom_level AND tile_row >= 0" \
    " AND tile_row < 1 << zoom_level AND tile_data IS NOT NULL"

struct mbtiles {
    sqlite3 *database;
    pthread_mutex_t lock; /* of the statement */
    sqlite3_stmt *tile;   /* the bytes of one */
};

static enum tw_status check_table(struct tw_archive *archive, struct tw_error *err)
{
    struct mbtiles *mbtiles = archive->state;
    sqlite3_stmt *found = NULL;
    enum tw_status status = tw_sqlite_prepare(
        mbtiles->database, archive->path,
        "SELECT 1 FROM sqlite_master WHERE name = 'tiles' AND type IN ('table', 'view')", &found, err);
    bool has_row = false;
    if (status == TW_OK)
        status = tw_sqlite_step(found, archive->path, &has_row, err);
    sqlite3_finalize(found);
    if (status == TW_OK && !has_row)
        status = tw_error_set(err, TW_EINPUT, "'%s' is no MBTiles archive: it has no table or view 'tiles'",
                              archive->path);
    return status;
}

static void take_bounds(struct tw_archive_facts *facts, const char *text)
{
    char *end = NULL;
    double *bounds = facts->bounds;
    for (int i = 0; i < 4; i++) {
        bounds[i] = strtod(text, &end);
        if (end == text || (i < 3 && *end != ','))
            return;
        text = end + 1;
    }
    facts->has_bounds = bounds[0] < bounds[2] && bounds[1] < bounds[3] && bounds[0] >= -180 &&
                        bounds[2] <= 180 && bounds[1] >= -90 && bounds[3] <= 90;
}

static bool take_zoom(const json_t *metadata, const char *name, int *zoom)
{
    const char *text = json_string_value(json_object_get(metadata, name));
    double number;
    if (text == NULL || !tw_parse_number(text, &number) || number < 0 || number > TW_MAX_ZOOM)
        return false;
    *zoom = (int)number;
    return true;
}

/* Names and values, as text; what is no UTF-8 is left out. A table without any is no error. */
static enum tw_status read_metadata(struct tw_archive *archive, json_t *metadata, struct tw_error *err)
{
    struct mbtiles *mbtiles = archive->state;
    sqlite3_stmt *rows = NULL;
    struct tw_error none;
    bool has_row = true;
    if (tw_sqlite_prepare(mbtiles->database, archive->path, "SELECT name, value FROM metadata", &rows,
                          &none) != TW_OK)
        return TW_OK;
    enum tw_status status = TW_OK;
    while (status == TW_OK && has_row) {
        status = tw_sqlite_step(rows, archive->path, &has_row, err);
        const char *name = has_row ? (const char *)sqlite3_column_text(rows, 0) : NULL;
        const char *value = has_row ? (const char *)sqlite3_column_text(rows, 1) : NULL;
        json_t *text = value != NULL ? json_string(value) : NULL;
        if (name != NULL && text != NULL)
            json_object_set(metadata, name, text);
        json_decref(text);
    }
    sqlite3_finalize(rows);
    return status;
}

static enum tw_status keep_metadata(struct tw_archive *archive, const json_t *metadata, struct tw_error *err)
{
    struct tw_archive_facts *facts = &archive->facts;
    const char *bounds = json_string_value(json_object_get(metadata, "bounds"));
    char *text = json_dumps(metadata, JSON_COMPACT);
    facts->metadata = text != NULL ? tw_arena_strdup(archive->arena, text) : NULL;
    free(text);
    if (facts->metadata == NULL)
        return tw_error_nomem(err);
    facts->has_zooms =
        take_zoom(metadata, "minzoom", &facts->min_zoom) && take_zoom(metadata, "maxzoom", &facts->max_zoom);
    if (bounds != NULL)
        take_bounds(facts, bounds);
    return TW_OK;
}

static enum tw_status mbtiles_first(struct tw_archive *archive, int zoom, struct tw_tile *tile, bool *found,
                                    struct tw_error *err)
{
    const struct mbtiles *mbtiles = archive->state;
    sqlite3_stmt *row = NULL;
    enum tw_status status = tw_sqlite_prepare(mbtiles->database, archive->path,
                                              "SELECT tile_column, tile_row FROM tiles WHERE" IN_RANGE
                                              " ORDER BY zoom_level, tile_column, tile_row LIMIT 1",
                                              &row, err);
    *found = false;
    if (status == TW_OK) {
        sqlite3_bind_int(row, 1, zoom);
        sqlite3_bind_int(row, 2, zoom);
        status = tw_sqlite_step(row, archive->path, found, err);
    }
    if (*found)
        *tile = (struct tw_tile){zoom, (INT64_C(1) << zoom) - 1 - (int64_t)sqlite3_column_int64(row, 1),
                                 sqlite3_column_int64(row, 0)};
    sqlite3_finalize(row);
    return status;
}

static enum tw_status mbtiles_read(struct tw_archive *archive, const struct tw_tile *tile, void **bytes,
                                   size_t *size, struct tw_error *err)
{
    struct mbtiles *mbtiles = archive->state;
    bool has_row = false;
    *bytes = NULL;
    pthread_mutex_lock(&mbtiles->lock);
    sqlite3_bind_int(mbtiles->tile, 1, tile->zoom);
    sqlite3_bind_int64(mbtiles->tile, 2, tile->col);
    sqlite3_bind_int64(mbtiles->tile, 3, (INT64_C(1) << tile->zoom) - 1 - tile->row);
    enum tw_status status = tw_sqlite_step(mbtiles->tile, archive->path, &has_row, err);
    const void *blob = has_row ? sqlite3_column_blob(mbtiles->tile, 0) : NULL;
    *size = has_row ? (size_t)sqlite3_column_bytes(mbtiles->tile, 0) : 0;
    if (blob != NULL && *size > 0 && (*bytes = VSIMalloc(*size)) == NULL)
        status = tw_error_nomem(err);
    if (*bytes != NULL)
        memcpy(*bytes, blob, *size);
    sqlite3_reset(mbtiles->tile);
    pthread_mutex_unlock(&mbtiles->lock);
    return status;
}

/* What the first tile is. */
static enum tw_status look_at_first(struct tw_archive *archive, struct tw_error *err)
{
    struct tw_tile tile;
    void *bytes = NULL;
    size_t size = 0;
    bool found = false;
    enum tw_status status = TW_OK;
    for (int zoom = 0; status == TW_OK && !found && zoom <= TW_MAX_ZOOM; zoom++)
        status = mbtiles_first(archive, zoom, &tile, &found, err);
    if (status == TW_OK && found)
        status = mbtiles_read(archive, &tile, &bytes, &size, err);
    archive->facts.extension = bytes != NULL ? tw_tile_extension_of_bytes(bytes, size) : found ? NULL : "png";
    VSIFree(bytes);
    return status;
}

static enum tw_status set_format(struct tw_archive *archive, const json_t *metadata, struct tw_error *err)
{
    static const char *const known[][2] = {{"png", "png"}, {"jpg", "jpg"}, {"jpeg", "jpg"}, {"webp", "webp"}};
    const char *format = json_string_value(json_object_get(metadata, "format"));
    for (size_t i = 0; format != NULL && i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(format, known[i][0]) == 0)
            archive->facts.extension = known[i][1];
    if (archive->facts.extension != NULL)
        return TW_OK;
    bool is_vector = format != NULL && strcmp(format, "pbf") == 0;
    enum tw_status status = is_vector ? TW_OK : look_at_first(archive, err);
    if (status == TW_OK && archive->facts.extension == NULL)
        status = tw_error_set(err, TW_EUSAGE, "'%s' holds %s; PNG, JPEG and WebP can be read", archive->path,
                              is_vector ? "vector tiles (pbf)" : "tiles of an unknown kind");
    return status;
}

static enum tw_status open_database(struct tw_archive *archive, json_t *metadata, struct tw_error *err)
{
    struct mbtiles *mbtiles = archive->state;
    enum tw_status status = tw_sqlite_open(archive->path, &mbtiles->database, err);
    if (status == TW_OK)
        status = check_table(archive, err);
    if (status == TW_OK)
        status = tw_sqlite_prepare(
            mbtiles->database, archive->path,
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            &mbtiles->tile, err);
    if (status == TW_OK)
        status = read_metadata(archive, metadata, err);
    if (status == TW_OK)
        status = keep_metadata(archive, metadata, err);
    return status == TW_OK ? set_format(archive, metadata, err) : status;
}

static enum tw_status mbtiles_open(struct tw_archive *archive, struct tw_error *err)
{
    if (tw_path_is_remote(archive->path))
        return tw_error_set(
            err, TW_EINPUT,
            "'%s' is not on this machine; an MBTiles archive is read from local files only: copy it here "
            "first",
            archive->path);
    struct mbtiles *mbtiles = calloc(1, sizeof(*mbtiles));
    json_t *metadata = json_object();
    if (mbtiles != NULL)
        pthread_mutex_init(&mbtiles->lock, NULL);
    archive->state = mbtiles;
    archive->facts.format = "MBTiles";
    archive->facts.bytes = tw_file_size(archive->path);
    enum tw_status status =
        mbtiles != NULL && metadata != NULL ? open_database(archive, metadata, err) : tw_error_nomem(err);
    json_decref(metadata);
    return status;
}

static void mbtiles_close(struct tw_archive *archive)
{
    struct mbtiles *mbtiles = archive->state;
    if (mbtiles == NULL)
        return;
    sqlite3_finalize(mbtiles->tile);
    sqlite3_close(mbtiles->database);
    pthread_mutex_destroy(&mbtiles->lock);
    free(mbtiles);
}

static enum tw_status prepare_zooms(struct tw_archive *archive, const char *sql, int min_zoom, int max_zoom,
                                    sqlite3_stmt **rows, struct tw_error *err)
{
    const struct mbtiles *mbtiles = archive->state;
    enum tw_status status = tw_sqlite_prepare(mbtiles->database, archive->path, sql, rows, err);
    if (status == TW_OK) {
        sqlite3_bind_int(*rows, 1, min_zoom);
        sqlite3_bind_int(*rows, 2, max_zoom);
    }
    return status;
}

static enum tw_status mbtiles_zooms(struct tw_archive *archive, int min_zoom, int max_zoom,
                                    struct tw_tile_zooms *zooms, struct tw_error *err)
{
    static const char sql[] =
        "SELECT zoom_level, min(tile_column), max(tile_column), min(tile_row), max(tile_row)"
        " FROM tiles WHERE" IN_RANGE " GROUP BY zoom_level ORDER BY zoom_level DESC";
    sqlite3_stmt *rows = NULL;
    bool has_row = true;
    enum tw_status status = prepare_zooms(archive, sql, min_zoom, max_zoom, &rows, err);
    zooms->count = 0;
    while (status == TW_OK && zooms->count <= TW_MAX_ZOOM) {
        status = tw_sqlite_step(rows, archive->path, &has_row, err);
        if (status != TW_OK || !has_row)
            break;
        int zoom = sqlite3_column_int(rows, 0);
        int64_t last = (INT64_C(1) << zoom) - 1;
        zooms->ranges[zooms->count++] = (struct tw_tile_range){
            zoom, last - sqlite3_column_int64(rows, 4), last - sqlite3_column_int64(rows, 3),
            sqlite3_column_int64(rows, 1), sqlite3_column_int64(rows, 2)};
    }
    sqlite3_finalize(rows);
    return status;
}

static enum tw_status mbtiles_list(struct tw_archive *archive, const struct tw_archive_visit *visit,
                                   struct tw_error *err)
{
    static const char sql[] =
        "SELECT zoom_level, tile_column, tile_row, length(tile_data) FROM tiles WHERE" IN_RANGE
        " ORDER BY zoom_level, tile_column, tile_row";
    sqlite3_stmt *rows = NULL;
    bool has_row = true;
    enum tw_status status = prepare_zooms(archive, sql, visit->min_zoom, visit->max_zoom, &rows, err);
    while (status == TW_OK) {
        status = tw_sqlite_step(rows, archive->path, &has_row, err);
        if (status != TW_OK || !has_row)
            break;
        int zoom = sqlite3_column_int(rows, 0);
        const struct tw_stored_tile stored = {
            .tile = {zoom, (INT64_C(1) << zoom) - 1 - (int64_t)sqlite3_column_int64(rows, 2),
                     sqlite3_column_int64(rows, 1)},
            .size = (uint32_t)sqlite3_column_int64(rows, 3)};
        status = visit->tile(visit->context, &stored, err);
    }
    sqlite3_finalize(rows);
    return status;
}

static bool mbtiles_holds_features(const char *path)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *row = NULL;
    struct tw_error ignored;
    bool found = false;
    if (!tw_path_is_remote(path) && tw_sqlite_open(path, &database, &ignored) == TW_OK &&
        tw_sqlite_prepare(database, path, "SELECT 1 FROM metadata WHERE name = 'format' AND value = 'pbf'",
                          &row, &ignored) == TW_OK)
        tw_sqlite_step(row, path, &found, &ignored);
    sqlite3_finalize(row);
    sqlite3_close(database);
    return found;
}

sqlite3 *tw_mbtiles_database(const struct tw_archive *archive)
{
    return ((const struct mbtiles *)archive->state)->database;
}

const struct tw_archive_driver tw_archive_mbtiles = {
    .suffix = ".mbtiles",
    .open = mbtiles_open,
    .close = mbtiles_close,
    .zooms = mbtiles_zooms,
    .first = mbtiles_first,
    .list = mbtiles_list,
    .read = mbtiles_read,
    .check = tw_mbtiles_check,
    .holds_features = mbtiles_holds_features,
};
