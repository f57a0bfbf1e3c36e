/* sqlite_file.h - an SQLite database that is only read.
 *
 * It is opened as one that does not change, without locks or files beside it; one that still has a
 * write-ahead log is read with it. What a database of others holds is not trusted: its views call no
 * functions that do anything.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SQLITE_FILE_H
#define TW_SQLITE_FILE_H

#include "error.h"

#include <sqlite3.h>

#include <stdbool.h>
#include <stddef.h>

/* path: local. TW_EINPUT: `cannot open 'x': No such file or directory`, `'x' cannot be read: file is not a
 * database`. Owned by the caller: sqlite3_close(). */
enum tw_status tw_sqlite_open(const char *path, sqlite3 **database, struct tw_error *err);

/* path: for messages. Owned by the caller: sqlite3_finalize(). */
enum tw_status tw_sqlite_prepare(sqlite3 *database, const char *path, const char *sql,
                                 sqlite3_stmt **statement, struct tw_error *err);

/* The next row, if there is one. */
enum tw_status tw_sqlite_step(sqlite3_stmt *statement, const char *path, bool *has_row, struct tw_error *err);

/* Text of a database, for a message: what is no printable ASCII becomes `?`. Cut at size; returns clean. */
const char *tw_sqlite_text(const char *text, char *clean, size_t size);

#endif
