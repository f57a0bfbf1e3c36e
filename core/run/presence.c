/* SPDX-License-Identifier: MIT */
#include "presence.h"

#include "file.h"

#include <stdio.h>
#include <stdlib.h>

static enum tw_status open_journal(struct tw_presence *presence, const char *folder, struct tw_error *err)
{
    char *path;
    if (asprintf(&path, "%s/.tilewright/journal", folder) < 0)
        return tw_error_nomem(err);
    const struct tw_journal_spec spec = {.path = path, .look = true};
    enum tw_status status = tw_file_exists(path) ? tw_journal_open(&spec, &presence->journal, err) : TW_OK;
    free(path);
    return status;
}

enum tw_status tw_presence_open(struct tw_presence *presence, const struct tw_tile_output *output,
                                int metatiling, struct tw_error *err)
{
    if (output->process_metatiling > 0)
        metatiling = output->process_metatiling;
    *presence = (struct tw_presence){.tiles = output->pyramid, .process = output->pyramid};
    if (metatiling < output->pyramid.metatiling)
        return TW_OK;
    presence->process.metatiling = metatiling;
    return open_journal(presence, output->folder, err);
}

void tw_presence_close(struct tw_presence *presence)
{
    tw_journal_close(presence->journal);
    free(presence->places);
    *presence = (struct tw_presence){0};
}

enum tw_status tw_presence_add(struct tw_presence *presence, const struct tw_tile *tile, struct tw_error *err)
{
    if (presence->count == presence->capacity) {
        size_t capacity = presence->capacity == 0 ? 1024 : 2 * presence->capacity;
        uint64_t *grown = realloc(presence->places, capacity * sizeof(*grown));
        if (grown == NULL)
            return tw_error_nomem(err);
        presence->places = grown;
        presence->capacity = capacity;
    }
    int side = presence->process.metatiling / presence->tiles.metatiling;
    const struct tw_tile metatile = {tile->zoom, tile->row / side, tile->col / side};
    presence->places[presence->count++] = tw_tile_hilbert(&presence->process, &metatile);
    return TW_OK;
}

struct tw_tile_range tw_presence_tiles(const struct tw_presence *presence, const struct tw_tile *metatile)
{
    return tw_tile_intersecting(&presence->process, metatile, &presence->tiles);
}

uint32_t tw_presence_num_tiles(const struct tw_presence *presence, const struct tw_tile *metatile)
{
    struct tw_tile_range range = tw_presence_tiles(presence, metatile);
    return (uint32_t)((range.last_row - range.first_row + 1) * (range.last_col - range.first_col + 1));
}

/* The zoom that is compared: its runs and its places are gone through side by side. */
struct comparison {
    struct tw_presence *presence;
    int zoom;
    size_t next; /* of the places */
    tw_place_visitor *visit;
    void *context;
    struct tw_error *err;
};

/* How many tiles there are of the place, which is at or behind the next. */
static uint32_t take_present(struct comparison *comparison, uint64_t place)
{
    const struct tw_presence *presence = comparison->presence;
    uint32_t present = 0;
    for (; comparison->next < presence->count && presence->places[comparison->next] == place;
         comparison->next++)
        present++;
    return present;
}

static enum tw_status visit_place(struct comparison *comparison, uint64_t number,
                                  const struct tw_interval *run)
{
    struct tw_presence *presence = comparison->presence;
    bool is_outdated = run != NULL && run->tag == TW_JOURNAL_OUTDATED;
    const struct tw_place place = {
        .metatile = tw_tile_from_hilbert(&presence->process, comparison->zoom, number),
        .is_known = run != NULL,
        .is_outdated = is_outdated,
        .written = run != NULL && !is_outdated ? run->tag : 0,
        .present = take_present(comparison, number),
    };
    return comparison->visit(comparison->context, &place, comparison->err);
}

/* Those with tiles that come before a place, and that no run holds. */
static enum tw_status visit_unknown(struct comparison *comparison, uint64_t end)
{
    const struct tw_presence *presence = comparison->presence;
    enum tw_status status = TW_OK;
    while (status == TW_OK && comparison->next < presence->count && presence->places[comparison->next] < end)
        status = visit_place(comparison, presence->places[comparison->next], NULL);
    return status;
}

/* Of the square that the curve fills: a damaged journal may name any place. */
static uint64_t last_place(const struct tw_presence *presence, int zoom)
{
    int64_t cols = tw_pyramid_cols(&presence->process, zoom),
            rows = tw_pyramid_rows(&presence->process, zoom);
    uint64_t side = 1;
    while (side < (uint64_t)cols || side < (uint64_t)rows)
        side *= 2;
    return side * side - 1;
}

static enum tw_status visit_run(struct comparison *comparison, const struct tw_interval *run)
{
    const struct tw_presence *presence = comparison->presence;
    enum tw_status status = visit_unknown(comparison, run->first);
    uint64_t last = last_place(presence, comparison->zoom);
    if (run->tag == TW_JOURNAL_GONE || run->first > last)
        return status;
    if (run->last < last)
        last = run->last;
    bool skips = run->tag == 0 && !presence->visits_empty;
    for (uint64_t place = run->first; status == TW_OK && place <= last; place++) {
        if (skips && comparison->next == presence->count)
            break;
        if (skips && presence->places[comparison->next] > place)
            place = presence->places[comparison->next];
        if (place <= last)
            status = visit_place(comparison, place, run);
    }
    return status;
}

static int by_place(const void *one, const void *other)
{
    const uint64_t *a = one, *b = other;
    return (*a > *b) - (*a < *b);
}

enum tw_status tw_presence_compare(struct tw_presence *presence, int zoom, tw_place_visitor *visit,
                                   void *context, struct tw_error *err)
{
    struct comparison comparison = {presence, zoom, 0, visit, context, err};
    enum tw_status status = TW_OK;
    if (presence->count > 1)
        qsort(presence->places, presence->count, sizeof(*presence->places), by_place);
    if (presence->journal != NULL) {
        const struct tw_intervals *runs = tw_journal_runs(presence->journal, zoom);
        for (size_t i = 0; status == TW_OK && i < runs->count; i++)
            status = visit_run(&comparison, &runs->runs[i]);
    }
    if (status == TW_OK)
        status = visit_unknown(&comparison, UINT64_MAX);
    presence->count = 0;
    return status;
}
