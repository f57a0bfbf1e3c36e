/* SPDX-License-Identifier: MIT */
#include "vsi_checked.h"

#include <cpl_string.h>
#include <cpl_vsi.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char prefix[] = "/vsitwchecked/";

struct tw_checked_folder {
    char *local;
    struct tw_checked_ops ops;
    struct tw_error failure;
};

/* An open file. */
struct file {
    struct tw_checked_folder *folder;
    char *path;
    int fd;
    bool at_end;
};

static void keep_failure(struct tw_checked_folder *folder, const char *path)
{
    if (folder->failure.status == TW_OK)
        tw_error_set(&folder->failure, TW_ESTORAGE, "cannot write '%s': %s", path, strerror(errno));
}

/* GDAL cannot uninstall a handler, so there is one for all folders, without state: the path itself holds the
 * folder's address. GDAL hands over what follows the prefix. Returns the local path (owned by the caller), or
 * NULL. */
static char *find_local(const char *path, struct tw_checked_folder **folder)
{
    void *address = NULL;
    int used = 0;
    if (sscanf(path, "%p/%n", &address, &used) != 1 || used == 0)
        return NULL;
    *folder = address;
    char *local;
    return asprintf(&local, "%s/%s", (*folder)->local, path + used) < 0 ? NULL : local;
}

static int checked_stat(void *data, const char *path, VSIStatBufL *info, int flags)
{
    (void)data;
    (void)flags;
    struct tw_checked_folder *folder;
    char *local = find_local(path, &folder);
    struct stat found;
    int result = local != NULL ? stat(local, &found) : -1;
    free(local);
    if (result == 0) {
        memset(info, 0, sizeof(*info));
        info->st_mode = found.st_mode;
        info->st_size = found.st_size;
        info->st_mtime = found.st_mtime;
    }
    return result;
}

static int checked_unlink(void *data, const char *path)
{
    (void)data;
    struct tw_checked_folder *folder;
    char *local = find_local(path, &folder);
    int result = local != NULL ? unlink(local) : -1;
    free(local);
    return result;
}

static int checked_rename(void *data, const char *from, const char *to)
{
    (void)data;
    struct tw_checked_folder *folder;
    char *local_from = find_local(from, &folder), *local_to = find_local(to, &folder);
    int result = local_from != NULL && local_to != NULL ? rename(local_from, local_to) : -1;
    free(local_from);
    free(local_to);
    return result;
}

static int flags_of(const char *access)
{
    bool both = strchr(access, '+') != NULL;
    if (access[0] == 'w')
        return (both ? O_RDWR : O_WRONLY) | O_CREAT | O_TRUNC;
    return both ? O_RDWR : O_RDONLY;
}

static void *checked_open(void *data, const char *path, const char *access)
{
    (void)data;
    struct tw_checked_folder *folder;
    char *local = find_local(path, &folder);
    struct file *file = local != NULL ? calloc(1, sizeof(*file)) : NULL;
    if (file == NULL) {
        free(local);
        return NULL;
    }
    *file = (struct file){folder, local, open(local, flags_of(access) | O_CLOEXEC, 0666), false};
    if (file->fd >= 0)
        return file;
    if (access[0] == 'w')
        keep_failure(folder, local);
    free(file->path);
    free(file);
    return NULL;
}

static vsi_l_offset checked_tell(void *data)
{
    struct file *file = data;
    off_t at = lseek(file->fd, 0, SEEK_CUR);
    return at < 0 ? 0 : (vsi_l_offset)at;
}

static int checked_seek(void *data, vsi_l_offset offset, int whence)
{
    struct file *file = data;
    file->at_end = false;
    return lseek(file->fd, (off_t)offset, whence) < 0 ? -1 : 0;
}

static size_t checked_read(void *data, void *buffer, size_t size, size_t count)
{
    struct file *file = data;
    size_t wanted = size * count, done = 0;
    while (done < wanted) {
        ssize_t got = read(file->fd, (char *)buffer + done, wanted - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    file->at_end = done < wanted;
    return size == 0 ? 0 : done / size;
}

static int checked_eof(void *data)
{
    return ((struct file *)data)->at_end;
}

static size_t checked_write(void *data, const void *buffer, size_t size, size_t count)
{
    struct file *file = data;
    size_t wanted = size * count, done = 0;
    while (done < wanted) {
        ssize_t put = file->folder->ops.write(file->fd, (const char *)buffer + done, wanted - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            keep_failure(file->folder, file->path);
            break;
        }
        done += (size_t)put;
    }
    return size == 0 ? 0 : done / size;
}

static int checked_flush(void *data)
{
    (void)data;
    return 0;
}

static int checked_truncate(void *data, vsi_l_offset size)
{
    struct file *file = data;
    int result = ftruncate(file->fd, (off_t)size);
    if (result != 0)
        keep_failure(file->folder, file->path);
    return result;
}

static int checked_close(void *data)
{
    struct file *file = data;
    int result = file->folder->ops.close(file->fd);
    if (result != 0)
        keep_failure(file->folder, file->path);
    free(file->path);
    free(file);
    return result;
}

static bool is_installed(void)
{
    char **prefixes = VSIGetFileSystemsPrefixes();
    bool found = CSLFindString(prefixes, prefix) >= 0;
    CSLDestroy(prefixes);
    return found;
}

static bool install(void)
{
    if (is_installed())
        return true;
    VSIFilesystemPluginCallbacksStruct *callbacks = VSIAllocFilesystemPluginCallbacksStruct();
    if (callbacks == NULL)
        return false;
    callbacks->stat = checked_stat;
    callbacks->unlink = checked_unlink;
    callbacks->rename = checked_rename;
    callbacks->open = checked_open;
    callbacks->tell = checked_tell;
    callbacks->seek = checked_seek;
    callbacks->read = checked_read;
    callbacks->eof = checked_eof;
    callbacks->write = checked_write;
    callbacks->flush = checked_flush;
    callbacks->truncate = checked_truncate;
    callbacks->close = checked_close;
    int failed = VSIInstallPluginHandler(prefix, callbacks);
    VSIFreeFilesystemPluginCallbacksStruct(callbacks);
    return failed == 0;
}

struct tw_checked_folder *tw_checked_folder_new(const char *local_folder, const struct tw_checked_ops *ops)
{
    static const struct tw_checked_ops system_calls = {write, close};
    struct tw_checked_folder *folder = calloc(1, sizeof(*folder));
    if (folder == NULL || (folder->local = strdup(local_folder)) == NULL || !install()) {
        tw_checked_folder_free(folder);
        return NULL;
    }
    folder->ops = ops != NULL ? *ops : system_calls;
    return folder;
}

void tw_checked_folder_free(struct tw_checked_folder *folder)
{
    if (folder == NULL)
        return;
    free(folder->local);
    free(folder);
}

const char *tw_checked_path(const struct tw_checked_folder *folder, const char *name,
                            char path[TW_CHECKED_PATH_SIZE])
{
    snprintf(path, TW_CHECKED_PATH_SIZE, "%s%p/%s", prefix, (const void *)folder, name);
    return path;
}

enum tw_status tw_checked_status(const struct tw_checked_folder *folder, struct tw_error *err)
{
    if (folder->failure.status != TW_OK && err != NULL)
        *err = folder->failure;
    return folder->failure.status;
}
