/* SPDX-License-Identifier: MIT */
#include "pmtiles_read.h"

#include <libdeflate.h>

#include <stdlib.h>
#include <string.h>

enum {
    MOST_DIRECTORY = 1 << 26,
    LEAST_ENTRY = 4 /* bytes: four numbers */,
    MOST_RATIO = 1032 /* of deflate */
};

/* One more than the last id of the deepest zoom, TW_MAX_ZOOM: 1 + 4 + 16 ... */
static const uint64_t end_of_ids = ((UINT64_C(1) << 62) - 1) / 3;

static uint64_t number_at(const uint8_t *bytes, int size)
{
    uint64_t number = 0;
    for (int i = size - 1; i >= 0; i--)
        number = number << 8 | bytes[i];
    return number;
}

static double degrees_at(const uint8_t *bytes)
{
    return (double)(int32_t)(uint32_t)number_at(bytes, 4) / 1e7;
}

static enum tw_status check_magic(const char *path, const uint8_t *bytes, size_t size, struct tw_error *err)
{
    bool is_new = size >= 8 && memcmp(bytes, "PMTiles", 7) == 0;
    bool is_old =
        size >= 8 && memcmp(bytes, "PM", 2) == 0 && (bytes[2] == 1 || bytes[2] == 2) && bytes[3] == 0;
    if (!is_new && !is_old)
        return tw_error_set(err, TW_EINPUT, "'%s' is no PMTiles archive", path);
    int version = is_new ? bytes[7] : bytes[2];
    if (version != 3)
        return tw_error_set(err, TW_EUSAGE,
                            "'%s' is a PMTiles archive of version %d, and version 3 can be read", path,
                            version);
    if (size < TW_PMTILES_HEADER_SIZE)
        return tw_error_set(err, TW_EINPUT, "'%s' is cut off: it has %zu bytes, and a header has %d", path,
                            size, TW_PMTILES_HEADER_SIZE);
    return TW_OK;
}

enum tw_status tw_pmtiles_read_head(const char *path, const uint8_t *bytes, size_t size,
                                    struct tw_pmtiles_head *head, struct tw_error *err)
{
    enum tw_status status = check_magic(path, bytes, size, err);
    if (status != TW_OK)
        return status;
    uint64_t numbers[11];
    for (int i = 0; i < 11; i++)
        numbers[i] = number_at(bytes + 8 + 8 * i, 8);
    *head = (struct tw_pmtiles_head){.header = {.root_offset = numbers[0],
                                                .root_size = numbers[1],
                                                .metadata_offset = numbers[2],
                                                .metadata_size = numbers[3],
                                                .leaves_offset = numbers[4],
                                                .leaves_size = numbers[5],
                                                .data_offset = numbers[6],
                                                .data_size = numbers[7],
                                                .num_tiles = numbers[8],
                                                .num_entries = numbers[9],
                                                .num_contents = numbers[10],
                                                .tile_type = bytes[99],
                                                .min_zoom = bytes[100],
                                                .max_zoom = bytes[101],
                                                .center_zoom = bytes[118]},
                                     .is_clustered = bytes[96] == 1,
                                     .internal_compression = bytes[97],
                                     .tile_compression = bytes[98]};
    for (int i = 0; i < 4; i++)
        head->header.bounds[i] = degrees_at(bytes + 102 + 4 * i);
    for (int i = 0; i < 2; i++)
        head->header.center[i] = degrees_at(bytes + 119 + 4 * i);
    return TW_OK;
}

static enum tw_status copy(const struct tw_pmtiles_packed *packed, size_t limit, char **bytes, size_t *size,
                           struct tw_error *err)
{
    if (packed->size > limit)
        return tw_error_set(err, TW_EINPUT, "it is too large");
    *bytes = malloc(packed->size + 1);
    if (*bytes == NULL)
        return tw_error_nomem(err);
    if (packed->size > 0)
        memcpy(*bytes, packed->bytes, packed->size);
    (*bytes)[packed->size] = '\0';
    *size = packed->size;
    return TW_OK;
}

/* gzip ends with the size of what it holds. */
static enum tw_status gunzip(const struct tw_pmtiles_packed *packed, size_t limit, char **bytes, size_t *size,
                             struct tw_error *err)
{
    if (packed->size < 18)
        return tw_error_set(err, TW_EINPUT, "it is not gzip");
    size_t length = (size_t)number_at((const uint8_t *)packed->bytes + packed->size - 4, 4), got = 0;
    if (length > limit)
        return tw_error_set(err, TW_EINPUT,
                            length / MOST_RATIO > packed->size ? "it is not gzip" : "it is too large");
    struct libdeflate_decompressor *unpacker = libdeflate_alloc_decompressor();
    char *unpacked = malloc(length + 1);
    bool nomem = unpacker == NULL || unpacked == NULL;
    bool done = !nomem && libdeflate_gzip_decompress(unpacker, packed->bytes, packed->size, unpacked, length,
                                                     &got) == LIBDEFLATE_SUCCESS;
    libdeflate_free_decompressor(unpacker);
    if (!done) {
        free(unpacked);
        return nomem ? tw_error_nomem(err) : tw_error_set(err, TW_EINPUT, "it is not gzip");
    }
    unpacked[got] = '\0';
    *bytes = unpacked;
    *size = got;
    return TW_OK;
}

