/* archive_pmtiles.c - PMTiles archives (version 3), here or on a server.
 *
 * SPDX-License-Identifier: MIT
 */
#include "archive_check.h"
#include "pmtiles_file.h"

#include <cpl_vsi.h>
#include <jansson.h>

#include <stdlib.h>
#include <string.h>

/* Leaves of so many bytes, here and on a server, are looked through when an archive is opened; of more, the
 * header is believed. */
enum { MOST_LEAVES_HERE = 64 << 20, MOST_LEAVES_THERE = 1 << 20 };

static const struct tw_pyramid *mercator(struct tw_pyramid *pyramid)
{
    *pyramid = (struct tw_pyramid){tw_grid_named("mercator"), 256, 1, 0};
    return pyramid;
}

static enum tw_status check_tiles(const char *path, const struct tw_pmtiles_head *head, struct tw_error *err)
{
    static const char *const types[] = {
        NULL, "vector tiles (MVT)", NULL, NULL, NULL, "tiles of AVIF", "vector tiles (MLT)"};
    static const char *const methods[] = {NULL, NULL, "gzip", "brotli", "zstd"};
    uint8_t type = head->header.tile_type, method = head->tile_compression;
    const char *what = type <= TW_PMTILES_MLT ? types[type] : "tiles of an unknown kind";
    if (what != NULL)
        return tw_error_set(err, TW_EUSAGE, "'%s' holds %s; PNG, JPEG and WebP can be read", path, what);
    if (method > TW_PMTILES_ZSTD || methods[method] != NULL)
        return tw_error_set(err, TW_EUSAGE, "'%s': tiles compressed with %s cannot be read", path,
                            method <= TW_PMTILES_ZSTD ? methods[method] : "an unknown method");
    return TW_OK;
}

static enum tw_status note_first(void *context, const struct tw_pmtiles_entry *entry, struct tw_error *err)
{
    *(struct tw_pmtiles_entry *)context = *entry;
    return tw_error_set(err, TW_ECANCELLED, "one is enough");
}

/* The first entry of tiles from an id on; run 0: there is none. */
static enum tw_status find_from(struct tw_pmtiles_file *file, uint64_t first, uint64_t last,
                                struct tw_pmtiles_entry *entry, struct tw_error *err)
{
    struct tw_error enough = {0};
    const struct tw_pmtiles_walk walk = {.first = first, .last = last, .entry = note_first, .context = entry};
    *entry = (struct tw_pmtiles_entry){0, 0, 0, 0};
    enum tw_status status = tw_pmtiles_file_walk(file, &walk, &enough);
    if (status == TW_OK || status == TW_ECANCELLED)
        return TW_OK;
    *err = enough;
    return status;
}

static enum tw_status read_entry(struct tw_pmtiles_file *file, const char *path,
                                 const struct tw_pmtiles_entry *entry, void **bytes, struct tw_error *err)
{
    const struct tw_pmtiles_header *header = &tw_pmtiles_file_head(file)->header;
    if (entry->offset > header->data_size || entry->length > header->data_size - entry->offset)
        return tw_error_set(err, TW_EINPUT, "'%s': the tile of id %llu lies outside of the section of tiles",
                            path, (unsigned long long)entry->id);
    void *read = VSIMalloc(entry->length);
    if (read == NULL)
        return tw_error_nomem(err);
    enum tw_status status =
        tw_pmtiles_file_read(file, header->data_offset + entry->offset, entry->length, read, err);
    if (status != TW_OK)
        VSIFree(read);
    else
        *bytes = read;
    return status;
}

/* The header may leave open what tiles are. */
static enum tw_status set_extension(struct tw_archive *archive, struct tw_error *err)
{
    static const char *const extensions[] = {NULL, NULL, "png", "jpg", "webp"};
    struct tw_pmtiles_file *file = archive->state;
    archive->facts.extension = extensions[tw_pmtiles_file_head(file)->header.tile_type];
    if (archive->facts.extension != NULL)
        return TW_OK;
    struct tw_pmtiles_entry first;
    void *bytes = NULL;
    enum tw_status status = find_from(file, 0, UINT64_MAX, &first, err);
    if (status == TW_OK && first.run > 0)
        status = read_entry(file, archive->path, &first, &bytes, err);
    archive->facts.extension = bytes != NULL ? tw_tile_extension_of_bytes(bytes, first.length) : NULL;
    VSIFree(bytes);
    if (status == TW_OK && archive->facts.extension == NULL)
        status = tw_error_set(err, TW_EINPUT,
                              "'%s' does not say what its tiles are, and they are none of PNG, JPEG and WebP",
                              archive->path);
    return status;
}

