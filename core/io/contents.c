/* SPDX-License-Identifier: MIT */
#include "contents.h"

#include "file.h"
#include "text.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WHOLE_BYTES = 8 << 20, PIECE_BYTES = 64 << 10, NUM_PIECES = 32, MOST_FOLDERS = 32 };
enum { UNSETTLED_S = 2, DIGITS = TW_FINGERPRINT_SIZE - 1 };

static const char header[] = "tilewright seen 1\n";

/* What the files looked like, and their tag. */
struct seen {
    char look[TW_FINGERPRINT_SIZE], tag[TW_FINGERPRINT_SIZE];
};

struct tw_contents {
    const char *path;
    struct seen *seen; /* sorted by look */
    size_t count;
};

static int by_look(const void *a, const void *b)
{
    return strcmp(((const struct seen *)a)->look, ((const struct seen *)b)->look);
}

/* `LOOK TAG` lines, all of one length. */
static void read_seen(struct tw_contents *contents, const char *text, size_t size)
{
    enum { LINE = 2 * DIGITS + 2 };
    size_t length = sizeof(header) - 1;
    if (size < length || memcmp(text, header, length) != 0 || (size - length) % LINE != 0)
        return;
    size_t count = (size - length) / LINE;
    contents->seen = calloc(count + 1, sizeof(*contents->seen));
    for (size_t i = 0; contents->seen != NULL && i < count; i++) {
        const char *line = text + length + i * LINE;
        memcpy(contents->seen[i].look, line, DIGITS);
        memcpy(contents->seen[i].tag, line + DIGITS + 1, DIGITS);
        contents->count++;
    }
    if (contents->count > 1)
        qsort(contents->seen, contents->count, sizeof(*contents->seen), by_look);
}

struct tw_contents *tw_contents_open(const char *path)
{
    struct tw_contents *contents = calloc(1, sizeof(*contents));
    struct tw_arena *arena = tw_arena_new(0);
    char *text;
    size_t size;
    struct tw_error ignored;
    if (contents != NULL)
        contents->path = path;
    if (contents != NULL && arena != NULL && tw_file_read(arena, path, 0, &text, &size, &ignored) == TW_OK)
        read_seen(contents, text, size);
    tw_arena_free(arena);
    return contents;
}

void tw_contents_free(struct tw_contents *contents)
{
    if (contents == NULL)
        return;
    free(contents->seen);
    free(contents);
}

/* A part's files on their way to a tag. */
struct looking {
    struct tw_text look, tag; /* what is found out, as text */
    bool is_settled;          /* all that counts shows in look */
    time_t now_s;
    bool reads; /* tag is wanted, too */
};

static void add_fingerprint(struct looking *looking, const void *bytes, size_t size)
{
    char fingerprint[TW_FINGERPRINT_SIZE];
    tw_fingerprint(bytes, size, fingerprint);
    tw_text_printf(&looking->tag, " %s\n", fingerprint);
}

static bool read_at(int fd, unsigned char *bytes, size_t size, off_t at)
{
    while (size > 0) {
        ssize_t got = pread(fd, bytes, size, at);
        if (got <= 0)
            return false;
        bytes += got;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

/* Pieces from the beginning to the end, evenly spread. */
static bool read_pieces(int fd, unsigned char *bytes, off_t size)
{
    for (int i = 0; i < NUM_PIECES; i++)
        if (!read_at(fd, bytes + i * PIECE_BYTES, PIECE_BYTES,
                     (off_t)((double)(size - PIECE_BYTES) * i / (NUM_PIECES - 1))))
            return false;
    return true;
}

static void add_content(struct looking *looking, const char *path, const struct stat *status)
{
    bool is_large = status->st_size > WHOLE_BYTES;
    size_t size = is_large ? (size_t)NUM_PIECES * PIECE_BYTES : (size_t)status->st_size;
    unsigned char *bytes = malloc(size + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    tw_text_printf(&looking->tag, "%s %lld", tw_path_name(path), (long long)status->st_size);
    looking->tag.failed = looking->tag.failed || bytes == NULL;
    bool is_read = bytes != NULL && fd >= 0 &&
                   (is_large ? read_pieces(fd, bytes, status->st_size) : read_at(fd, bytes, size, 0));
    if (is_large)
        tw_text_printf(&looking->tag, " %lld.%09ld", (long long)status->st_mtim.tv_sec,
                       status->st_mtim.tv_nsec);
    if (is_read)
        add_fingerprint(looking, bytes, size);
    else
        tw_text_add(&looking->tag, " unreadable\n");
    looking->is_settled = looking->is_settled && is_read;
    if (fd >= 0)
        close(fd);
    free(bytes);
}

static void add_times(struct looking *looking, const char *path, const struct stat *status)
{
    tw_text_printf(&looking->look, "%s %lld %lld %lld.%09ld %lld.%09ld\n", path, (long long)status->st_size,
                   (long long)status->st_ino, (long long)status->st_mtim.tv_sec, status->st_mtim.tv_nsec,
                   (long long)status->st_ctim.tv_sec, status->st_ctim.tv_nsec);
    if (status->st_mtim.tv_sec > looking->now_s - UNSETTLED_S ||
        status->st_ctim.tv_sec > looking->now_s - UNSETTLED_S)
        looking->is_settled = false;
}

static void add_local(struct looking *looking, const char *path, int depth);

/* Everything in a folder but hidden files, sorted by name. */
static void add_folder(struct looking *looking, const char *path, int depth)
{
    struct dirent **names = NULL;
    int count = depth < MOST_FOLDERS ? scandir(path, &names, NULL, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        char *inside = NULL;
        if (names[i]->d_name[0] != '.' && asprintf(&inside, "%s/%s", path, names[i]->d_name) >= 0) {
            add_local(looking, inside, depth + 1);
            free(inside);
        }
        free(names[i]);
    }
    free(names);
}

static void add_local(struct looking *looking, const char *path, int depth)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        tw_text_printf(&looking->look, "%s missing\n", path);
        tw_text_printf(&looking->tag, "%s missing\n", tw_path_name(path));
        return;
    }
    if (S_ISDIR(status.st_mode)) {
        tw_text_printf(&looking->tag, "folder %s\n", tw_path_name(path));
        add_folder(looking, path, depth);
        return;
    }
    add_times(looking, path, &status);
    if (looking->reads)
        add_content(looking, path, &status);
}

/* GDAL's companions of a file, which may come later than the file. */
static void add_with_companions(struct looking *looking, const char *path)
{
    static const char *const suffixes[] = {".aux.xml", ".ovr", ".msk"};
    add_local(looking, path, 0);
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        char *beside = NULL;
        if (asprintf(&beside, "%s%s", path, suffixes[i]) < 0)
            continue;
        if (access(beside, F_OK) == 0)
            add_local(looking, beside, MOST_FOLDERS);
        free(beside);
    }
}