enum tw_status tw_pmtiles_unpack(const struct tw_pmtiles_packed *packed, size_t limit, char **bytes,
                                 size_t *size, struct tw_error *err)
{
    return packed->compression == TW_PMTILES_GZIP ? gunzip(packed, limit, bytes, size, err)
                                                  : copy(packed, limit, bytes, size, err);
}

/* Numbers of variable length, read one after the other. */
struct numbers {
    const uint8_t *at, *end;
    bool failed;
};

static uint64_t next(struct numbers *numbers)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && numbers->at < numbers->end; shift += 7) {
        uint8_t byte = *numbers->at++;
        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    numbers->failed = true;
    return 0;
}

static const char *read_ids(struct numbers *numbers, struct tw_pmtiles_entries *entries)
{
    uint64_t last = 0;
    for (size_t i = 0; i < entries->count; i++) {
        uint64_t step = next(numbers);
        if (i > 0 && step == 0 && !numbers->failed)
            return "its ids do not ascend";
        if (step >= end_of_ids - last)
            return "an id is beyond those of zoom 30";
        entries->items[i].id = last += step;
    }
    return NULL;
}

static const char *read_runs(struct numbers *numbers, struct tw_pmtiles_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        struct tw_pmtiles_entry *entry = &entries->items[i];
        uint64_t run = next(numbers), end = i + 1 < entries->count ? entry[1].id : end_of_ids;
        if (run > UINT32_MAX || run > end - entry->id)
            return "runs of equal tiles overlap";
        entry->run = (uint32_t)run;
    }
    return NULL;
}

static const char *read_lengths(struct numbers *numbers, struct tw_pmtiles_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        uint64_t length = next(numbers);
        if ((length == 0 && !numbers->failed) || length > UINT32_MAX)
            return length == 0 ? "an entry has no bytes" : "an entry is larger than 4 GB";
        entries->items[i].length = (uint32_t)length;
    }
    return NULL;
}

static const char *read_offsets(struct numbers *numbers, struct tw_pmtiles_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        struct tw_pmtiles_entry *entry = &entries->items[i];
        uint64_t offset = next(numbers);
        if (offset == 0 && i == 0 && !numbers->failed)
            return "its first entry has no offset";
        entry->offset = offset > 0 || i == 0 ? offset - 1 : entry[-1].offset + entry[-1].length;
        if (!numbers->failed && entry->offset > (uint64_t)INT64_MAX - entry->length)
            return "an offset is too large";
    }
    return NULL;
}

static const char *read_entries(struct numbers *numbers, struct tw_pmtiles_entries *entries)
{
    const char *wrong = read_ids(numbers, entries);
    if (wrong == NULL)
        wrong = read_runs(numbers, entries);
    if (wrong == NULL)
        wrong = read_lengths(numbers, entries);
    if (wrong == NULL)
        wrong = read_offsets(numbers, entries);
    return numbers->failed ? "it is cut off" : wrong;
}

enum tw_status tw_pmtiles_read_directory(const struct tw_pmtiles_packed *packed,
                                         struct tw_pmtiles_entries *entries, struct tw_error *err)
{
    char *bytes = NULL;
    size_t size = 0;
    enum tw_status status = tw_pmtiles_unpack(packed, MOST_DIRECTORY, &bytes, &size, err);
    if (status != TW_OK)
        return status;
    struct numbers numbers = {(const uint8_t *)bytes, (const uint8_t *)bytes + size, false};
    uint64_t count = next(&numbers);
    const char *wrong = numbers.failed               ? "it is cut off"
                        : count == 0                 ? "it has no entries"
                        : count > size / LEAST_ENTRY ? "it is cut off"
                                                     : NULL;
    if (wrong == NULL) {
        entries->items = malloc(count * sizeof(*entries->items));
        entries->count = entries->capacity = entries->items != NULL ? count : 0;
        wrong = entries->items != NULL ? read_entries(&numbers, entries) : NULL;
    }
    free(bytes);
    if (wrong != NULL)
        return tw_error_set(err, TW_EINPUT, "%s", wrong);
    return entries->items != NULL ? TW_OK : tw_error_nomem(err);
}

const struct tw_pmtiles_entry *tw_pmtiles_find(const struct tw_pmtiles_entries *entries, uint64_t id)
{
    size_t first = 0, end = entries->count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (entries->items[middle].id <= id)
            first = middle + 1;
        else
            end = middle;
    }
    return first > 0 ? &entries->items[first - 1] : NULL;
}

/* Ids of the zooms above: 1 + 4 + 16 + ... */
uint64_t tw_pmtiles_first_id(int zoom)
{
    return ((UINT64_C(1) << (2 * zoom)) - 1) / 3;
}

int tw_pmtiles_zoom(uint64_t id)
{
    int zoom = 0;
    while (zoom < TW_MAX_ZOOM && tw_pmtiles_first_id(zoom + 1) <= id)
        zoom++;
    return zoom;
}

uint64_t tw_pmtiles_id(const struct tw_pyramid *pyramid, const struct tw_tile *tile)
{
    return tw_pmtiles_first_id(tile->zoom) + tw_tile_hilbert(pyramid, tile);
}

struct tw_tile tw_pmtiles_tile(const struct tw_pyramid *pyramid, uint64_t id)
{
    int zoom = tw_pmtiles_zoom(id);
    return tw_tile_from_hilbert(pyramid, zoom, id - tw_pmtiles_first_id(zoom));
}
