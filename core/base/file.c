/* SPDX-License-Identifier: MIT */
#include "file.h"
#include "bucket.h"
#include "file_remote.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static enum tw_status read_open_file(int fd, size_t size, char *bytes, const char *path, struct tw_error *err)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return tw_error_set(err, TW_EINPUT, "cannot read '%s': %s", path,
                                got < 0 ? strerror(errno) : "the file became shorter");
        done += (size_t)got;
    }
    bytes[size] = '\0';
    return TW_OK;
}

enum tw_status tw_file_read(struct tw_arena *arena, const char *path, size_t limit_bytes, char **bytes,
                            size_t *size, struct tw_error *err)
{
    if (tw_path_is_bucket(path))
        return tw_remote_read(arena, path, limit_bytes, bytes, size, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return tw_error_set(err, TW_EINPUT, "cannot open '%s': %s", path, strerror(errno));
    struct stat info;
    enum tw_status status = TW_OK;
    if (fstat(fd, &info) != 0)
        status = tw_error_set(err, TW_EINPUT, "cannot read '%s': %s", path, strerror(errno));
    else if (!S_ISREG(info.st_mode))
        status = tw_error_set(err, TW_EINPUT, "cannot read '%s': not a file", path);
    else if (limit_bytes != 0 && (size_t)info.st_size > limit_bytes)
        status = tw_error_set(err, TW_EINPUT, "cannot read '%s': %lld bytes are more than the %zu allowed",
                              path, (long long)info.st_size, limit_bytes);
    else if ((*bytes = tw_arena_alloc(arena, (size_t)info.st_size + 1)) == NULL)
        status = tw_error_nomem(err);
    if (status == TW_OK)
        status = read_open_file(fd, *size = (size_t)info.st_size, *bytes, path, err);
    close(fd);
    return status;
}

static bool write_all(int fd, const unsigned char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t put = write(fd, bytes, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        bytes += put;
        size -= (size_t)put;
    }
    return true;
}

static enum tw_status write_whole(const char *path, const void *bytes, size_t size, bool is_synced,
                                  struct tw_error *err)
{
    if (tw_path_is_bucket(path))
        return tw_remote_write(path, bytes, size, NULL, err);
    struct tw_arena *arena = tw_arena_new(0);
    char *temporary = arena != NULL ? tw_arena_printf(arena, "%s.%ld.tmp", path, (long)getpid()) : NULL;
    if (temporary == NULL) {
        tw_arena_free(arena);
        return tw_error_nomem(err);
    }
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool written = fd >= 0 && write_all(fd, bytes, size) && (!is_synced || fsync(fd) == 0);
    int failure = written ? 0 : errno;
    if (fd >= 0 && close(fd) != 0 && failure == 0)
        failure = errno;
    if (failure == 0 && rename(temporary, path) != 0)
        failure = errno;
    if (failure != 0)
        unlink(temporary);
    tw_arena_free(arena);
    if (failure != 0)
        return tw_error_set(err, TW_ESTORAGE, "cannot write '%s': %s", path, strerror(failure));
    return TW_OK;
}

enum tw_status tw_file_write(const char *path, const void *bytes, size_t size, struct tw_error *err)
{
    return write_whole(path, bytes, size, true, err);
}

enum tw_status tw_file_replace(const char *path, const void *bytes, size_t size, struct tw_error *err)
{
    return write_whole(path, bytes, size, false, err);
}

static int make_folder(const char *path)
{
    if (mkdir(path, 0777) == 0)
        return 0;
    if (errno != EEXIST)
        return errno;
    return tw_is_folder(path) ? 0 : ENOTDIR; /* something else has that name */
}

/* `NAME.123.tmp`; any name when it is NULL. */
static bool is_leftover(const char *entry, const char *name)
{
    const char *end = strrchr(entry, '.');
    if (end == NULL || strcmp(end, ".tmp") != 0)
        return false;
    const char *number = end;
    while (number > entry && number[-1] >= '0' && number[-1] <= '9')
        number--;
    if (number == end || number < entry + 2 || number[-1] != '.')
        return false;
    size_t length = (size_t)(number - 1 - entry);
    return name == NULL || (strlen(name) == length && strncmp(entry, name, length) == 0);
}

static void sweep(const char *folder, const char *name)
{
    DIR *entries = tw_path_is_bucket(folder) ? NULL : opendir(folder);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;)
        if (is_leftover(entry->d_name, name))
            unlinkat(dirfd(entries), entry->d_name, 0);
    if (entries != NULL)
        closedir(entries);
}

void tw_file_sweep(const char *path)
{
    struct tw_arena *arena = tw_arena_new(0);
    char *folder = arena != NULL ? tw_path_folder(arena, path) : NULL;
    if (folder != NULL)
        sweep(folder, tw_path_name(path));
    tw_arena_free(arena);
}

void tw_folder_sweep(const char *folder)
{
    sweep(folder, NULL);
}

