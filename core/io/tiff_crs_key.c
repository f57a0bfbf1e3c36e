/* TIFF 6.0 (Adobe 1992); BigTIFF; OGC GeoTIFF 1.1 (19-008r4), 7.1.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tiff_crs_key.h"

#include "file.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_TAG = 34735, LAST_TAG = 34737, LONGEST_BYTES = 65536, MOST_ENTRIES = 4096 };

struct tiff {
    FILE *file;
    bool is_little, is_big; /* byte order; BigTIFF */
};

static bool read_at(const struct tiff *tiff, uint64_t offset, void *bytes, size_t size)
{
    return offset < INT64_MAX && fseeko(tiff->file, (off_t)offset, SEEK_SET) == 0 &&
           fread(bytes, 1, size, tiff->file) == size;
}

static uint64_t number(const struct tiff *tiff, const unsigned char *bytes, int size)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++)
        value = value << 8 | bytes[tiff->is_little ? size - 1 - i : i];
    return value;
}

/* Opens the file's first directory: where its entries begin, and how many there are. */
static bool find_entries(struct tiff *tiff, uint64_t *offset, uint64_t *count)
{
    unsigned char head[16];
    if (!read_at(tiff, 0, head, 8) || head[0] != head[1] || (head[0] != 'I' && head[0] != 'M'))
        return false;
    tiff->is_little = head[0] == 'I';
    uint64_t version = number(tiff, head + 2, 2);
    tiff->is_big = version == 43;
    if ((version != 42 && version != 43) || (tiff->is_big && !read_at(tiff, 8, head + 8, 8)))
        return false;
    int size = tiff->is_big ? 8 : 2;
    *offset = tiff->is_big ? number(tiff, head + 8, 8) : number(tiff, head + 4, 4);
    if (!read_at(tiff, *offset, head, (size_t)size))
        return false;
    *count = number(tiff, head, size);
    *offset += (uint64_t)size;
    return *count <= MOST_ENTRIES;
}

static uint64_t type_size(uint64_t type)
{
    static const unsigned char sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
    return type < sizeof(sizes) ? sizes[type] : 0;
}

static bool add_values(const struct tiff *tiff, const unsigned char *entry, struct tw_text *key)
{
    int width = tiff->is_big ? 8 : 4;
    uint64_t count = number(tiff, entry + 4, width), size = type_size(number(tiff, entry + 2, 2));
    const unsigned char *values = entry + 4 + width;
    unsigned char bytes[LONGEST_BYTES];
    if (count > LONGEST_BYTES || size == 0 || count * size > LONGEST_BYTES)
        return false;
    tw_text_add_bytes(key, entry, (size_t)(4 + width));
    if (count * size <= (uint64_t)width) {
        tw_text_add_bytes(key, values, (size_t)width);
        return true;
    }
    if (!read_at(tiff, number(tiff, values, width), bytes, (size_t)(count * size)))
        return false;
    tw_text_add_bytes(key, bytes, (size_t)(count * size));
    return true;
}

static bool add_tags(struct tiff *tiff, struct tw_text *key)
{
    uint64_t offset = 0, count = 0;
    if (!find_entries(tiff, &offset, &count))
        return false;
    uint64_t size = tiff->is_big ? 20 : 12;
    for (uint64_t i = 0; i < count; i++) {
        unsigned char entry[20];
        if (!read_at(tiff, offset + i * size, entry, (size_t)size))
            return false;
        uint64_t tag = number(tiff, entry, 2);
        if (tag >= FIRST_TAG && tag <= LAST_TAG && !add_values(tiff, entry, key))
            return false;
    }
    return key->length > 0 && !key->failed;
}

bool tw_tiff_crs_key(const char *path, struct tw_text *key)
{
    tw_text_clear(key);
    if (tw_path_is_remote(path))
        return false;
    struct tiff tiff = {.file = fopen(path, "rb")};
    if (tiff.file == NULL)
        return false;
    bool found = add_tags(&tiff, key);
    fclose(tiff.file);
    return found;
}
