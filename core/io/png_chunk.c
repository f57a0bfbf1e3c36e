/* SPDX-License-Identifier: MIT */
#include "png_chunk.h"
#include "pixel_deflate.h"

#include <libdeflate.h>

#include <string.h>

static void put_uint32(unsigned char *at, size_t value)
{
    at[0] = (unsigned char)(value >> 24);
    at[1] = (unsigned char)(value >> 16);
    at[2] = (unsigned char)(value >> 8);
    at[3] = (unsigned char)value;
}

void tw_png_close_chunk(struct tw_bytes *bytes, const char name[5], size_t size)
{
    unsigned char *chunk = bytes->data + bytes->size;
    put_uint32(chunk, size);
    memcpy(chunk + 4, name, 4);
    put_uint32(chunk + TW_PNG_CHUNK_DATA + size, libdeflate_crc32(0, chunk + 4, size + 4));
    bytes->size += size + TW_PNG_CHUNK_FRAME;
}

void tw_png_put_header(struct tw_bytes *bytes, const int32_t size_px[2], int bits, int color_type)
{
    static const unsigned char signature[TW_PNG_SIGNATURE] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    memcpy(bytes->data, signature, sizeof(signature));
    bytes->size = sizeof(signature);
    unsigned char *header = bytes->data + bytes->size + TW_PNG_CHUNK_DATA;
    put_uint32(header, (size_t)size_px[0]);
    put_uint32(header + 4, (size_t)size_px[1]);
    header[8] = (unsigned char)bits;
    header[9] = (unsigned char)color_type;
    memset(header + 10, 0, 3);
    tw_png_close_chunk(bytes, "IHDR", 13);
}

size_t tw_png_pixels_bound(size_t raw)
{
    size_t bound = libdeflate_zlib_compress_bound(NULL, raw); /* what libdeflate needs at any level */
    size_t own_bound = tw_pixel_deflate_bound(raw);
    return (bound > own_bound ? bound : own_bound) + 2 * TW_PNG_CHUNK_FRAME;
}

/* Level 1 is for speed: what was a photograph is written without a search for repeats. Returns the size. */
static size_t compress(struct libdeflate_compressor *compressor, int level, const unsigned char *rows,
                       size_t raw, unsigned char *out)
{
    if (level == 1 && tw_pixel_deflate_suits(compressor, rows, raw, out))
        return tw_pixel_deflate(rows, raw, out);
    return libdeflate_zlib_compress(compressor, rows, raw, out,
                                    libdeflate_zlib_compress_bound(compressor, raw));
}

enum tw_status tw_png_put_pixels(struct tw_bytes *bytes, const unsigned char *rows, size_t raw, int level,
                                 struct tw_error *err)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);
    if (compressor == NULL)
        return tw_error_nomem(err);
    size_t packed = compress(compressor, level, rows, raw, bytes->data + bytes->size + TW_PNG_CHUNK_DATA);
    libdeflate_free_compressor(compressor);
    if (packed == 0 || packed > 0x7fffffff)
        return tw_error_set(err, TW_ESTORAGE,
                            "the tile has too many pixels for one PNG; lower output.metatiling");
    tw_png_close_chunk(bytes, "IDAT", packed);
    tw_png_close_chunk(bytes, "IEND", 0);
    return TW_OK;
}

enum tw_status tw_png_blank(int side_px, struct tw_bytes *bytes, struct tw_error *err)
{
    enum { RGBA = 6, LEVEL = 1 };
    const int32_t size_px[] = {side_px, side_px};
    size_t raw = (4 * (size_t)side_px + 1) * (size_t)side_px, file = TW_PNG_HEADER + tw_png_pixels_bound(raw);
    if (!tw_bytes_reserve(bytes, file + raw))
        return tw_error_nomem(err);
    memset(bytes->data + file, 0, raw);
    tw_png_put_header(bytes, size_px, 8, RGBA);
    return tw_png_put_pixels(bytes, bytes->data + file, raw, LEVEL, err);
}
