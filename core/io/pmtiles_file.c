/* SPDX-License-Identifier: MIT */
#include "pmtiles_file.h"

#include "dataset.h"
#include "file.h"

#include <cpl_error.h>
#include <cpl_vsi.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LEAVES = 24, MOST_DEPTH = 4, MOST_METADATA = 1 << 26, MOST_PACKED = 1 << 26 };

/* A leaf directory that was used lately. */
struct leaf {
    uint64_t offset;
    struct tw_pmtiles_entries entries;
    uint64_t used; /* 0: none */
};

struct tw_pmtiles_file {
    char *path;
    int fd; /* -1: on a server */
    uint64_t size;
    struct tw_pmtiles_head head;
    struct tw_pmtiles_entries root;
    pthread_mutex_t lock; /* of the leaves */
    struct leaf leaves[MOST_LEAVES];
    uint64_t clock;
};

static enum tw_status open_local(struct tw_pmtiles_file *file, struct tw_error *err)
{
    struct stat info;
    file->fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0 || fstat(file->fd, &info) != 0)
        return tw_error_set(err, TW_EINPUT, "cannot open '%s': %s", file->path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return tw_error_set(err, TW_EINPUT, "'%s' is no file", file->path);
    file->size = (uint64_t)info.st_size;
    return TW_OK;
}

static enum tw_status open_remote(struct tw_pmtiles_file *file, struct tw_error *err)
{
    VSIStatBufL info;
    CPLErrorReset();
    if (VSIStatExL(file->path, &info, VSI_STAT_SIZE_FLAG | VSI_STAT_EXISTS_FLAG) != 0)
        return tw_error_set(err, TW_EINPUT, "cannot open '%s': %s", file->path,
                            CPLGetLastErrorMsg()[0] != '\0' ? tw_gdal_reason_for(file->path)
                                                            : "no such file, or it may not be read");
    file->size = (uint64_t)info.st_size;
    return TW_OK;
}

static size_t read_local(const struct tw_pmtiles_file *file, uint64_t offset, size_t size, uint8_t *buffer)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = pread(file->fd, buffer + done, size - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done;
}

/* Handles are not shared between threads; opening one asks for nothing when the file is known. */
static size_t read_remote(const struct tw_pmtiles_file *file, uint64_t offset, size_t size, uint8_t *buffer)
{
    VSILFILE *handle = VSIFOpenL(file->path, "rb");
    if (handle == NULL)
        return 0;
    size_t got = VSIFSeekL(handle, offset, SEEK_SET) == 0 ? VSIFReadL(buffer, 1, size, handle) : 0;
    VSIFCloseL(handle);
    return got;
}

enum tw_status tw_pmtiles_file_read(struct tw_pmtiles_file *file, uint64_t offset, size_t size, void *buffer,
                                    struct tw_error *err)
{
    bool is_inside = offset <= file->size && size <= file->size - offset;
    size_t got = !is_inside      ? 0
                 : file->fd >= 0 ? read_local(file, offset, size, buffer)
                                 : read_remote(file, offset, size, buffer);
    if (got == size)
        return TW_OK;
    return tw_error_set(err, TW_EINPUT, "cannot read %zu bytes at %llu of '%s': %s", size,
                        (unsigned long long)offset, file->path,
                        is_inside ? "the file was cut off, or the server does not answer" : "it is cut off");
}

/* Packed bytes of the archive; malloc'd. */
static enum tw_status read_packed(struct tw_pmtiles_file *file, uint64_t offset, uint64_t size, void **bytes,
                                  struct tw_error *err)
{
    *bytes = NULL;
    if (size > MOST_PACKED)
        return tw_error_set(err, TW_EINPUT, "it is too large");
    void *read = malloc(size + 1);
    if (read == NULL)
        return tw_error_nomem(err);
    if (tw_pmtiles_file_read(file, offset, size, read, err) != TW_OK) {
        free(read);
        return tw_error_set(err, TW_EINPUT, "it lies outside of the file");
    }
    *bytes = read;
    return TW_OK;
}

static enum tw_status read_directory(struct tw_pmtiles_file *file, uint64_t offset, uint64_t size,
                                     struct tw_pmtiles_entries *entries, struct tw_error *err)
{
    void *bytes = NULL;
    enum tw_status status = read_packed(file, offset, size, &bytes, err);
    const struct tw_pmtiles_packed packed = {bytes, size, file->head.internal_compression};
    *entries = (struct tw_pmtiles_entries){NULL, 0, 0};
    if (status == TW_OK)
        status = tw_pmtiles_read_directory(&packed, entries, err);
    free(bytes);
    if (status != TW_OK) {
        free(entries->items);
        *entries = (struct tw_pmtiles_entries){NULL, 0, 0};
    }
    return status;
}

