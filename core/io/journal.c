/* SPDX-License-Identifier: MIT */
#include "journal.h"
#include "bucket.h"
#include "clock.h"
#include "file.h"
#include "grid.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char header[] = "tilewright journal 1\n";
/* In object storage nothing can be added to a file: the journal is written whole, now and then. */
static const double rest_s = 5, rest_factor = 20;

static const char adopting_header[] = "tilewright journal 1, adopted\n";

struct entry {
    int zoom;
    uint32_t files;
    uint64_t place;
    size_t next_free; /* of a slot that is free: the next one, counted from 1 */
};

struct tw_journal {
    char *path;
    int fd; /* -1 in object storage, and when it is only looked at */
    bool is_remote;
    pthread_mutex_t writing;        /* held by the thread that writes the whole file */
    double written_s, writing_took; /* when, and how long: guarded by `writing` */
    bool adopts;
    pthread_mutex_t lock;
    off_t end; /* of the last whole line in the file */
    struct tw_intervals done[TW_MAX_ZOOM + 1];
    struct tw_intervals put[TW_MAX_ZOOM + 1]; /* in this run, whether committed or not */
    bool is_dirty;                            /* the file lacks something */
    struct entry *held;
    size_t num_held, capacity, first_free;
};

static enum tw_status journal_error(const struct tw_journal *journal, const char *verb, struct tw_error *err)
{
    return tw_error_set(err, TW_ESTORAGE, "cannot %s '%s': %s", verb, journal->path, strerror(errno));
}

static enum tw_status read_line(struct tw_journal *journal, const char *line, int number,
                                struct tw_error *err)
{
    int zoom;
    uint64_t first, last;
    uint32_t files = TW_JOURNAL_OUTDATED;
    char word[16] = "", more;
    int fields = sscanf(line, "%d %" SCNu64 " %" SCNu64 " %15s %c", &zoom, &first, &last, word, &more);
    bool is_gone = strcmp(word, "x") == 0;
    if (fields != 4 ||
        (strcmp(word, "-") != 0 && !is_gone && sscanf(word, "%" SCNu32 "%c", &files, &more) != 1) ||
        zoom < 0 || zoom > TW_MAX_ZOOM || first > last)
        return tw_error_set(err, TW_ESTORAGE,
                            "cannot read '%s': line %d is not understood; use --overwrite to begin "
                            "anew",
                            journal->path, number);
    if (!tw_intervals_add_run(&journal->done[zoom], first, last, is_gone ? TW_JOURNAL_GONE : files))
        return tw_error_nomem(err);
    return TW_OK;
}

/* Cuts text into whole lines. *used: bytes up to the end of the last of them. */
static enum tw_status read_lines(struct tw_journal *journal, char *text, size_t *used, struct tw_error *err)
{
    char *line = text;
    int number = 1;
    for (char *end; (end = strchr(line, '\n')) != NULL; line = end + 1, number++) {
        *end = '\0';
        enum tw_status status = TW_OK;
        if (number > 1)
            status = read_line(journal, line, number, err);
        else if (strncmp(line, header, sizeof(header) - 2) != 0)
            status = tw_error_set(err, TW_ESTORAGE,
                                  "cannot read '%s': it is no journal; use --overwrite to begin anew",
                                  journal->path);
        else
            journal->adopts = strlen(line) > sizeof(header) - 2;
        if (status != TW_OK)
            return status;
    }
    *used = (size_t)(line - text);
    return TW_OK;
}

static enum tw_status load(struct tw_journal *journal, bool *exists, size_t *used, struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    if (arena == NULL)
        return tw_error_nomem(err);
    char *text;
    size_t size;
    enum tw_status status = tw_file_read_found(arena, journal->path, 0, &text, &size, err);
    *exists = status == TW_OK && text != NULL;
    if (*exists)
        status = read_lines(journal, text, used, err);
    tw_arena_free(arena);
    return status;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t put = write(fd, bytes, size);
        if (put < 0 && errno != EINTR)
            return false;
        if (put > 0) {
            bytes += put;
            size -= (size_t)put;
        }
    }
    return true;
}