/* What is wrong with it does not matter here; verify tells. */
static void set_bounds(struct tw_archive *archive)
{
    const double *bounds = tw_pmtiles_file_head(archive->state)->header.bounds;
    archive->facts.has_bounds = bounds[0] < bounds[2] && bounds[1] < bounds[3] && bounds[0] >= -180 &&
                                bounds[2] <= 180 && bounds[1] >= -90 && bounds[3] <= 90;
    memcpy(archive->facts.bounds, bounds, sizeof(archive->facts.bounds));
}

static bool is_believed(const struct tw_archive *archive)
{
    const struct tw_archive_facts *facts = &archive->facts;
    uint64_t most = tw_pmtiles_file_is_remote(archive->state) ? MOST_LEAVES_THERE : MOST_LEAVES_HERE;
    return tw_pmtiles_file_head(archive->state)->header.leaves_size > most && facts->has_bounds &&
           facts->min_zoom <= facts->max_zoom && facts->max_zoom <= TW_MAX_ZOOM;
}

static enum tw_status set_metadata(struct tw_archive *archive, struct tw_error *err)
{
    char *text = NULL;
    enum tw_status status = tw_pmtiles_file_metadata(archive->state, &text, err);
    json_t *json = text != NULL ? json_loads(text, 0, NULL) : NULL;
    if (status == TW_OK && !json_is_object(json))
        status = tw_error_set(err, TW_EINPUT, "'%s': its metadata is no JSON object", archive->path);
    if (status == TW_OK && (archive->facts.metadata = tw_arena_strdup(archive->arena, text)) == NULL)
        status = tw_error_nomem(err);
    json_decref(json);
    free(text);
    return status;
}

static enum tw_status pmtiles_open(struct tw_archive *archive, struct tw_error *err)
{
    struct tw_pmtiles_file *file = NULL;
    enum tw_status status = tw_pmtiles_file_open(archive->path, &file, err);
    if (status != TW_OK)
        return status;
    archive->state = file;
    const struct tw_pmtiles_head *head = tw_pmtiles_file_head(file);
    archive->facts = (struct tw_archive_facts){.format = "PMTiles",
                                               .bytes = tw_pmtiles_file_size(file),
                                               .has_zooms = true,
                                               .is_shared = head->is_clustered,
                                               .min_zoom = head->header.min_zoom,
                                               .max_zoom = head->header.max_zoom,
                                               .num_tiles = head->header.num_tiles,
                                               .num_contents = head->header.num_contents};
    set_bounds(archive);
    archive->facts.is_large = is_believed(archive);
    status = check_tiles(archive->path, head, err);
    if (status == TW_OK)
        status = set_extension(archive, err);
    return status == TW_OK ? set_metadata(archive, err) : status;
}

static void pmtiles_close(struct tw_archive *archive)
{
    tw_pmtiles_file_close(archive->state);
}

/* The last id of a zoom. */
static uint64_t last_id(int zoom)
{
    return tw_pmtiles_first_id(zoom + 1) - 1;
}

/* A walk through the entries of some zooms, cut at the ends of zooms. */
struct pass {
    struct tw_pyramid pyramid;
    int min_zoom, max_zoom;
    struct tw_tile_range *ranges; /* by zoom, or NULL */
    bool *has;
    const struct tw_archive_visit *visit; /* or NULL */
};

/* A run covers squares of 4, 16, 64 ... tiles. */
static void widen(struct pass *pass, int zoom, uint64_t place, uint64_t count)
{
    while (count > 0) {
        uint64_t size = 1;
        int64_t side = 1;
        for (; place % (size * 4) == 0 && size * 4 <= count; size *= 4)
            side *= 2;
        struct tw_tile tile = tw_tile_from_hilbert(&pass->pyramid, zoom, place);
        tile.row -= tile.row % side;
        tile.col -= tile.col % side;
        tw_tile_range_widen(&pass->ranges[zoom], &tile, side, !pass->has[zoom]);
        pass->has[zoom] = true;
        place += size;
        count -= size;
    }
}

static enum tw_status visit_run(struct pass *pass, int zoom, uint64_t place,
                                const struct tw_pmtiles_entry *entry, uint64_t count, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    struct tw_stored_tile stored = {.offset = entry->offset, .size = entry->length};
    for (uint64_t i = 0; status == TW_OK && i < (pass->visit->is_check ? 1 : count); i++) {
        stored.tile = tw_tile_from_hilbert(&pass->pyramid, zoom, place + i);
        status = pass->visit->tile(pass->visit->context, &stored, err);
    }
    return status;
}