/* What the server says. Asked each time. */
static void add_remote(struct looking *looking, const char *path)
{
    VSIStatBufL status = {0};
    looking->is_settled = false;
    if (VSIStatL(path, &status) != 0) {
        tw_text_printf(&looking->tag, "%s missing\n", path);
        return;
    }
    char **headers = VSIGetFileMetadata(path, "HEADERS", NULL);
    const char *etag = CSLFetchNameValue(headers, "ETag");
    etag = etag != NULL ? etag : CSLFetchNameValue(headers, "etag");
    tw_text_printf(&looking->tag, "%s %lld ", path, (long long)status.st_size);
    if (etag != NULL)
        tw_text_printf(&looking->tag, "%s\n", etag);
    else
        tw_text_printf(&looking->tag, "%lld\n", (long long)status.st_mtime);
    CSLDestroy(headers);
}

static void add_all(struct looking *looking, const struct tw_input_part *part)
{
    looking->is_settled = true;
    for (size_t i = 0; i < part->num_files; i++) {
        if (!tw_path_is_remote(part->files[i]))
            add_with_companions(looking, part->files[i]);
        else if (looking->reads)
            add_remote(looking, part->files[i]);
        else
            looking->is_settled = false;
    }
}

static const struct seen *find_seen(const struct tw_contents *contents, const char *look)
{
    struct seen key = {0};
    memcpy(key.look, look, DIGITS);
    return contents->count > 0
               ? bsearch(&key, contents->seen, contents->count, sizeof(*contents->seen), by_look)
               : NULL;
}

/* The files are looked at once more after they were read: a change in between is not remembered. */
static void read_all(struct looking *looking, const struct tw_input_part *part, struct tw_content *content)
{
    char before[TW_FINGERPRINT_SIZE];
    memcpy(before, content->seen, sizeof(before));
    tw_text_clear(&looking->look);
    tw_text_clear(&looking->tag);
    looking->reads = true;
    add_all(looking, part);
    tw_fingerprint(tw_text_get(&looking->tag), looking->tag.length, content->tag);
    bool was_settled = looking->is_settled;
    tw_text_clear(&looking->look);
    tw_text_clear(&looking->tag);
    looking->reads = false;
    add_all(looking, part);
    tw_fingerprint(tw_text_get(&looking->look), looking->look.length, content->seen);
    if (!was_settled || !looking->is_settled || strcmp(before, content->seen) != 0)
        content->seen[0] = '\0';
}

enum tw_status tw_contents_look(const struct tw_contents *contents, const struct tw_input_part *part,
                                struct tw_content *content, struct tw_error *err)
{
    struct looking looking = {.now_s = time(NULL)};
    add_all(&looking, part);
    tw_fingerprint(tw_text_get(&looking.look), looking.look.length, content->seen);
    const struct seen *seen = looking.is_settled ? find_seen(contents, content->seen) : NULL;
    if (seen != NULL)
        memcpy(content->tag, seen->tag, sizeof(content->tag));
    else
        read_all(&looking, part, content);
    bool failed = looking.look.failed || looking.tag.failed;
    tw_text_free(&looking.look);
    tw_text_free(&looking.tag);
    return failed ? tw_error_nomem(err) : TW_OK;
}

enum tw_status tw_contents_write(const struct tw_contents *contents, const struct tw_content *looks,
                                 size_t count, struct tw_error *err)
{
    struct tw_text text = {0};
    tw_text_add(&text, header);
    bool is_new = false;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (looks[i].seen[0] == '\0')
            continue;
        kept++;
        is_new = is_new || find_seen(contents, looks[i].seen) == NULL;
        tw_text_printf(&text, "%s %s\n", looks[i].seen, looks[i].tag);
    }
    enum tw_status status = TW_OK;
    if (text.failed)
        status = tw_error_nomem(err);
    else if (is_new || kept != contents->count)
        status = tw_file_write(contents->path, tw_text_get(&text), text.length, err);
    tw_text_free(&text);
    return status;
}
