/* SPDX-License-Identifier: MIT */
#include "arcgis_bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *tw_bundle_path(const struct tw_tile *tile, struct tw_arena *arena)
{
    int64_t row = tile->row - tile->row % TW_BUNDLE_SIDE, col = tile->col - tile->col % TW_BUNDLE_SIDE;
    return tw_arena_printf(arena, "_alllayers/L%02d/R%04llxC%04llx.bundle", tile->zoom,
                           (unsigned long long)row, (unsigned long long)col);
}

static uint64_t number_at(const uint8_t *bytes, int size)
{
    uint64_t number = 0;
    for (int i = size - 1; i >= 0; i--)
        number = number << 8 | bytes[i];
    return number;
}

static struct tw_bundle_place place_at(const uint8_t *record)
{
    uint64_t number = number_at(record, 8);
    return (struct tw_bundle_place){number & 0xffffffffff, (uint32_t)(number >> 40)};
}

/* Opens a bundle and checks its header. -1: there is none, or with err. */
static int open_bundle(const char *path, struct tw_error *err)
{
    uint8_t header[TW_BUNDLE_HEADER];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (errno != ENOENT)
            tw_error_set(err, TW_EINPUT, "cannot open '%s': %s", path, strerror(errno));
        return -1;
    }
    struct stat info;
    bool is_whole = pread(fd, header, sizeof(header), 0) == (ssize_t)sizeof(header) &&
                    fstat(fd, &info) == 0 && info.st_size >= TW_BUNDLE_HEADER + TW_BUNDLE_INDEX;
    bool is_known = is_whole && number_at(header, 4) == 3 && number_at(header + 4, 4) == TW_BUNDLE_TILES;
    if (is_known)
        return fd;
    close(fd);
    tw_error_set(err, TW_EINPUT, "'%s' is no bundle of a compact cache (version 2): %s", path,
                 is_whole ? "its header says something else" : "it is cut off");
    return -1;
}

enum tw_status tw_bundle_find(const char *folder, const struct tw_tile *tile, struct tw_arena *arena,
                              struct tw_bundle_place *place, struct tw_error *err)
{
    char *below = tw_bundle_path(tile, arena);
    char *path = below != NULL ? tw_arena_printf(arena, "%s/%s", folder, below) : NULL;
    uint8_t record[8];
    struct tw_error opened = {0};
    *place = (struct tw_bundle_place){0, 0};
    if (path == NULL)
        return tw_error_nomem(err);
    int fd = open_bundle(path, &opened);
    if (fd < 0 && opened.status != TW_OK)
        *err = opened;
    if (fd < 0)
        return opened.status;
    off_t at =
        TW_BUNDLE_HEADER + 8 * (TW_BUNDLE_SIDE * (tile->row % TW_BUNDLE_SIDE) + tile->col % TW_BUNDLE_SIDE);
    bool read = pread(fd, record, sizeof(record), at) == (ssize_t)sizeof(record);
    close(fd);
    if (!read)
        return tw_error_set(err, TW_EINPUT, "cannot read '%s': %s", path, strerror(errno));
    *place = place_at(record);
    return TW_OK;
}

char *tw_bundle_gdal_path(const char *folder, const struct tw_tile *tile, struct tw_arena *arena,
                          struct tw_error *err)
{
    struct tw_bundle_place place;
    if (tw_bundle_find(folder, tile, arena, &place, err) != TW_OK || place.size == 0)
        return NULL;
    char *below = tw_bundle_path(tile, arena), *path = NULL;
    if (below != NULL)
        path = tw_arena_printf(arena, "/vsisubfile/%llu_%u,%s/%s", (unsigned long long)place.offset,
                               place.size, folder, below);
    if (path == NULL)
        tw_error_nomem(err);
    return path;
}

enum tw_status tw_bundle_read_index(const char *path, uint8_t index[TW_BUNDLE_INDEX], struct tw_error *err)
{
    int fd = open_bundle(path, err);
    if (fd < 0)
        return err->status;
    bool read = pread(fd, index, TW_BUNDLE_INDEX, TW_BUNDLE_HEADER) == TW_BUNDLE_INDEX;
    close(fd);
    return read ? TW_OK : tw_error_set(err, TW_EINPUT, "cannot read '%s': %s", path, strerror(errno));
}

struct tw_bundle_place tw_bundle_place_of(const uint8_t index[TW_BUNDLE_INDEX], int number)
{
    return place_at(index + 8 * number);
}
