/* pixel_deflate.h - compresses the filtered rows of photographs: Huffman codes and runs of zeros, no search
 * for repeats.
 *
 * In what is left of a photograph when each pixel is predicted from its neighbours hardly anything repeats. A
 * search for repeats (LZ77) takes most of the time of deflate there and makes files that are not smaller.
 * What is written is an ordinary zlib stream (RFC 1950, 1951). Pictures in which much repeats (maps,
 * drawings, patterns) are told apart; they are for libdeflate.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PIXEL_DEFLATE_H
#define TW_PIXEL_DEFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct libdeflate_compressor;

/* How many bytes the stream of that many bytes takes at most. */
size_t tw_pixel_deflate_bound(size_t size);

/* Writes the zlib stream; `out` has room for the bound. Returns its size. */
size_t tw_pixel_deflate(const uint8_t *bytes, size_t size, uint8_t *out);

/* Whether these bytes get no smaller with a search for repeats: both ways are tried on some of them, from the
 * middle. compressor: the one that would search. scratch: room for the bound of the size. */
bool tw_pixel_deflate_suits(struct libdeflate_compressor *compressor, const uint8_t *bytes, size_t size,
                            uint8_t *scratch);

#endif
