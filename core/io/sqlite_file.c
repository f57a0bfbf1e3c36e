/* SPDX-License-Identifier: MIT */
#include "sqlite_file.h"

#include "text.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_BYTES = 1 << 28 /* of a value */ };

static bool has_log(const char *path)
{
    struct tw_text name = {0};
    struct stat info;
    tw_text_printf(&name, "%s-wal", path);
    bool found = !name.failed && stat(tw_text_get(&name), &info) == 0 && info.st_size > 0;
    tw_text_free(&name);
    return found;
}

/* `file:a%20b.mbtiles?immutable=1` */
static void add_uri(struct tw_text *uri, const char *path)
{
    tw_text_add(uri, "file:");
    for (const char *c = path; *c != '\0'; c++) {
        bool is_plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                        strchr("/._-", *c) != NULL;
        tw_text_printf(uri, is_plain ? "%c" : "%%%02X", is_plain ? *c : (uint8_t)*c);
    }
    tw_text_add(uri, has_log(path) ? "?mode=ro" : "?immutable=1");
}

const char *tw_sqlite_text(const char *text, char *clean, size_t size)
{
    size_t i = 0;
    for (; text[i] != '\0' && i + 1 < size; i++)
        clean[i] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
    clean[i] = '\0';
    return clean;
}

/* Messages of damaged databases hold their bytes. */
static enum tw_status refuse(sqlite3 *database, const char *path, struct tw_error *err)
{
    char clean[256];
    return sqlite3_errcode(database) == SQLITE_NOMEM
               ? tw_error_nomem(err)
               : tw_error_set(err, TW_EINPUT, "'%s' cannot be read: %s", path,
                              tw_sqlite_text(sqlite3_errmsg(database), clean, sizeof(clean)));
}

enum tw_status tw_sqlite_open(const char *path, sqlite3 **database, struct tw_error *err)
{
    struct tw_text uri = {0};
    struct stat info;
    *database = NULL;
    if (stat(path, &info) != 0)
        return tw_error_set(err, TW_EINPUT, "cannot open '%s': %s", path, strerror(errno));
    add_uri(&uri, path);
    if (uri.failed) {
        tw_text_free(&uri);
        return tw_error_nomem(err);
    }
    int code = sqlite3_open_v2(tw_text_get(&uri), database,
                               SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_FULLMUTEX, NULL);
    tw_text_free(&uri);
    if (code != SQLITE_OK) {
        enum tw_status status = refuse(*database, path, err);
        sqlite3_close(*database);
        *database = NULL;
        return status;
    }
    sqlite3_db_config(*database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(*database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_limit(*database, SQLITE_LIMIT_LENGTH, MOST_BYTES);
    return TW_OK;
}

enum tw_status tw_sqlite_prepare(sqlite3 *database, const char *path, const char *sql,
                                 sqlite3_stmt **statement, struct tw_error *err)
{
    return sqlite3_prepare_v2(database, sql, -1, statement, NULL) == SQLITE_OK ? TW_OK
                                                                               : refuse(database, path, err);
}

enum tw_status tw_sqlite_step(sqlite3_stmt *statement, const char *path, bool *has_row, struct tw_error *err)
{
    int code = sqlite3_step(statement);
    *has_row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? TW_OK
                                                     : refuse(sqlite3_db_handle(statement), path, err);
}
