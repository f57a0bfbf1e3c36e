/* storage_line.h - what is on its way to object storage, in the order in which it was handed in.
 *
 * Entries are started in that order, done in any, and leave at the front when all before them have left. Not
 * thread safe: the store's lock guards it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_STORAGE_LINE_H
#define TW_STORAGE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tw_line_kind { TW_LINE_PUT, TW_LINE_REMOVE, TW_LINE_MARK };

struct tw_line_entry {
    enum tw_line_kind kind;
    bool is_done;
    uint64_t hash; /* of the path */
    uint64_t token;
    char *path;  /* owned; so are the bytes */
    void *bytes; /* freed when it is done */
    size_t size;
    struct tw_line_entry *next;          /* in line */
    struct tw_line_entry *newer, *older; /* with the same place in the table */
};

enum { TW_LINE_TABLE = 4096 };

/* Zero-initialise it. */
struct tw_line {
    struct tw_line_entry *first, *last;
    struct tw_line_entry *waiting;              /* the first that was not started */
    struct tw_line_entry *table[TW_LINE_TABLE]; /* of what is not done, the newest first */
    size_t count, bytes;                        /* of what is not done, marks left out */
};

/* Takes the entry over. */
void tw_line_add(struct tw_line *line, struct tw_line_entry *entry);
/* The next one to start, or NULL. */
struct tw_line_entry *tw_line_take(struct tw_line *line);
/* The newest entry of that path that is not done, or NULL. */
struct tw_line_entry *tw_line_find(const struct tw_line *line, const char *path);
/* Whether an older entry of the same path is not done. */
bool tw_line_must_wait(const struct tw_line_entry *entry);
void tw_line_finish(struct tw_line *line, struct tw_line_entry *entry);
/* Takes the first entry out if it is done, or a mark; the caller frees it. */
struct tw_line_entry *tw_line_leave(struct tw_line *line);
/* Accepts NULL. */
void tw_line_entry_free(struct tw_line_entry *entry);
void tw_line_free(struct tw_line *line);

#endif
