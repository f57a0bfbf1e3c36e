/* SPDX-License-Identifier: MIT */
#include "file_remote.h"
#include "bucket.h"

enum tw_status tw_remote_read(struct tw_arena *arena, const char *path, size_t limit_bytes, char **bytes,
                              size_t *size, struct tw_error *err)
{
    struct tw_bucket *bucket = NULL;
    struct tw_bucket_file file = {0};
    enum tw_status status = tw_bucket_open(path, &bucket, err);
    if (status == TW_OK)
        status = tw_bucket_get(bucket, "", limit_bytes, arena, &file, err);
    tw_bucket_close(bucket);
    if (status == TW_OK && !file.found)
        return tw_error_set(err, TW_EINPUT, "cannot open '%s': there is no such file", path);
    *bytes = file.bytes;
    *size = (size_t)file.size;
    return status;
}

enum tw_status tw_remote_write(const char *path, const void *bytes, size_t size,
                               const struct tw_bucket_labels *labels, struct tw_error *err)
{
    struct tw_bucket *bucket = NULL;
    enum tw_status status = tw_bucket_open(path, &bucket, err);
    if (status == TW_OK)
        status = tw_bucket_put(bucket, "", bytes, size, labels, err);
    tw_bucket_close(bucket);
    return status;
}

enum tw_status tw_remote_remove(const char *path, struct tw_error *err)
{
    struct tw_bucket *bucket = NULL;
    enum tw_status status = tw_bucket_open(path, &bucket, err);
    if (status == TW_OK)
        status = tw_bucket_remove(bucket, "", err);
    tw_bucket_close(bucket);
    return status;
}

static bool look(const char *path, struct tw_bucket_file *file)
{
    struct tw_bucket *bucket = NULL;
    struct tw_error ignored;
    bool asked = tw_bucket_open(path, &bucket, &ignored) == TW_OK &&
                 tw_bucket_look(bucket, "", file, &ignored) == TW_OK;
    tw_bucket_close(bucket);
    return asked && file->found;
}

uint64_t tw_remote_size(const char *path)
{
    struct tw_bucket_file file = {0};
    return look(path, &file) ? file.size : 0;
}

bool tw_remote_exists(const char *path)
{
    struct tw_bucket_file file = {0};
    return look(path, &file) || tw_remote_is_folder(path);
}

static enum tw_status note(void *context, const struct tw_bucket_entry *entry, struct tw_error *err)
{
    (void)entry;
    (void)err;
    *(bool *)context = true;
    return TW_OK;
}

bool tw_remote_is_folder(const char *path)
{
    struct tw_bucket *bucket = NULL;
    struct tw_error ignored;
    bool found = false;
    const struct tw_bucket_listing listing = {
        .folder = "", .is_probe = true, .visit = note, .context = &found};
    if (tw_bucket_open(path, &bucket, &ignored) == TW_OK)
        tw_bucket_list(bucket, &listing, &ignored);
    tw_bucket_close(bucket);
    return found;
}
