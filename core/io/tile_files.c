/* SPDX-License-Identifier: MIT */
#include "tile_files.h"
#include "bucket.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tw_tile_files {
    char *root;
    int folder; /* open; -1 in object storage */
    bool skip_links;
    struct tw_bucket *bucket; /* NULL on a disk */
};

enum tw_status tw_tile_files_open(const char *folder, bool skip_links, struct tw_tile_files **files,
                                  struct tw_error *err)
{
    struct tw_tile_files *opened = calloc(1, sizeof(*opened));
    if (opened == NULL || (opened->root = strdup(folder)) == NULL) {
        free(opened);
        return tw_error_nomem(err);
    }
    enum tw_status status = TW_OK;
    opened->folder = -1;
    opened->skip_links = skip_links;
    if (tw_path_is_bucket(folder))
        status = tw_bucket_open(folder, &opened->bucket, err);
    else if ((opened->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        status = tw_error_set(err, TW_ESTORAGE, "cannot open '%s': %s", folder, strerror(errno));
    if (status != TW_OK) {
        tw_tile_files_close(opened);
        return status;
    }
    *files = opened;
    return TW_OK;
}

void tw_tile_files_close(struct tw_tile_files *files)
{
    if (files == NULL)
        return;
    if (files->folder >= 0)
        close(files->folder);
    tw_bucket_close(files->bucket);
    free(files->root);
    free(files);
}

static bool size_in_bucket(const struct tw_tile_files *files, const char *path, uint64_t *bytes)
{
    struct tw_bucket_file file;
    struct tw_error ignored;
    if (tw_bucket_look(files->bucket, path, &file, &ignored) != TW_OK || !file.found)
        return false;
    *bytes = file.size;
    return true;
}

bool tw_tile_files_size(const struct tw_tile_files *files, const char *path, uint64_t *bytes)
{
    struct stat info;
    int flags = files->skip_links ? AT_SYMLINK_NOFOLLOW : 0;
    if (files->bucket != NULL)
        return size_in_bucket(files, path, bytes);
    if (fstatat(files->folder, path, &info, flags) != 0 || !S_ISREG(info.st_mode))
        return false;
    *bytes = (uint64_t)info.st_size;
    return true;
}

uint64_t tw_tile_files_tile_size(const struct tw_tile_files *files, const struct tw_stored_tile *tile)
{
    uint64_t bytes = 0, bytes_beside = 0;
    char *beside = NULL;
    if (files->bucket != NULL)
        return tile->bytes;
    tw_tile_files_size(files, tile->path, &bytes);
    if (tile->has_sidecar && asprintf(&beside, "%s.aux.xml", tile->path) >= 0) {
        tw_tile_files_size(files, beside, &bytes_beside);
        free(beside);
    }
    return bytes + bytes_beside;
}

enum tw_status tw_tile_files_read(const struct tw_tile_files *files, const char *path, struct tw_arena *arena,
                                  char **bytes, size_t *size, struct tw_error *err)
{
    *bytes = NULL;
    if (files->bucket == NULL) {
        char *whole = tw_path_join(arena, files->root, path);
        return whole != NULL ? tw_file_read_found(arena, whole, 0, bytes, size, err) : tw_error_nomem(err);
    }
    struct tw_bucket_file file;
    enum tw_status status = tw_bucket_get(files->bucket, path, 0, arena, &file, err);
    if (status == TW_OK && file.found) {
        *bytes = file.bytes;
        *size = (size_t)file.size;
    }
    return status;
}
