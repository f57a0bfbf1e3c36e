/* Whether an MBTiles archive is a sound database that says what the specification (1.3) asks for.
 *
 * SPDX-License-Identifier: MIT
 */
#include "archive_check.h"
#include "sqlite_file.h"

#include <jansson.h>

#include <stdio.h>

enum { SHOWN_ROWS = 100 };

struct check {
    struct tw_archive *archive;
    sqlite3 *database;
    const struct tw_archive_report *report;
};

/* Tells each row that the statement gives. */
static enum tw_status tell_rows(const struct check *check, const char *sql,
                                enum tw_status (*tell)(const struct check *, sqlite3_stmt *,
                                                       struct tw_error *),
                                struct tw_error *err)
{
    sqlite3_stmt *rows = NULL;
    struct tw_error wrong = {0};
    bool has_row = true;
    enum tw_status status = tw_sqlite_prepare(check->database, check->archive->path, sql, &rows, &wrong);
    for (int i = 0; status == TW_OK && has_row && i < SHOWN_ROWS; i++) {
        status = tw_sqlite_step(rows, check->archive->path, &has_row, &wrong);
        if (status == TW_OK && has_row && (status = tell(check, rows, err)) != TW_OK)
            wrong = *err;
    }
    sqlite3_finalize(rows);
    if (status == TW_EINPUT)
        return tw_archive_fault(check->report, err, "%s", wrong.message);
    return status == TW_OK ? TW_OK : (*err = wrong).status;
}

static enum tw_status tell_integrity(const struct check *check, sqlite3_stmt *row, struct tw_error *err)
{
    const char *text = (const char *)sqlite3_column_text(row, 0);
    char clean[256];
    return text == NULL || sqlite3_stricmp(text, "ok") == 0
               ? TW_OK
               : tw_archive_fault(check->report, err, "the database is damaged: %s",
                                  tw_sqlite_text(text, clean, sizeof(clean)));
}

static enum tw_status tell_outside(const struct check *check, sqlite3_stmt *row, struct tw_error *err)
{
    return tw_archive_fault(check->report, err,
                            "tile_column %lld and tile_row %lld are none of zoom_level %lld",
                            (long long)sqlite3_column_int64(row, 1), (long long)sqlite3_column_int64(row, 2),
                            (long long)sqlite3_column_int64(row, 0));
}

static enum tw_status tell_tile(const struct check *check, sqlite3_stmt *row, const char *reason,
                                struct tw_error *err)
{
    int zoom = sqlite3_column_int(row, 0);
    const struct tw_tile tile = {zoom, (INT64_C(1) << zoom) - 1 - sqlite3_column_int64(row, 2),
                                 sqlite3_column_int64(row, 1)};
    return check->report->fault(check->report->context, &tile, reason, err);
}

static enum tw_status tell_empty(const struct check *check, sqlite3_stmt *row, struct tw_error *err)
{
    return tell_tile(check, row, "its row has no bytes", err);
}

static enum tw_status tell_twice(const struct check *check, sqlite3_stmt *row, struct tw_error *err)
{
    return tell_tile(check, row, "there is more than one row of it", err);
}

#define IN_ZOOM                                                                                              \
    " zoom_level BETWEEN 0 AND 30 AND tile_column >= 0 AND tile_column < 1 << zoom_level AND tile_row >= 0"  \
    " AND tile_row < 1 << zoom_level"

static enum tw_status check_rows(const struct check *check, struct tw_error *err)
{
    enum tw_status status = tell_rows(
        check, "SELECT zoom_level, tile_column, tile_row FROM tiles WHERE ifnull(NOT (" IN_ZOOM "), 1)",
        tell_outside, err);
    if (status == TW_OK)
        status = tell_rows(check,
                           "SELECT zoom_level, tile_column, tile_row FROM tiles WHERE" IN_ZOOM
                           " AND ifnull(length(tile_data), 0) = 0",
                           tell_empty, err);
    if (status == TW_OK)
        status = tell_rows(check,
                           "SELECT zoom_level, tile_column, tile_row FROM tiles WHERE" IN_ZOOM
                           " GROUP BY zoom_level, tile_column, tile_row HAVING count(*) > 1",
                           tell_twice, err);
    return status;
}

/* The keys that there must be. */
static enum tw_status check_metadata(const struct check *check, struct tw_error *err)
{
    static const char *const keys[] = {"name", "format"};
    static const char *const formats[] = {"png", "jpg", "webp"};
    json_t *metadata = json_loads(check->archive->facts.metadata, 0, NULL);
    const char *format = json_string_value(json_object_get(metadata, "format"));
    const char *bounds = json_string_value(json_object_get(metadata, "bounds"));
    enum tw_status status = TW_OK;
    char clean[64];
    bool is_known = format == NULL;
    for (int i = 0; status == TW_OK && i < 2; i++)
        if (json_string_value(json_object_get(metadata, keys[i])) == NULL)
            status = tw_archive_fault(check->report, err, "its metadata has no '%s'", keys[i]);
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        is_known = is_known || sqlite3_stricmp(format, formats[i]) == 0;
    if (status == TW_OK && !is_known)
        status = tw_archive_fault(check->report, err,
                                  "its metadata says the format '%s', which is none of png, jpg and webp",
                                  tw_sqlite_text(format, clean, sizeof(clean)));
    if (status == TW_OK && bounds != NULL && !check->archive->facts.has_bounds)
        status = tw_archive_fault(check->report, err, "its metadata says the bounds '%s', which are none",
                                  tw_sqlite_text(bounds, clean, sizeof(clean)));
    json_decref(metadata);
    return status;
}

enum tw_status tw_mbtiles_check(struct tw_archive *archive, const struct tw_archive_report *report,
                                struct tw_error *err)
{
    struct check check = {archive, tw_mbtiles_database(archive), report};
    struct tw_tile_zooms zooms;
    struct tw_error wrong = {0};
    enum tw_status status = tell_rows(&check, "PRAGMA integrity_check(10)", tell_integrity, err);
    if (status == TW_OK)
        status = check_metadata(&check, err);
    if (status == TW_OK)
        status = check_rows(&check, err);
    if (status != TW_OK)
        return status;
    status = tw_archive_mbtiles.zooms(archive, 0, TW_MAX_ZOOM, &zooms, &wrong);
    if (status == TW_OK)
        return tw_archive_check_places(&archive->facts, &zooms, "its metadata", report, err);
    return status == TW_EINPUT ? tw_archive_fault(report, err, "%s", wrong.message) : (*err = wrong).status;
}