enum tw_status tw_make_folders(const char *path, struct tw_error *err)
{
    if (tw_path_is_bucket(path)) /* there are no folders, only names with slashes */
        return TW_OK;
    char *copy = strdup(path);
    if (copy == NULL)
        return tw_error_nomem(err);
    int failure = 0;
    for (char *slash = copy + 1; failure == 0 && *copy != '\0' && (slash = strchr(slash, '/')) != NULL;
         slash++) {
        *slash = '\0';
        failure = make_folder(copy);
        *slash = '/';
    }
    if (failure == 0)
        failure = make_folder(path);
    free(copy);
    if (failure != 0)
        return tw_error_set(err, TW_ESTORAGE, "cannot make the folder '%s': %s", path, strerror(failure));
    return TW_OK;
}

bool tw_file_exists(const char *path)
{
    return tw_path_is_bucket(path) ? tw_remote_exists(path) : access(path, F_OK) == 0;
}

uint64_t tw_file_size(const char *path)
{
    struct stat info;
    if (tw_path_is_bucket(path))
        return tw_remote_size(path);
    return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

bool tw_is_folder(const char *path)
{
    struct stat info;
    if (tw_path_is_bucket(path))
        return tw_remote_is_folder(path);
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool tw_path_is_remote(const char *path)
{
    return strncmp(path, "/vsi", 4) == 0 || strstr(path, "://") != NULL || tw_path_is_database(path);
}

bool tw_path_is_database(const char *path)
{
    return strncasecmp(path, "PG:", 3) == 0 || strncmp(path, "postgresql://", 13) == 0;
}

char *tw_path_join(struct tw_arena *arena, const char *folder, const char *name)
{
    bool alone = *name == '/' || tw_path_is_remote(name) || *folder == '\0' || strcmp(folder, ".") == 0;
    if (alone)
        return tw_arena_strdup(arena, name);
    const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
    return tw_arena_printf(arena, "%s%s%s", folder, slash, name);
}

char *tw_path_folder(struct tw_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return tw_arena_strdup(arena, ".");
    return tw_arena_strndup(arena, path, slash == path ? 1 : (size_t)(slash - path));
}

const char *tw_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

bool tw_path_has_suffix(const char *path, const char *suffix)
{
    size_t length = strlen(path), wanted = strlen(suffix);
    return length >= wanted && strcasecmp(path + length - wanted, suffix) == 0;
}

char *tw_path_real(struct tw_arena *arena, const char *path)
{
    char *real = realpath(path, NULL);
    char *kept = tw_arena_strdup(arena, real != NULL ? real : path);
    free(real);
    return kept;
}

char *tw_path_resolve(struct tw_arena *arena, const char *path)
{
    if (tw_path_is_bucket(path))
        return tw_arena_strdup(arena, tw_bucket_clean_url(arena, path));
    char *real = realpath(path, NULL);
    char *kept = tw_arena_strdup(arena, real);
    free(real);
    if (kept != NULL || strcmp(path, ".") == 0 || strcmp(path, "/") == 0)
        return kept;
    const char *parent = tw_path_resolve(arena, tw_path_folder(arena, path));
    return parent != NULL ? tw_arena_printf(arena, "%s/%s", parent, tw_path_name(path)) : NULL;
}

enum tw_status tw_file_move(const char *from, const char *to, struct tw_error *err)
{
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    bool safe = fd >= 0 && fsync(fd) == 0;
    int failure = safe ? 0 : errno;
    if (fd >= 0)
        close(fd);
    if (failure == 0 && rename(from, to) != 0)
        failure = errno;
    if (failure != 0)
        return tw_error_set(err, TW_ESTORAGE, "cannot write '%s': %s", to, strerror(failure));
    return TW_OK;
}

enum tw_status tw_file_remove(const char *path, struct tw_error *err)
{
    if (tw_path_is_bucket(path))
        return tw_remote_remove(path, err);
    if (unlink(path) != 0 && errno != ENOENT && errno != ENOTDIR)
        return tw_error_set(err, TW_ESTORAGE, "cannot remove '%s': %s", path, strerror(errno));
    return TW_OK;
}

enum tw_status tw_file_write_labelled(const char *path, const void *bytes, size_t size,
                                      const struct tw_bucket_labels *labels, struct tw_error *err)
{
    return tw_path_is_bucket(path) ? tw_remote_write(path, bytes, size, labels, err)
                                   : tw_file_write(path, bytes, size, err);
}

enum tw_status tw_file_read_found(struct tw_arena *arena, const char *path, size_t limit_bytes, char **bytes,
                                  size_t *size, struct tw_error *err)
{
    *bytes = NULL;
    enum tw_status status = tw_file_read(arena, path, limit_bytes, bytes, size, err);
    if (status != TW_EINPUT)
        return status;
    *bytes = NULL;
    if (tw_path_is_bucket(path) || !tw_file_exists(path))
        return TW_OK;
    if (err != NULL)
        err->status = TW_ESTORAGE;
    return TW_ESTORAGE;
}
