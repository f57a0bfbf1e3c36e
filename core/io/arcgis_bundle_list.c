/* SPDX-License-Identifier: MIT */
#include "arcgis_bundle.h"

#include "path.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct list {
    const struct tw_tile_listing *listing;
    struct tw_arena *arena; /* reset after each zoom */
    struct tw_tile *first;  /* the first tiles of bundles */
    size_t count, capacity;
    uint8_t index[TW_BUNDLE_INDEX];
    struct tw_error *err;
};

/* Hexadecimal in small letters, so that the C that follows is no digit. */
static bool read_number(const char **name, int64_t *number)
{
    size_t digits = strspn(*name, "0123456789abcdef");
    char text[9] = {0};
    if (digits < 4 || digits > 8)
        return false;
    memcpy(text, *name, digits);
    *number = strtoll(text, NULL, 16);
    *name += digits;
    return *number % TW_BUNDLE_SIDE == 0;
}

/* `R0080C0000.bundle` */
static bool match(const char *name, struct tw_tile *first)
{
    return *name++ == 'R' && read_number(&name, &first->row) && *name++ == 'C' &&
           read_number(&name, &first->col) && strcmp(name, ".bundle") == 0;
}

static enum tw_status keep(struct list *list, const struct tw_tile *first)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
        struct tw_tile *grown = realloc(list->first, capacity * sizeof(*grown));
        if (grown == NULL)
            return tw_error_nomem(list->err);
        list->first = grown;
        list->capacity = capacity;
    }
    list->first[list->count++] = *first;
    return TW_OK;
}

static int by_place(const void *one, const void *other)
{
    const struct tw_tile *a = one, *b = other;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return a->col < b->col ? -1 : a->col > b->col;
}

static enum tw_status take_name(struct list *list, int zoom, const char *name)
{
    const struct tw_tile_listing *listing = list->listing;
    struct tw_tile first = {.zoom = zoom};
    if (match(name, &first))
        return keep(list, &first);
    if (name[0] == '.' || listing->stranger == NULL)
        return TW_OK;
    char *path = tw_arena_printf(list->arena, "_alllayers/L%02d/%s", zoom, name);
    return path != NULL ? listing->stranger(listing->context, path, TW_STRANGER_NAME, list->err)
                        : tw_error_nomem(list->err);
}

static enum tw_status read_names(struct list *list, int zoom)
{
    char *path = tw_arena_printf(list->arena, "%s/_alllayers/L%02d", list->listing->output->folder, zoom);
    DIR *stream = path != NULL ? opendir(path) : NULL;
    list->count = 0;
    if (path == NULL)
        return tw_error_nomem(list->err);
    if (stream == NULL)
        return errno == ENOENT
                   ? TW_OK
                   : tw_error_set(list->err, TW_ESTORAGE, "cannot open '%s': %s", path, strerror(errno));
    enum tw_status status = TW_OK;
    for (struct dirent *entry; status == TW_OK && (entry = readdir(stream)) != NULL;)
        status = take_name(list, zoom, entry->d_name);
    closedir(stream);
    if (list->count > 1)
        qsort(list->first, list->count, sizeof(*list->first), by_place);
    return status;
}

static enum tw_status visit_tile(struct list *list, const struct tw_stored_tile *stored)
{
    const struct tw_tile_listing *listing = list->listing;
    const struct tw_pyramid *pyramid = &listing->output->pyramid;
    if (!tw_tile_is_inside(pyramid, &stored->tile))
        return listing->stranger != NULL
                   ? listing->stranger(listing->context, stored->path, TW_STRANGER_OUTSIDE, list->err)
                   : TW_OK;
    struct tw_box box = tw_tile_bounds(pyramid, &stored->tile);
    if (listing->area != NULL && !tw_area_overlaps(listing->area, &box))
        return TW_OK;
    return listing->tile(listing->context, stored, list->err);
}

static enum tw_status visit_bundle(struct list *list, const struct tw_tile *first)
{
    char *below = tw_bundle_path(first, list->arena);
    char *path =
        below != NULL ? tw_arena_printf(list->arena, "%s/%s", list->listing->output->folder, below) : NULL;
    if (path == NULL)
        return tw_error_nomem(list->err);
    memset(list->index, 0, sizeof(list->index));
    struct tw_error read = {0};
    enum tw_status status = tw_bundle_read_index(path, list->index, &read);
    if (status != TW_OK)
        status = tw_error_set(list->err, TW_ESTORAGE, "%s", read.message);
    for (int i = 0; status == TW_OK && i < TW_BUNDLE_TILES; i++) {
        struct tw_bundle_place place = tw_bundle_place_of(list->index, i);
        struct tw_stored_tile stored = {
            .tile = {first->zoom, first->row + i / TW_BUNDLE_SIDE, first->col + i % TW_BUNDLE_SIDE},
            .path = below,
            .offset = place.offset,
            .size = place.size};
        if (place.size > 0)
            status = visit_tile(list, &stored);
    }
    return status;
}

enum tw_status tw_bundles_list(const struct tw_tile_listing *listing, struct tw_error *err)
{
    struct list *list = calloc(1, sizeof(*list));
    enum tw_status status = TW_OK;
    if (list == NULL || (list->arena = tw_arena_new(0)) == NULL)
        status = tw_error_nomem(err);
    if (status == TW_OK) {
        list->listing = listing;
        list->err = err;
    }
    for (int zoom = listing->min_zoom; status == TW_OK && zoom <= listing->max_zoom; zoom++) {
        tw_arena_reset(list->arena);
        status = read_names(list, zoom);
        for (size_t i = 0; status == TW_OK && i < list->count; i++)
            status = visit_bundle(list, &list->first[i]);
    }
    if (list != NULL) {
        tw_arena_free(list->arena);
        free(list->first);
    }
    free(list);
    return status;
}