/* A leaf, which has to lie in the section of leaves. */
static enum tw_status read_leaf(struct tw_pmtiles_file *file, const struct tw_pmtiles_entry *leaf,
                                struct tw_pmtiles_entries *entries, struct tw_error *err)
{
    const struct tw_pmtiles_header *header = &file->head.header;
    if (leaf->offset > header->leaves_size || leaf->length > header->leaves_size - leaf->offset)
        return tw_error_set(err, TW_EINPUT, "it lies outside of the section of leaves");
    enum tw_status status =
        read_directory(file, header->leaves_offset + leaf->offset, leaf->length, entries, err);
    if (status == TW_OK && entries->items[0].id < leaf->id) {
        free(entries->items);
        *entries = (struct tw_pmtiles_entries){NULL, 0, 0};
        return tw_error_set(err, TW_EINPUT, "its ids come before those that point at it");
    }
    return status;
}

static enum tw_status say_where(const struct tw_pmtiles_file *file, const struct tw_pmtiles_entry *leaf,
                                struct tw_error *err)
{
    return tw_error_prefix(err, "'%s': the leaf directory of id %llu: ", file->path,
                           (unsigned long long)leaf->id);
}

static enum tw_status check_compression(const struct tw_pmtiles_file *file, struct tw_error *err)
{
    static const char *const names[] = {"an unknown method", "none", "gzip", "brotli", "zstd"};
    uint8_t method = file->head.internal_compression;
    if (method == TW_PMTILES_NONE || method == TW_PMTILES_GZIP)
        return TW_OK;
    return tw_error_set(
        err, TW_EINPUT,
        "'%s': directories compressed with %s cannot be read; those of gzip, or not compressed, can",
        file->path, names[method <= TW_PMTILES_ZSTD ? method : 0]);
}

static enum tw_status check_section(const struct tw_pmtiles_file *file, const char *name, uint64_t offset,
                                    uint64_t size, struct tw_error *err)
{
    if (offset <= file->size && size <= file->size - offset)
        return TW_OK;
    return tw_error_set(err, TW_EINPUT, "'%s' is cut off: its %s lie at %llu to %llu, and it has %llu bytes",
                        file->path, name, (unsigned long long)offset, (unsigned long long)(offset + size),
                        (unsigned long long)file->size);
}

static enum tw_status check_sections(const struct tw_pmtiles_file *file, struct tw_error *err)
{
    const struct tw_pmtiles_header *header = &file->head.header;
    enum tw_status status =
        check_section(file, "root directory's bytes", header->root_offset, header->root_size, err);
    if (status == TW_OK)
        status = check_section(file, "metadata", header->metadata_offset, header->metadata_size, err);
    if (status == TW_OK)
        status = check_section(file, "leaf directories", header->leaves_offset, header->leaves_size, err);
    return status == TW_OK ? check_section(file, "tiles", header->data_offset, header->data_size, err)
                           : status;
}

static enum tw_status open_file(struct tw_pmtiles_file *file, struct tw_error *err)
{
    uint8_t bytes[TW_PMTILES_HEADER_SIZE];
    enum tw_status status = tw_path_is_remote(file->path) ? open_remote(file, err) : open_local(file, err);
    size_t size = file->size < sizeof(bytes) ? (size_t)file->size : sizeof(bytes);
    if (status == TW_OK)
        status = tw_pmtiles_file_read(file, 0, size, bytes, err);
    if (status == TW_OK)
        status = tw_pmtiles_read_head(file->path, bytes, size, &file->head, err);
    if (status == TW_OK)
        status = check_compression(file, err);
    if (status == TW_OK)
        status = check_sections(file, err);
    if (status != TW_OK)
        return status;
    const struct tw_pmtiles_header *header = &file->head.header;
    status = read_directory(file, header->root_offset, header->root_size, &file->root, err);
    return status == TW_EINPUT ? tw_error_prefix(err, "'%s': the root directory: ", file->path) : status;
}

enum tw_status tw_pmtiles_file_open(const char *path, struct tw_pmtiles_file **file, struct tw_error *err)
{
    struct tw_pmtiles_file *opened = calloc(1, sizeof(*opened));
    if (opened == NULL)
        return tw_error_nomem(err);
    opened->fd = -1;
    opened->path = strdup(path);
    pthread_mutex_init(&opened->lock, NULL);
    enum tw_status status = opened->path != NULL ? open_file(opened, err) : tw_error_nomem(err);
    if (status != TW_OK) {
        tw_pmtiles_file_close(opened);
        return status;
    }
    *file = opened;
    return TW_OK;
}

void tw_pmtiles_file_close(struct tw_pmtiles_file *file)
{
    if (file == NULL)
        return;
    for (int i = 0; i < MOST_LEAVES; i++)
        free(file->leaves[i].entries.items);
    free(file->root.items);
    if (file->fd >= 0)
        close(file->fd);
    pthread_mutex_destroy(&file->lock);
    free(file->path);
    free(file);
}

const struct tw_pmtiles_head *tw_pmtiles_file_head(const struct tw_pmtiles_file *file)
{
    return &file->head;
}

const struct tw_pmtiles_entries *tw_pmtiles_file_root(const struct tw_pmtiles_file *file)
{
    return &file->root;
}

uint64_t tw_pmtiles_file_size(const struct tw_pmtiles_file *file)
{
    return file->size;
}

