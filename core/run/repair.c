/* SPDX-License-Identifier: MIT */
#include "repair.h"

#include "storage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder that the file of the path lies in, opened without following links; -1 when there is no such
 * folder. *name: of the file, within path. */
static int open_parent(int root, const char *path, const char **name)
{
    int folder = dup(root);
    *name = path;
    for (const char *slash; folder >= 0 && (slash = strchr(*name, '/')) != NULL; *name = slash + 1) {
        char part[NAME_MAX + 1];
        size_t length = (size_t)(slash - *name);
        if (length >= sizeof(part)) {
            close(folder);
            return -1;
        }
        memcpy(part, *name, length);
        part[length] = '\0';
        int inner = openat(folder, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(folder);
        folder = inner;
    }
    return folder;
}

static enum tw_status remove_file(int root, const char *path, struct tw_orphans_removed *removed,
                                  struct tw_error *err)
{
    const char *name;
    struct stat info;
    int folder = open_parent(root, path, &name);
    enum tw_status status = TW_OK;
    if (folder < 0)
        return TW_OK;
    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode)) {
        if (unlinkat(folder, name, 0) != 0)
            status = tw_error_set(err, TW_ESTORAGE, "cannot remove '%s': %s", path, strerror(errno));
        removed->files += status == TW_OK;
        removed->bytes += status == TW_OK ? (uint64_t)info.st_size : 0;
    }
    close(folder);
    return status;
}

/* From the innermost one up, as long as they are empty. */
static void remove_folders(int root, char *path)
{
    for (char *slash; (slash = strrchr(path, '/')) != NULL;) {
        *slash = '\0';
        if (unlinkat(root, path, AT_REMOVEDIR) != 0)
            return;
    }
}

static enum tw_status remove_orphan(int root, const struct tw_fault *fault,
                                    struct tw_orphans_removed *removed, struct tw_error *err)
{
    char *path = NULL, *beside = NULL;
    if (asprintf(&path, "%s", fault->path) < 0 || asprintf(&beside, "%s.aux.xml", fault->path) < 0) {
        free(path);
        return tw_error_nomem(err);
    }
    enum tw_status status = TW_OK;
    if (fault->tile.zoom >= 0)
        status = remove_file(root, beside, removed, err);
    if (status == TW_OK)
        status = remove_file(root, path, removed, err);
    if (status == TW_OK)
        remove_folders(root, path);
    free(path);
    free(beside);
    return status;
}

static bool is_removable(const struct tw_fault *fault)
{
    return fault->kind == TW_FAULT_ORPHAN && fault->path != NULL;
}

uint64_t tw_orphans_count(const struct tw_faults *faults, uint64_t *bytes)
{
    uint64_t count = 0;
    for (size_t i = 0; i < faults->count; i++) {
        count += is_removable(&faults->items[i]);
        if (bytes != NULL && is_removable(&faults->items[i]))
            *bytes += faults->items[i].bytes;
    }
    return count;
}

static enum tw_status remove_remote(struct tw_store *store, const struct tw_fault *fault,
                                    struct tw_orphans_removed *removed, struct tw_error *err)
{
    char *beside = NULL;
    if (asprintf(&beside, "%s.aux.xml", fault->path) < 0)
        return tw_error_nomem(err);
    bool has_beside = fault->tile.zoom >= 0 && tw_store_exists(store, beside);
    enum tw_status status = has_beside ? tw_store_remove(store, beside, err) : TW_OK;
    if (status == TW_OK)
        status = tw_store_remove(store, fault->path, err);
    free(beside);
    removed->files += status == TW_OK ? 1 + has_beside : 0;
    removed->bytes += status == TW_OK ? fault->bytes : 0;
    return status;
}

static enum tw_status remove_from_bucket(const struct tw_tile_output *output, const struct tw_faults *faults,
                                         struct tw_orphans_removed *removed, struct tw_error *err)
{
    struct tw_store *store = NULL;
    const struct tw_store_place place = {output->folder, NULL, NULL};
    enum tw_status status = tw_store_open(&place, NULL, NULL, &store, err);
    for (size_t i = 0; status == TW_OK && i < faults->count; i++)
        if (is_removable(&faults->items[i]))
            status = remove_remote(store, &faults->items[i], removed, err);
    struct tw_error ignored;
    enum tw_status closed = tw_store_close(store, status != TW_OK, status == TW_OK ? err : &ignored);
    return status == TW_OK ? closed : status;
}

enum tw_status tw_orphans_remove(const struct tw_tile_output *output, const struct tw_faults *faults,
                                 struct tw_orphans_removed *removed, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    *removed = (struct tw_orphans_removed){0};
    if (tw_path_is_bucket(output->folder))
        return remove_from_bucket(output, faults, removed, err);
    int root = open(output->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        status = tw_error_set(err, TW_ESTORAGE, "cannot open '%s': %s", output->folder, strerror(errno));
    for (size_t i = 0; status == TW_OK && i < faults->count; i++)
        if (is_removable(&faults->items[i]))
            status = remove_orphan(root, &faults->items[i], removed, err);
    if (root >= 0)
        close(root);
    return status;
}

/* Of the process; false when the configuration has no such zoom. */
static bool metatile_of(const struct tw_config *config, const struct tw_fault *fault,
                        struct tw_tile *metatile)
{
    *metatile = fault->metatile;
    if (fault->tile.zoom >= 0) {
        struct tw_tile_range range =
            tw_tile_intersecting(&config->output_pyramid, &fault->tile, &config->process_pyramid);
        *metatile = (struct tw_tile){range.zoom, range.first_row, range.first_col};
    }
    return metatile->zoom >= config->min_zoom && metatile->zoom <= config->max_zoom;
}

/* Too many tiles of a metatile is a matter of making it anew, too. */
static bool is_to_make(const struct tw_fault *fault)
{
    return fault->kind != TW_FAULT_ORPHAN || fault->path == NULL;
}

enum tw_status tw_repair_find(const struct tw_config *config, const struct tw_faults *faults,
                              struct tw_repair *repair, struct tw_error *err)
{
    *repair = (struct tw_repair){calloc(faults->count + 1, sizeof(*repair->tiles)), 0};
    if (repair->tiles == NULL)
        return tw_error_nomem(err);
    for (size_t i = 0; i < faults->count; i++)
        if (is_to_make(&faults->items[i]) &&
            metatile_of(config, &faults->items[i], &repair->tiles[repair->count]))
            repair->count++;
    return TW_OK;
}