/* A line that was cut off is taken away, so that the next one begins a line. */
static enum tw_status open_for_adding(struct tw_journal *journal, size_t used, struct tw_error *err)
{
    journal->fd = open(journal->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    off_t end = journal->fd < 0 ? -1 : lseek(journal->fd, 0, SEEK_END);
    if (end < 0)
        return journal_error(journal, "write", err);
    bool is_cut = end != (off_t)used;
    if (is_cut && (ftruncate(journal->fd, (off_t)used) != 0 || lseek(journal->fd, 0, SEEK_END) < 0))
        return journal_error(journal, "write", err);
    const char *first = journal->adopts ? adopting_header : header;
    if (used == 0 && !write_all(journal->fd, first, strlen(first)))
        return journal_error(journal, "write", err);
    journal->end = lseek(journal->fd, 0, SEEK_CUR);
    return TW_OK;
}

/* What is done before is forgotten before anything is made. */
static enum tw_status begin_remote(struct tw_journal *journal, size_t used, struct tw_error *err)
{
    const char *first = journal->adopts ? adopting_header : header;
    journal->written_s = tw_clock_s();
    return used > 0 ? TW_OK : tw_file_write(journal->path, first, strlen(first), err);
}

enum tw_status tw_journal_open(const struct tw_journal_spec *spec, struct tw_journal **journal,
                               struct tw_error *err)
{
    struct tw_journal *opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return tw_error_nomem(err);
    opened->fd = -1;
    opened->is_remote = tw_path_is_bucket(spec->path);
    pthread_mutex_init(&opened->lock, NULL);
    pthread_mutex_init(&opened->writing, NULL);
    opened->path = strdup(spec->path);
    enum tw_status status = opened->path != NULL ? TW_OK : tw_error_nomem(err);
    size_t used = 0;
    bool exists = false;
    if (status == TW_OK && !spec->forget)
        status = load(opened, &exists, &used, err);
    if (used == 0) /* one without a header was being emptied: what lies there does not count any more */
        opened->adopts = spec->adopt && !exists;
    if (status == TW_OK && !spec->look)
        status = opened->is_remote ? begin_remote(opened, used, err) : open_for_adding(opened, used, err);
    if (status != TW_OK) {
        tw_journal_close(opened);
        return status;
    }
    *journal = opened;
    return TW_OK;
}

void tw_journal_close(struct tw_journal *journal)
{
    if (journal == NULL)
        return;
    if (journal->fd >= 0)
        close(journal->fd);
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++) {
        tw_intervals_free(&journal->done[zoom]);
        tw_intervals_free(&journal->put[zoom]);
    }
    pthread_mutex_destroy(&journal->lock);
    pthread_mutex_destroy(&journal->writing);
    free(journal->held);
    free(journal->path);
    free(journal);
}

bool tw_journal_is_empty(const struct tw_journal *journal)
{
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++)
        for (size_t i = 0; i < journal->done[zoom].count; i++)
            if (journal->done[zoom].runs[i].tag != TW_JOURNAL_GONE)
                return false;
    return !journal->adopts;
}

static bool is_known(const struct tw_journal *journal, int zoom, uint64_t place, uint32_t *files)
{
    return tw_intervals_find(&journal->done[zoom], place, files) && *files != TW_JOURNAL_GONE;
}

bool tw_journal_adopts(const struct tw_journal *journal)
{
    return journal->adopts;
}

const struct tw_intervals *tw_journal_runs(const struct tw_journal *journal, int zoom)
{
    return &journal->done[zoom];
}

bool tw_journal_find(struct tw_journal *journal, int zoom, uint64_t place, uint32_t *files)
{
    pthread_mutex_lock(&journal->lock);
    bool found = is_known(journal, zoom, place, files);
    pthread_mutex_unlock(&journal->lock);
    return found;
}