bool tw_pmtiles_file_is_remote(const struct tw_pmtiles_file *file)
{
    return file->fd < 0;
}

enum tw_status tw_pmtiles_file_metadata(struct tw_pmtiles_file *file, char **json, struct tw_error *err)
{
    const struct tw_pmtiles_header *header = &file->head.header;
    void *bytes = NULL;
    size_t size;
    *json = NULL;
    if (header->metadata_size == 0) {
        *json = strdup("{}");
        return *json != NULL ? TW_OK : tw_error_nomem(err);
    }
    enum tw_status status = read_packed(file, header->metadata_offset, header->metadata_size, &bytes, err);
    const struct tw_pmtiles_packed packed = {bytes, header->metadata_size, file->head.internal_compression};
    if (status == TW_OK)
        status = tw_pmtiles_unpack(&packed, MOST_METADATA, json, &size, err);
    free(bytes);
    return status == TW_EINPUT ? tw_error_prefix(err, "'%s': its metadata: ", file->path) : status;
}

/* The leaf's entries, kept; the caller holds the lock. */
static enum tw_status get_leaf(struct tw_pmtiles_file *file, const struct tw_pmtiles_entry *entry,
                               const struct tw_pmtiles_entries **entries, struct tw_error *err)
{
    struct leaf *oldest = &file->leaves[0];
    for (int i = 0; i < MOST_LEAVES; i++) {
        struct leaf *leaf = &file->leaves[i];
        if (leaf->used > 0 && leaf->offset == entry->offset) {
            leaf->used = ++file->clock;
            *entries = &leaf->entries;
            return TW_OK;
        }
        if (leaf->used < oldest->used)
            oldest = leaf;
    }
    free(oldest->entries.items);
    *oldest = (struct leaf){.offset = entry->offset};
    enum tw_status status = read_leaf(file, entry, &oldest->entries, err);
    if (status != TW_OK)
        return status == TW_EINPUT ? say_where(file, entry, err) : status;
    oldest->used = ++file->clock;
    *entries = &oldest->entries;
    return TW_OK;
}

enum tw_status tw_pmtiles_file_find(struct tw_pmtiles_file *file, uint64_t id, struct tw_pmtiles_entry *entry,
                                    struct tw_error *err)
{
    const struct tw_pmtiles_entries *entries = &file->root;
    const struct tw_pmtiles_entry *found = NULL;
    enum tw_status status = TW_OK;
    pthread_mutex_lock(&file->lock);
    for (int depth = 0; depth < MOST_DEPTH; depth++) {
        found = tw_pmtiles_find(entries, id);
        if (found == NULL || found->run > 0)
            break;
        status = get_leaf(file, found, &entries, err);
        found = NULL;
        if (status != TW_OK)
            break;
    }
    bool holds = found != NULL && id - found->id < found->run;
    *entry = holds ? *found : (struct tw_pmtiles_entry){0, 0, 0, 0};
    pthread_mutex_unlock(&file->lock);
    return status;
}

static enum tw_status walk_entries(struct tw_pmtiles_file *file, const struct tw_pmtiles_walk *walk,
                                   const struct tw_pmtiles_entries *entries, int depth, struct tw_error *err);

static enum tw_status walk_leaf(struct tw_pmtiles_file *file, const struct tw_pmtiles_walk *walk,
                                const struct tw_pmtiles_entry *leaf, int depth, struct tw_error *err)
{
    struct tw_pmtiles_entries entries = {NULL, 0, 0};
    struct tw_error wrong = {0};
    enum tw_status status = depth < MOST_DEPTH
                                ? read_leaf(file, leaf, &entries, &wrong)
                                : tw_error_set(&wrong, TW_EINPUT, "it lies too deep among others");
    if (status == TW_OK)
        status = walk_entries(file, walk, &entries, depth, err);
    else if (status == TW_EINPUT && walk->broken != NULL)
        status = walk->broken(walk->context, leaf, wrong.message, err);
    else if (status == TW_EINPUT)
        status = tw_error_set(err, TW_EINPUT, "'%s': the leaf directory of id %llu: %s", file->path,
                              (unsigned long long)leaf->id, wrong.message);
    else
        *err = wrong;
    free(entries.items);
    return status;
}

static enum tw_status walk_entries(struct tw_pmtiles_file *file, const struct tw_pmtiles_walk *walk,
                                   const struct tw_pmtiles_entries *entries, int depth, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < entries->count && entries->items[i].id <= walk->last; i++) {
        const struct tw_pmtiles_entry *entry = &entries->items[i];
        bool is_before = entry->run > 0 ? entry->id + entry->run <= walk->first
                                        : i + 1 < entries->count && entry[1].id <= walk->first;
        if (is_before)
            continue;
        status = entry->run > 0 ? walk->entry(walk->context, entry, err)
                                : walk_leaf(file, walk, entry, depth + 1, err);
    }
    return status;
}

enum tw_status tw_pmtiles_file_walk(struct tw_pmtiles_file *file, const struct tw_pmtiles_walk *walk,
                                    struct tw_error *err)
{
    return walk_entries(file, walk, &file->root, 0, err);
}
