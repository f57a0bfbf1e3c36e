/* What formats hold to tell that they are whole: lengths, end marks, checksums.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile_check.h"

#include <libdeflate.h>

#include <string.h>
#include <strings.h>

static const char cut_off[] = "the file is cut off";

static bool begins_with(const struct tw_tile_bytes *bytes, const void *start, size_t length)
{
    return bytes->size >= length && memcmp(bytes->data, start, length) == 0;
}

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* PNG, second edition, section 5.3: length, type, data, CRC of type and data. */
static bool check_png(const struct tw_tile_bytes *bytes, struct tw_reason *reason)
{
    size_t at = 8;
    if (!begins_with(bytes, "\x89PNG\r\n\x1a\n", 8))
        return tw_reason_set(reason, "it is no PNG file");
    while (bytes->size - at >= 12) {
        const unsigned char *chunk = bytes->data + at;
        size_t length = big_endian(chunk);
        if (length > bytes->size - at - 12)
            return tw_reason_set(reason, cut_off);
        if (libdeflate_crc32(0, chunk + 4, length + 4) != big_endian(chunk + 8 + length))
            return tw_reason_set(reason, "the checksum of its part '%.4s' is wrong", (const char *)chunk + 4);
        at += 12 + length;
        if (memcmp(chunk + 4, "IEND", 4) == 0)
            return at == bytes->size || tw_reason_set(reason, "something follows the end of the picture");
    }
    return tw_reason_set(reason, cut_off);
}

/* Other programs may write zeros behind the end. */
static bool check_jpeg(const struct tw_tile_bytes *bytes, struct tw_reason *reason)
{
    size_t size = bytes->size;
    if (!begins_with(bytes, "\xff\xd8\xff", 3))
        return tw_reason_set(reason, "it is no JPEG file");
    while (size > 2 && bytes->data[size - 1] == 0)
        size--;
    if (bytes->data[size - 2] != 0xff || bytes->data[size - 1] != 0xd9)
        return tw_reason_set(reason, cut_off);
    return true;
}

static bool check_webp(const struct tw_tile_bytes *bytes, struct tw_reason *reason)
{
    const unsigned char *data = bytes->data;
    if (!begins_with(bytes, "RIFF", 4) || bytes->size < 12 || memcmp(data + 8, "WEBP", 4) != 0)
        return tw_reason_set(reason, "it is no WebP file");
    uint32_t size = (uint32_t)data[7] << 24 | (uint32_t)data[6] << 16 | (uint32_t)data[5] << 8 | data[4];
    if (bytes->size < (size_t)size + 8)
        return tw_reason_set(reason, cut_off);
    return true;
}

/* The SQLite file format, section 1.3: the page size at 16, the number of pages at 28. */
static bool check_sqlite(const struct tw_tile_bytes *bytes, struct tw_reason *reason)
{
    if (!begins_with(bytes, "SQLite format 3", 16))
        return tw_reason_set(reason, "it is no GeoPackage");
    if (bytes->size < 100)
        return tw_reason_set(reason, cut_off);
    size_t page = (size_t)bytes->data[16] << 8 | bytes->data[17];
    if (page == 1)
        page = 65536;
    if (bytes->size < page * big_endian(bytes->data + 28))
        return tw_reason_set(reason, cut_off);
    return true;
}

static bool check_tiff(const struct tw_tile_bytes *bytes, struct tw_reason *reason)
{
    static const char *const starts[] = {"II*\0", "MM\0*", "II+\0", "MM\0+"};
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (begins_with(bytes, starts[i], 4))
            return true;
    return tw_reason_set(reason, "it is no GeoTIFF");
}

static bool check_flatgeobuf(const struct tw_tile_bytes *bytes, struct tw_reason *reason)
{
    return begins_with(bytes, "fgb", 3) || tw_reason_set(reason, "it is no FlatGeobuf file");
}

bool tw_container_check(const char *extension, const struct tw_tile_bytes *bytes, struct tw_reason *reason)
{
    static const struct {
        const char *extension;
        bool (*check)(const struct tw_tile_bytes *bytes, struct tw_reason *reason);
    } checks[] = {{"png", check_png},   {"jpg", check_jpeg},      {"jpeg", check_jpeg},
                  {"webp", check_webp}, {"gpkg", check_sqlite},   {"tif", check_tiff},
                  {"tiff", check_tiff}, {"fgb", check_flatgeobuf}};
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        if (strcasecmp(checks[i].extension, extension) == 0)
            return checks[i].check(bytes, reason);
    return true;
}