bool tw_journal_covers(struct tw_journal *journal, int zoom, uint64_t place)
{
    uint32_t files;
    pthread_mutex_lock(&journal->lock);
    bool covers = journal->adopts || is_known(journal, zoom, place, &files) ||
                  tw_intervals_find(&journal->put[zoom], place, NULL);
    pthread_mutex_unlock(&journal->lock);
    return covers;
}

static bool grow_held(struct tw_journal *journal)
{
    if (journal->num_held < journal->capacity)
        return true;
    size_t capacity = journal->capacity == 0 ? 256 : 2 * journal->capacity;
    struct entry *held = realloc(journal->held, capacity * sizeof(*held));
    if (held == NULL)
        return false;
    journal->held = held;
    journal->capacity = capacity;
    return true;
}

bool tw_journal_hold(struct tw_journal *journal, int zoom, uint64_t place, uint32_t files, uint64_t *token)
{
    pthread_mutex_lock(&journal->lock);
    size_t slot = journal->first_free;
    bool held = true;
    if (slot != 0)
        journal->first_free = journal->held[slot - 1].next_free;
    else if ((held = grow_held(journal)))
        slot = ++journal->num_held;
    if (held) {
        journal->held[slot - 1] = (struct entry){zoom, files, place, 0};
        held = files == TW_JOURNAL_GONE || tw_intervals_add(&journal->put[zoom], place, 0);
    }
    pthread_mutex_unlock(&journal->lock);
    *token = slot;
    return held;
}

static void add_line(struct tw_text *text, int zoom, const struct tw_interval *run)
{
    tw_text_printf(text, "%d %" PRIu64 " %" PRIu64 " ", zoom, run->first, run->last);
    if (run->tag == TW_JOURNAL_OUTDATED || run->tag == TW_JOURNAL_GONE)
        tw_text_add(text, run->tag == TW_JOURNAL_GONE ? "x\n" : "-\n");
    else
        tw_text_printf(text, "%" PRIu32 "\n", run->tag);
}

static bool take_held(struct tw_journal *journal, uint64_t token, struct tw_text *lines)
{
    struct entry *entry = &journal->held[token - 1];
    bool added = tw_intervals_add(&journal->done[entry->zoom], entry->place, entry->files);
    struct tw_interval run = {entry->place, entry->place, entry->files};
    add_line(lines, entry->zoom, &run);
    entry->next_free = journal->first_free;
    journal->first_free = token;
    return added;
}

/* With the lock held: lines of several threads must not mix. A line that does not fit on the disk is taken
 * away again, because others may follow when there is room. */
static enum tw_status write_lines(struct tw_journal *journal, const struct tw_text *lines, bool complete,
                                  struct tw_error *err)
{
    if (!complete || lines->failed)
        return tw_error_nomem(err);
    journal->is_dirty = true;
    if (journal->is_remote)
        return TW_OK;
    if (write_all(journal->fd, tw_text_get(lines), lines->length)) {
        journal->end += (off_t)lines->length;
        return TW_OK;
    }
    enum tw_status status = journal_error(journal, "write", err);
    if (ftruncate(journal->fd, journal->end) != 0 || lseek(journal->fd, journal->end, SEEK_SET) < 0)
        tw_error_set(err, status, "cannot repair '%s': %s", journal->path, strerror(errno));
    return status;
}

static void add_all_lines(const struct tw_journal *journal, struct tw_text *text)
{
    tw_text_add(text, journal->adopts ? adopting_header : header);
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++)
        for (size_t i = 0; i < journal->done[zoom].count; i++)
            if (journal->done[zoom].runs[i].tag != TW_JOURNAL_GONE)
                add_line(text, zoom, &journal->done[zoom].runs[i]);
}

