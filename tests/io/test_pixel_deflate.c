/* Streams of Huffman codes and runs, read back with libdeflate.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pixel_deflate.h"

#include <libdeflate.h>

#include <stdlib.h>
#include <string.h>

enum { MOST = 400 * 1000 };

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Compresses, checks the bound, reads back; returns the size. */
static size_t go_there_and_back(const uint8_t *bytes, size_t size)
{
    size_t bound = tw_pixel_deflate_bound(size), got = 0;
    uint8_t *packed = malloc(bound), *back = malloc(size + 1);
    size_t packed_size = tw_pixel_deflate(bytes, size, packed);
    assert_true(packed_size <= bound);
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    assert_int_equal(libdeflate_zlib_decompress(decompressor, packed, packed_size, back, size + 1, &got),
                     LIBDEFLATE_SUCCESS);
    libdeflate_free_decompressor(decompressor);
    assert_int_equal(got, size);
    assert_memory_equal(back, bytes, size);
    free(packed);
    free(back);
    return packed_size;
}

static bool suits(const uint8_t *bytes, size_t size)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(1);
    uint8_t *scratch = malloc(tw_pixel_deflate_bound(size));
    bool result = tw_pixel_deflate_suits(compressor, bytes, size, scratch);
    free(scratch);
    libdeflate_free_compressor(compressor);
    return result;
}

/* What is left of a smooth picture when it is predicted: small numbers of either sign. */
static void fill_residuals(uint8_t *bytes, size_t size, uint32_t seed)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(next_random(&seed) % 9 + next_random(&seed) % 9 - 8);
}

static void every_small_size_comes_back(void **state)
{
    (void)state;
    uint8_t bytes[80];
    for (uint32_t values = 1; values <= 256; values += 51)
        for (size_t size = 0; size <= sizeof(bytes); size++) {
            uint32_t seed = values;
            for (size_t i = 0; i < size; i++)
                bytes[i] = (uint8_t)(next_random(&seed) % values);
            go_there_and_back(bytes, size);
        }
}

/* A run lies between other bytes, at every place of a group of eight. */
static void runs_of_every_length_come_back(void **state)
{
    (void)state;
    uint8_t bytes[2000];
    for (size_t before = 0; before <= 8; before++)
        for (size_t length = 0; length <= 900; length += length < 300 ? 1 : 37) {
            fill_residuals(bytes, sizeof(bytes), 7);
            memset(bytes + before, 0, length);
            go_there_and_back(bytes, before + length);
            go_there_and_back(bytes, before + length + 100);
        }
}

static void zeros_take_next_to_nothing(void **state)
{
    (void)state;
    uint8_t *bytes = calloc(MOST, 1);
    assert_true(go_there_and_back(bytes, MOST) < MOST / 200);
    free(bytes);
}

/* Each value occurs 1.6 times as often as the one before: best codes would have up to 25 bits. */
static void codes_are_cut_to_twelve_bits(void **state)
{
    (void)state;
    uint8_t *bytes = malloc(MOST);
    size_t size = 0;
    for (size_t value = 1, count = 1, last = 1; size + count <= MOST && value < 256; value++) {
        memset(bytes + size, (int)value, count);
        size += count;
        size_t sum = count + last;
        last = count;
        count = sum;
    }
    assert_true(go_there_and_back(bytes, size) < size / 2);
    free(bytes);
}

static void noise_is_stored(void **state)
{
    (void)state;
    uint8_t *bytes = malloc(MOST);
    uint32_t seed = 3;
    for (size_t i = 0; i < MOST; i++)
        bytes[i] = (uint8_t)next_random(&seed);
    assert_true(go_there_and_back(bytes, MOST) < MOST + 200);
    go_there_and_back(bytes, 65535);
    go_there_and_back(bytes, 65536);
    assert_true(suits(bytes, MOST));
    free(bytes);
}

static void residuals_of_photographs_suit_and_shrink(void **state)
{
    (void)state;
    uint8_t *bytes = malloc(MOST);
    fill_residuals(bytes, MOST, 1);
    assert_true(suits(bytes, MOST));
    assert_true(go_there_and_back(bytes, MOST) < MOST * 51 / 100); /* 3.9 bits of entropy */
    free(bytes);
}

static void patterns_do_not_suit(void **state)
{
    (void)state;
    uint8_t *bytes = malloc(MOST);
    fill_residuals(bytes, 1000, 1);
    for (size_t i = 1000; i < MOST; i++)
        bytes[i] = bytes[i - 1000];
    assert_false(suits(bytes, MOST));
    free(bytes);
}

/* The same value three times: short repeats are all over the place. */
static void gray_as_three_bands_does_not_suit(void **state)
{
    (void)state;
    uint8_t *bytes = malloc(MOST);
    fill_residuals(bytes, MOST, 1);
    for (size_t i = 0; i + 3 <= MOST; i += 3)
        bytes[i + 1] = bytes[i + 2] = bytes[i];
    assert_false(suits(bytes, MOST));
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_small_size_comes_back),
        cmocka_unit_test(runs_of_every_length_come_back),
        cmocka_unit_test(zeros_take_next_to_nothing),
        cmocka_unit_test(codes_are_cut_to_twelve_bits),
        cmocka_unit_test(noise_is_stored),
        cmocka_unit_test(residuals_of_photographs_suit_and_shrink),
        cmocka_unit_test(patterns_do_not_suit),
        cmocka_unit_test(gray_as_three_bands_does_not_suit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
