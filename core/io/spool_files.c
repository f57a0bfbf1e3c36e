/* SPDX-License-Identifier: MIT */
#include "spool_files.h"
#include "hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[TW_NUM_SPOOL_PARTS] = {"tiles", "contents", "index"};

const struct tw_spool_ops tw_spool_system = {pwrite, fdatasync};

/* More runs in a batch are not written: a number beyond it is no batch. */
static const uint64_t most_runs = 1 << 24;

static enum tw_status cannot(const struct tw_spool_files *files, const char *verb, enum tw_spool_part part,
                             struct tw_error *err)
{
    return tw_error_set(err, TW_ESTORAGE, "cannot %s '%s/%s': %s", verb, files->folder, names[part],
                        strerror(errno));
}

static enum tw_status open_part(struct tw_spool_files *files, enum tw_spool_part part, bool forget,
                                struct tw_error *err)
{
    char *path;
    struct stat info;
    if (asprintf(&path, "%s/%s", files->folder, names[part]) < 0)
        return tw_error_nomem(err);
    files->fds[part] = open(path, O_RDWR | O_CLOEXEC | (forget ? O_CREAT | O_TRUNC : 0), 0666);
    free(path);
    if (files->fds[part] < 0)
        return cannot(files, "write", part, err);
    if (fstat(files->fds[part], &info) != 0)
        return cannot(files, "read", part, err);
    files->ends[part] = (uint64_t)info.st_size;
    return TW_OK;
}

enum tw_status tw_spool_files_read(const struct tw_spool_files *files, enum tw_spool_part part, void *bytes,
                                   size_t size, uint64_t offset, struct tw_error *err)
{
    char *to = bytes;
    while (size > 0) {
        ssize_t got = pread(files->fds[part], to, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO;
        if (got <= 0)
            return cannot(files, "read", part, err);
        to += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return TW_OK;
}

enum tw_status tw_spool_files_add(struct tw_spool_files *files, enum tw_spool_part part, const void *bytes,
                                  size_t size, struct tw_error *err)
{
    const char *from = bytes;
    uint64_t at = files->ends[part];
    for (size_t left = size; left > 0;) {
        ssize_t put = files->ops->write(files->fds[part], from, left, (off_t)at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return cannot(files, "write", part, err);
        from += put;
        at += (uint64_t)put;
        left -= (size_t)put;
    }
    files->ends[part] = at;
    return TW_OK;
}

static uint64_t hash_of(const void *bytes, size_t size)
{
    return tw_hash((const char *)bytes + sizeof(uint64_t), size - sizeof(uint64_t));
}

enum tw_status tw_spool_files_commit(struct tw_spool_files *files, void *bytes, size_t size,
                                     struct tw_error *err)
{
    struct tw_spool_batch *batch = bytes;
    for (int part = TW_SPOOL_TILES; part <= TW_SPOOL_CONTENTS; part++)
        if (files->ops->sync(files->fds[part]) != 0)
            return cannot(files, "write", (enum tw_spool_part)part, err);
    batch->hash = hash_of(bytes, size);
    enum tw_status status = tw_spool_files_add(files, TW_SPOOL_INDEX, bytes, size, err);
    if (status == TW_OK && files->ops->sync(files->fds[TW_SPOOL_INDEX]) != 0)
        status = cannot(files, "write", TW_SPOOL_INDEX, err);
    return status;
}

/* The next batch of the index, owned by the caller; NULL, and TW_OK, when it is not whole. */
static enum tw_status read_batch(const struct tw_spool_files *files, uint64_t at,
                                 struct tw_spool_batch **batch, size_t *size, struct tw_error *err)
{
    struct tw_spool_batch head;
    uint64_t left = files->ends[TW_SPOOL_INDEX] - at;
    *batch = NULL;
    if (left < sizeof(head))
        return TW_OK;
    enum tw_status status = tw_spool_files_read(files, TW_SPOOL_INDEX, &head, sizeof(head), at, err);
    if (status != TW_OK || head.num_runs > most_runs ||
        left - sizeof(head) < head.num_runs * sizeof(struct tw_spool_run))
        return status;
    *size = sizeof(head) + (size_t)head.num_runs * sizeof(struct tw_spool_run);
    void *bytes = malloc(*size);
    if (bytes == NULL)
        return tw_error_nomem(err);
    status = tw_spool_files_read(files, TW_SPOOL_INDEX, bytes, *size, at, err);
    if (status == TW_OK && hash_of(bytes, *size) == head.hash)
        *batch = bytes;
    else
        free(bytes);
    return status;
}

/* What follows the last whole batch was never told of. */
static enum tw_status cut(struct tw_spool_files *files, const uint64_t ends[TW_NUM_SPOOL_PARTS],
                          struct tw_error *err)
{
    for (int part = 0; part < TW_NUM_SPOOL_PARTS; part++) {
        if (ends[part] > files->ends[part])
            return tw_error_set(err, TW_ESTORAGE,
                                "cannot go on with what lies in '%s': the file '%s' was cut off; use "
                                "--overwrite to begin anew",
                                files->folder, names[part]);
        if (ends[part] < files->ends[part] && ftruncate(files->fds[part], (off_t)ends[part]) != 0)
            return cannot(files, "write", (enum tw_spool_part)part, err);
        files->ends[part] = ends[part];
    }
    return TW_OK;
}

static enum tw_status read_index(struct tw_spool_files *files, tw_spool_take take, void *context,
                                 struct tw_error *err)
{
    uint64_t ends[TW_NUM_SPOOL_PARTS] = {0};
    struct tw_spool_batch *batch;
    size_t size = 0;
    enum tw_status status;
    while ((status = read_batch(files, ends[TW_SPOOL_INDEX], &batch, &size, err)) == TW_OK && batch != NULL) {
        ends[TW_SPOOL_TILES] = batch->tiles_end;
        ends[TW_SPOOL_CONTENTS] = batch->contents_end;
        ends[TW_SPOOL_INDEX] += size;
        if (!take(context, (const struct tw_spool_run *)(batch + 1), (size_t)batch->num_runs))
            status = tw_error_nomem(err);
        free(batch);
        if (status != TW_OK)
            return status;
    }
    return status == TW_OK ? cut(files, ends, err) : status;
}

enum tw_status tw_spool_files_open(struct tw_spool_files *files, bool forget, tw_spool_take take,
                                   void *context, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    for (int part = 0; part < TW_NUM_SPOOL_PARTS; part++)
        files->fds[part] = -1;
    /* The index first: as long as it is empty, the others do not count. */
    for (int part = TW_NUM_SPOOL_PARTS; status == TW_OK && part-- > 0;)
        status = open_part(files, (enum tw_spool_part)part, forget, err);
    return status == TW_OK ? read_index(files, take, context, err) : status;
}

void tw_spool_files_close(struct tw_spool_files *files)
{
    for (int part = 0; part < TW_NUM_SPOOL_PARTS; part++)
        if (files->fds[part] >= 0)
            close(files->fds[part]);
    free(files->folder);
    files->folder = NULL;
}
