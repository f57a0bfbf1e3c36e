/* huffman.h - Huffman codes as deflate writes them (RFC 1951), and bits.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_HUFFMAN_H
#define TW_HUFFMAN_H

#include <stdint.h>
#include <string.h>

enum { TW_HUFFMAN_SYMBOLS = 286, TW_HUFFMAN_LONGEST = 12 };

/* The codes of symbols; a symbol that does not occur has length 0. Codes are written from their lowest bit
 * on. */
struct tw_huffman {
    size_t count;
    uint16_t codes[TW_HUFFMAN_SYMBOLS];
    uint8_t lengths[TW_HUFFMAN_SYMBOLS];
};

/* Bits that are gathered before they go to memory; 8 bytes behind `next` must be writable. */
struct tw_bits {
    uint8_t *next;
    uint64_t bits;
    uint32_t count;
};

/* Room for 57 bits after a flush. */
static inline void tw_bits_put(struct tw_bits *bits, uint64_t value, uint32_t count)
{
    bits->bits |= value << bits->count;
    bits->count += count;
}

static inline void tw_bits_flush(struct tw_bits *bits)
{
    uint64_t word = bits->bits;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    memcpy(bits->next, &word, sizeof(word));
    bits->next += bits->count >> 3;
    bits->bits >>= bits->count & ~7u;
    bits->count &= 7;
}

/* To the next whole byte. */
static inline void tw_bits_align(struct tw_bits *bits)
{
    tw_bits_flush(bits);
    bits->next += bits->count > 0 ? 1 : 0;
    bits->bits = 0;
    bits->count = 0;
}

/* The best codes of at most 12 bits, or nearly so, for symbols that occur so often (at most 286 of them). */
void tw_huffman_make(struct tw_huffman *huffman, const uint32_t *counts, size_t count);

/* How many bits the symbols take. */
uint64_t tw_huffman_bits(const struct tw_huffman *huffman, const uint32_t *counts);

/* The head of a block of deflate with these codes for literals and lengths, and one distance. */
void tw_huffman_put_lengths(struct tw_bits *bits, const struct tw_huffman *huffman);

#endif
