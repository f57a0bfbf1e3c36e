/* SPDX-License-Identifier: MIT */
#include "pixel_deflate.h"

#include "huffman.h"

#include <libdeflate.h>

#include <string.h>

enum {
    BLOCK_BYTES = 128 * 1024,
    STORED_BYTES = 65535,
    STORED_FRAME = 5,
    END_OF_BLOCK = 256,
    NUM_SYMBOLS = 286,
    GROUP = 8, /* bytes that are looked at together */
    LONGEST_MATCH = 258,
    LEAST_MATCH = 3,
    HEADER_BYTES = 512 /* more than the code lengths of a block ever take */
};

static uint64_t load_64(const uint8_t *from)
{
    uint64_t word;
    memcpy(&word, from, sizeof(word));
    return word;
}

/* How many of the bytes are 0, from the first on. */
static size_t zeros_at(const uint8_t *bytes, size_t size)
{
    size_t i = 0;
    while (i + GROUP <= size && load_64(bytes + i) == 0)
        i += GROUP;
    while (i < size && bytes[i] == 0)
        i++;
    return i;
}

/* The symbol of a match's length, and its extra bits (RFC 1951, 3.2.5). */
struct length_symbol {
    uint32_t symbol, extra, num_extra;
};

static struct length_symbol length_symbol(size_t length)
{
    uint32_t over = (uint32_t)length - LEAST_MATCH;
    if (length == LONGEST_MATCH)
        return (struct length_symbol){285, 0, 0};
    if (over < 8)
        return (struct length_symbol){257 + over, 0, 0};
    uint32_t high = 31 - (uint32_t)__builtin_clz(over), num_extra = high - 2;
    return (struct length_symbol){257 + 4 * num_extra + (over >> num_extra), over & ((1u << num_extra) - 1),
                                  num_extra};
}

/* A run of zeros is one literal, matches of what is one byte before, and what is left of it as literals. */
struct run {
    size_t matches; /* of the longest */
    size_t last;    /* length of one more; 0: none */
    size_t literals;
};

static struct run split_run(size_t length)
{
    struct run run = {(length - 1) / LONGEST_MATCH, (length - 1) % LONGEST_MATCH, 1};
    if (run.last < LEAST_MATCH) {
        run.literals += run.last;
        run.last = 0;
    }
    return run;
}

struct counts {
    uint32_t bytes[4][256]; /* in turn: counting equal neighbours in one of them waits for memory */
    uint32_t lengths[NUM_SYMBOLS];
    uint32_t distances, extra_bits;
};

static void count_run(struct counts *counts, size_t length)
{
    struct run run = split_run(length);
    counts->bytes[0][0] += (uint32_t)run.literals;
    counts->lengths[285] += (uint32_t)run.matches;
    counts->distances += (uint32_t)run.matches;
    if (run.last > 0) {
        struct length_symbol symbol = length_symbol(run.last);
        counts->lengths[symbol.symbol]++;
        counts->extra_bits += symbol.num_extra;
        counts->distances++;
    }
}

static void count_group(struct counts *counts, const uint8_t *bytes)
{
    for (int k = 0; k < GROUP; k += 4) {
        counts->bytes[0][bytes[k]]++;
        counts->bytes[1][bytes[k + 1]]++;
        counts->bytes[2][bytes[k + 2]]++;
        counts->bytes[3][bytes[k + 3]]++;
    }
}

static void count_symbols(const uint8_t *bytes, size_t size, struct counts *counts)
{
    size_t i = 0;
    while (i + GROUP <= size) {
        if (load_64(bytes + i) == 0) {
            size_t length = zeros_at(bytes + i, size - i);
            count_run(counts, length);
            i += length;
        } else {
            count_group(counts, bytes + i);
            i += GROUP;
        }
    }
    for (; i < size; i++)
        counts->bytes[0][bytes[i]]++;
}

static void put_run(struct tw_bits *bits, const struct tw_huffman *codes, size_t length)
{
    struct run run = split_run(length);
    for (; run.literals > 1; run.literals--)
        tw_bits_put(bits, codes->codes[0], codes->lengths[0]);
    tw_bits_put(bits, codes->codes[0], codes->lengths[0]);
    tw_bits_flush(bits);
    for (size_t i = 0; i < run.matches; i++) {
        tw_bits_put(bits, codes->codes[285], codes->lengths[285]);
        tw_bits_put(bits, 0, 1);
        tw_bits_flush(bits);
    }
    if (run.last > 0) {
        struct length_symbol symbol = length_symbol(run.last);
        tw_bits_put(bits, codes->codes[symbol.symbol], codes->lengths[symbol.symbol]);
        tw_bits_put(bits, symbol.extra, symbol.num_extra);
        tw_bits_put(bits, 0, 1);
        tw_bits_flush(bits);
    }
}

/* packed: a byte's code, and its length in the lowest four bits. */
static inline void put_four(struct tw_bits *restrict bits, const uint32_t *restrict packed,
                            const uint8_t *restrict bytes)
{
    for (int i = 0; i < 4; i++) {
        uint32_t code = packed[bytes[i]];
        tw_bits_put(bits, code >> 4, code & 15);
    }
    tw_bits_flush(bits);
}