static enum tw_status pass_entry(void *context, const struct tw_pmtiles_entry *entry, struct tw_error *err)
{
    struct pass *pass = context;
    enum tw_status status = TW_OK;
    uint64_t id = entry->id, end = entry->id + entry->run;
    for (int zoom = tw_pmtiles_zoom(id); status == TW_OK && id < end && zoom <= pass->max_zoom; zoom++) {
        uint64_t last = last_id(zoom) < end - 1 ? last_id(zoom) : end - 1;
        uint64_t place = id - tw_pmtiles_first_id(zoom), count = last - id + 1;
        if (zoom >= pass->min_zoom && pass->visit != NULL)
            status = visit_run(pass, zoom, place, entry, count, err);
        else if (zoom >= pass->min_zoom)
            widen(pass, zoom, place, count);
        id = last + 1;
    }
    return status;
}

static enum tw_status leave_out(void *context, const struct tw_pmtiles_entry *leaf, const char *reason,
                                struct tw_error *err)
{
    (void)context, (void)leaf, (void)reason, (void)err;
    return TW_OK;
}

static enum tw_status walk_zooms(struct tw_archive *archive, struct pass *pass, struct tw_error *err)
{
    bool is_check = pass->visit != NULL && pass->visit->is_check;
    const struct tw_pmtiles_walk walk = {.first = tw_pmtiles_first_id(pass->min_zoom),
                                         .last = last_id(pass->max_zoom),
                                         .entry = pass_entry,
                                         .broken = is_check ? leave_out : NULL,
                                         .context = pass};
    mercator(&pass->pyramid);
    return tw_pmtiles_file_walk(archive->state, &walk, err);
}

static void believe(const struct tw_archive *archive, struct pass *pass)
{
    const struct tw_archive_facts *facts = &archive->facts;
    for (int zoom = facts->min_zoom; zoom <= facts->max_zoom; zoom++) {
        if (zoom < pass->min_zoom || zoom > pass->max_zoom)
            continue;
        pass->ranges[zoom] = tw_archive_range(facts->bounds, zoom);
        pass->has[zoom] = pass->ranges[zoom].first_row <= pass->ranges[zoom].last_row &&
                          pass->ranges[zoom].first_col <= pass->ranges[zoom].last_col;
    }
}

static enum tw_status pmtiles_zooms(struct tw_archive *archive, int min_zoom, int max_zoom,
                                    struct tw_tile_zooms *zooms, struct tw_error *err)
{
    struct tw_tile_range ranges[TW_MAX_ZOOM + 1];
    bool has[TW_MAX_ZOOM + 1] = {false};
    struct pass pass = {.min_zoom = min_zoom, .max_zoom = max_zoom, .ranges = ranges, .has = has};
    enum tw_status status = TW_OK;
    if (archive->facts.is_large)
        believe(archive, &pass);
    else
        status = walk_zooms(archive, &pass, err);
    zooms->count = 0;
    for (int zoom = max_zoom; zoom >= min_zoom; zoom--)
        if (has[zoom])
            zooms->ranges[zooms->count++] = ranges[zoom];
    return status;
}

static enum tw_status pmtiles_first(struct tw_archive *archive, int zoom, struct tw_tile *tile, bool *found,
                                    struct tw_error *err)
{
    struct tw_pmtiles_entry entry;
    struct tw_pyramid pyramid;
    uint64_t first = tw_pmtiles_first_id(zoom);
    enum tw_status status = find_from(archive->state, first, last_id(zoom), &entry, err);
    *found = status == TW_OK && entry.run > 0;
    if (*found)
        *tile = tw_pmtiles_tile(mercator(&pyramid), entry.id > first ? entry.id : first);
    return status;
}

static enum tw_status pmtiles_list(struct tw_archive *archive, const struct tw_archive_visit *visit,
                                   struct tw_error *err)
{
    struct pass pass = {.min_zoom = visit->min_zoom, .max_zoom = visit->max_zoom, .visit = visit};
    return walk_zooms(archive, &pass, err);
}

static enum tw_status pmtiles_read(struct tw_archive *archive, const struct tw_tile *tile, void **bytes,
                                   size_t *size, struct tw_error *err)
{
    struct tw_pmtiles_entry entry;
    struct tw_pyramid pyramid;
    *bytes = NULL;
    enum tw_status status =
        tw_pmtiles_file_find(archive->state, tw_pmtiles_id(mercator(&pyramid), tile), &entry, err);
    if (status != TW_OK || entry.run == 0)
        return status;
    *size = entry.length;
    return read_entry(archive->state, archive->path, &entry, bytes, err);
}

const struct tw_archive_driver tw_archive_pmtiles = {
    .suffix = ".pmtiles",
    .open = pmtiles_open,
    .close = pmtiles_close,
    .zooms = pmtiles_zooms,
    .first = pmtiles_first,
    .list = pmtiles_list,
    .read = pmtiles_read,
    .check = tw_pmtiles_check,
};