/* Writes the whole of it as it is now; others may add meanwhile. With `writing` held. */
static enum tw_status write_whole(struct tw_journal *journal, struct tw_error *err)
{
    struct tw_text text = {0};
    double begun_s = tw_clock_s();
    pthread_mutex_lock(&journal->lock);
    add_all_lines(journal, &text);
    journal->is_dirty = false;
    pthread_mutex_unlock(&journal->lock);
    enum tw_status status =
        text.failed ? tw_error_nomem(err) : tw_file_write(journal->path, text.chars, text.length, err);
    tw_text_free(&text);
    journal->written_s = tw_clock_s();
    journal->writing_took = journal->written_s - begun_s;
    return status;
}

/* Nobody waits for it. */
static enum tw_status write_when_due(struct tw_journal *journal, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    if (pthread_mutex_trylock(&journal->writing) != 0)
        return TW_OK;
    double rest = rest_factor * journal->writing_took;
    if (tw_clock_s() - journal->written_s >= (rest > rest_s ? rest : rest_s))
        status = write_whole(journal, err);
    pthread_mutex_unlock(&journal->writing);
    return status;
}

static enum tw_status sync_remote(struct tw_journal *journal, struct tw_error *err)
{
    pthread_mutex_lock(&journal->writing);
    pthread_mutex_lock(&journal->lock);
    bool is_dirty = journal->is_dirty;
    pthread_mutex_unlock(&journal->lock);
    enum tw_status status = is_dirty ? write_whole(journal, err) : TW_OK;
    pthread_mutex_unlock(&journal->writing);
    return status;
}

enum tw_status tw_journal_commit(void *context, const uint64_t *tokens, size_t num_tokens,
                                 struct tw_error *err)
{
    struct tw_journal *journal = context;
    struct tw_text lines = {0};
    bool taken = true;
    pthread_mutex_lock(&journal->lock);
    for (size_t i = 0; i < num_tokens; i++)
        taken = take_held(journal, tokens[i], &lines) && taken;
    enum tw_status status = write_lines(journal, &lines, taken, err);
    pthread_mutex_unlock(&journal->lock);
    tw_text_free(&lines);
    return status == TW_OK && journal->is_remote ? write_when_due(journal, err) : status;
}

enum tw_status tw_journal_outdate(struct tw_journal *journal, int zoom, uint64_t place, struct tw_error *err)
{
    uint32_t files = 0;
    enum tw_status status = TW_OK;
    struct tw_text lines = {0};
    pthread_mutex_lock(&journal->lock);
    bool known = is_known(journal, zoom, place, &files);
    if (known ? files != TW_JOURNAL_OUTDATED : journal->adopts) {
        struct tw_interval run = {place, place, TW_JOURNAL_OUTDATED};
        bool added = tw_intervals_add(&journal->done[zoom], place, run.tag);
        add_line(&lines, zoom, &run);
        status = write_lines(journal, &lines, added, err);
    }
    pthread_mutex_unlock(&journal->lock);
    tw_text_free(&lines);
    return status;
}

enum tw_status tw_journal_sync(struct tw_journal *journal, struct tw_error *err)
{
    if (journal->is_remote)
        return sync_remote(journal, err);
    return fdatasync(journal->fd) == 0 ? TW_OK : journal_error(journal, "write", err);
}

static bool is_in_file(const struct tw_journal *journal, const struct tw_text *text)
{
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_error ignored;
    char *old;
    size_t size;
    bool same = arena != NULL && tw_file_read(arena, journal->path, 0, &old, &size, &ignored) == TW_OK &&
                size == text->length && memcmp(old, text->chars, size) == 0;
    tw_arena_free(arena);
    return same;
}

enum tw_status tw_journal_finish(struct tw_journal *journal, struct tw_error *err)
{
    struct tw_text text = {0};
    add_all_lines(journal, &text);
    enum tw_status status = TW_OK;
    if (text.failed)
        status = tw_error_nomem(err);
    else if (!is_in_file(journal, &text))
        status = tw_file_write(journal->path, text.chars, text.length, err);
    tw_text_free(&text);
    return status;
}