/* Groups up to the first one of zeros. Returns how many bytes they are. The bits are a copy that nobody else
 * can see, so that they stay in registers. */
static size_t put_groups(struct tw_bits *target, const uint32_t *restrict packed, const uint8_t *bytes,
                         size_t size)
{
    struct tw_bits bits = *target;
    size_t i = 0;
    for (; i + GROUP <= size && load_64(bytes + i) != 0; i += GROUP) {
        put_four(&bits, packed, bytes + i);
        put_four(&bits, packed, bytes + i + 4);
    }
    *target = bits;
    return i;
}

static void put_symbols(struct tw_bits *bits, const struct tw_huffman *codes, const uint8_t *bytes,
                        size_t size)
{
    uint32_t packed[256];
    for (int i = 0; i < 256; i++)
        packed[i] = (uint32_t)codes->codes[i] << 4 | codes->lengths[i];
    size_t i = put_groups(bits, packed, bytes, size);
    while (i + GROUP <= size) {
        size_t length = zeros_at(bytes + i, size - i);
        put_run(bits, codes, length);
        i += length;
        i += put_groups(bits, packed, bytes + i, size - i);
    }
    for (; i < size; i++) {
        tw_bits_put(bits, packed[bytes[i]] >> 4, packed[bytes[i]] & 15);
        tw_bits_flush(bits);
    }
    tw_bits_put(bits, codes->codes[END_OF_BLOCK], codes->lengths[END_OF_BLOCK]);
    tw_bits_flush(bits);
}

static void put_stored(struct tw_bits *bits, const uint8_t *bytes, size_t size, bool is_last)
{
    do {
        size_t part = size < STORED_BYTES ? size : STORED_BYTES;
        tw_bits_put(bits, is_last && part == size ? 1 : 0, 3);
        tw_bits_align(bits);
        const uint8_t frame[4] = {(uint8_t)part, (uint8_t)(part >> 8), (uint8_t)~part, (uint8_t)(~part >> 8)};
        memcpy(bits->next, frame, sizeof(frame));
        memcpy(bits->next + sizeof(frame), bytes, part);
        bits->next += sizeof(frame) + part;
        bytes += part;
        size -= part;
    } while (size > 0);
}

static void put_block(struct tw_bits *bits, const uint8_t *bytes, size_t size, bool is_last)
{
    struct counts counts = {0};
    struct tw_huffman codes;
    count_symbols(bytes, size, &counts);
    for (int i = 0; i < 256; i++)
        counts.lengths[i] = counts.bytes[0][i] + counts.bytes[1][i] + counts.bytes[2][i] + counts.bytes[3][i];
    counts.lengths[END_OF_BLOCK] = 1;
    tw_huffman_make(&codes, counts.lengths, NUM_SYMBOLS);
    uint64_t num_bits = tw_huffman_bits(&codes, counts.lengths) + counts.extra_bits + counts.distances;
    if (num_bits / 8 + HEADER_BYTES >= size) {
        put_stored(bits, bytes, size, is_last);
        return;
    }
    tw_bits_put(bits, (is_last ? 1 : 0) | 2 << 1, 3); /* a block with codes of its own */
    tw_huffman_put_lengths(bits, &codes);
    put_symbols(bits, &codes, bytes, size);
}

size_t tw_pixel_deflate_bound(size_t size)
{
    size_t blocks = size / BLOCK_BYTES + 1;
    return size + (size / STORED_BYTES + 2 * blocks) * STORED_FRAME + HEADER_BYTES;
}

size_t tw_pixel_deflate(const uint8_t *bytes, size_t size, uint8_t *out)
{
    struct tw_bits bits = {.next = out + 2};
    size_t blocks = (size + BLOCK_BYTES - 1) / BLOCK_BYTES, done = 0;
    out[0] = 0x78; /* deflate with a window of 32 kB, the fastest level (RFC 1950) */
    out[1] = 0x01;
    if (blocks == 0)
        blocks = 1;
    for (size_t i = 0; i < blocks; i++) {
        size_t part = (size - done) / (blocks - i);
        put_block(&bits, bytes + done, part, i + 1 == blocks);
        done += part;
    }
    tw_bits_align(&bits);
    uint32_t sum = libdeflate_adler32(1, bytes, size);
    for (int i = 0; i < 4; i++)
        *bits.next++ = (uint8_t)(sum >> (24 - 8 * i));
    return (size_t)(bits.next - out);
}

bool tw_pixel_deflate_suits(struct libdeflate_compressor *compressor, const uint8_t *bytes, size_t size,
                            uint8_t *scratch)
{
    enum { LEAST_TRIED = 8 * 1024, SHARE = 32 };
    size_t part = size / SHARE > LEAST_TRIED ? size / SHARE : LEAST_TRIED;
    if (part > size)
        part = size;
    const uint8_t *from = bytes + (size - part) / 2;
    size_t bound = tw_pixel_deflate_bound(part);
    size_t searched = libdeflate_zlib_compress(compressor, from, part, scratch, bound);
    return searched == 0 || tw_pixel_deflate(from, part, scratch) <= searched;
}
