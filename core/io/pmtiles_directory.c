/* SPDX-License-Identifier: MIT */
#include "pmtiles_directory.h"

#include <libdeflate.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_LEAF_ENTRIES = 4096, GZIP_LEVEL = 9, GZIP = 2, NOT_COMPRESSED = 1 };

bool tw_pmtiles_add(struct tw_pmtiles_entries *entries, const struct tw_pmtiles_entry *entry)
{
    struct tw_pmtiles_entry *last = entries->count > 0 ? &entries->items[entries->count - 1] : NULL;
    if (last != NULL && last->id + last->run == entry->id && last->offset == entry->offset &&
        last->length == entry->length && last->run <= UINT32_MAX - entry->run) {
        last->run += entry->run;
        return true;
    }
    if (entries->count == entries->capacity) {
        size_t capacity = entries->capacity > 0 ? entries->capacity * 2 : 1024;
        struct tw_pmtiles_entry *items = realloc(entries->items, capacity * sizeof(*items));
        if (items == NULL)
            return false;
        entries->items = items;
        entries->capacity = capacity;
    }
    entries->items[entries->count++] = *entry;
    return true;
}

static void add_varint(struct tw_text *text, uint64_t value)
{
    uint8_t bytes[10];
    size_t count = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[count++] = (uint8_t)(value | 0x80);
    bytes[count++] = (uint8_t)value;
    tw_text_add_bytes(text, bytes, count);
}

static void add_offsets(const struct tw_pmtiles_entry *entries, size_t count, struct tw_text *text)
{
    for (size_t i = 0; i < count; i++) {
        bool follows = i > 0 && entries[i].offset == entries[i - 1].offset + entries[i - 1].length;
        add_varint(text, follows ? 0 : entries[i].offset + 1);
    }
}

bool tw_pmtiles_gzip(const void *bytes, size_t size, struct tw_text *packed)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(GZIP_LEVEL);
    size_t bound = compressor != NULL ? libdeflate_gzip_compress_bound(compressor, size) : 0;
    void *out = bound > 0 ? malloc(bound) : NULL;
    size_t length = out != NULL ? libdeflate_gzip_compress(compressor, bytes, size, out, bound) : 0;
    tw_text_add_bytes(packed, out, length);
    free(out);
    libdeflate_free_compressor(compressor);
    return length > 0 && !packed->failed;
}

static bool pack_directory(const struct tw_pmtiles_entry *entries, size_t count, struct tw_text *packed)
{
    struct tw_text text = {0};
    uint64_t last = 0;
    add_varint(&text, count);
    for (size_t i = 0; i < count; last = entries[i++].id)
        add_varint(&text, entries[i].id - last);
    for (size_t i = 0; i < count; i++)
        add_varint(&text, entries[i].run);
    for (size_t i = 0; i < count; i++)
        add_varint(&text, entries[i].length);
    add_offsets(entries, count, &text);
    bool done = !text.failed && tw_pmtiles_gzip(tw_text_get(&text), text.length, packed);
    tw_text_free(&text);
    return done;
}

static bool pack_leaves(const struct tw_pmtiles_entries *entries, size_t leaf_entries, struct tw_text *root,
                        struct tw_text *leaves)
{
    struct tw_pmtiles_entries pointers = {0};
    bool done = true;
    for (size_t first = 0; done && first < entries->count; first += leaf_entries) {
        size_t left = entries->count - first, start = leaves->length;
        done = pack_directory(entries->items + first, left < leaf_entries ? left : leaf_entries, leaves);
        struct tw_pmtiles_entry pointer = {entries->items[first].id, start,
                                           (uint32_t)(leaves->length - start), 0};
        done = done && tw_pmtiles_add(&pointers, &pointer);
    }
    done = done && pack_directory(pointers.items, pointers.count, root);
    free(pointers.items);
    return done;
}

bool tw_pmtiles_pack(const struct tw_pmtiles_entries *entries, struct tw_text *root, struct tw_text *leaves)
{
    const size_t most = TW_PMTILES_ROOT_END - TW_PMTILES_HEADER_SIZE;
    if (!pack_directory(entries->items, entries->count, root))
        return false;
    for (size_t leaf = FIRST_LEAF_ENTRIES; root->length > most; leaf *= 2) {
        tw_text_clear(root);
        tw_text_clear(leaves);
        if (!pack_leaves(entries, leaf, root, leaves))
            return false;
    }
    return true;
}

static uint8_t *put(uint8_t *at, uint64_t value, int size)
{
    for (int i = 0; i < size; i++)
        *at++ = (uint8_t)(value >> (8 * i));
    return at;
}

static uint8_t *put_degrees(uint8_t *at, double degrees)
{
    return put(at, (uint64_t)llround(degrees * 1e7), 4);
}

void tw_pmtiles_write_header(const struct tw_pmtiles_header *header, uint8_t bytes[TW_PMTILES_HEADER_SIZE])
{
    memcpy(bytes, "PMTiles\x03", 8);
    uint8_t *at = bytes + 8;
    const uint64_t numbers[] = {header->root_offset,   header->root_size,     header->metadata_offset,
                                header->metadata_size, header->leaves_offset, header->leaves_size,
                                header->data_offset,   header->data_size,     header->num_tiles,
                                header->num_entries,   header->num_contents};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        at = put(at, numbers[i], 8);
    const uint8_t small[] = {1, GZIP, NOT_COMPRESSED, header->tile_type, header->min_zoom, header->max_zoom};
    memcpy(at, small, sizeof(small));
    at += sizeof(small);
    for (int i = 0; i < 4; i++)
        at = put_degrees(at, header->bounds[i]);
    *at++ = header->center_zoom;
    at = put_degrees(at, header->center[0]);
    put_degrees(at, header->center[1]);
}
