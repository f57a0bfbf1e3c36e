/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static void memory_is_aligned_and_apart(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(0);
    unsigned char *pieces[200];
    for (size_t i = 0; i < 200; i++) {
        pieces[i] = tw_arena_alloc(arena, i * 37);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % TW_ARENA_ALIGNMENT, 0);
        memset(pieces[i], (int)i, i * 37);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t k = 0; k < i * 37; k++)
            assert_int_equal(pieces[i][k], (unsigned char)i);
    tw_arena_free(arena);
    tw_arena_free(NULL);
}

static void budget_is_enforced_to_the_last_block(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(1000 * TW_ARENA_ALIGNMENT);
    for (int i = 0; i < 1000; i++)
        assert_non_null(tw_arena_alloc(arena, 1));
    assert_null(tw_arena_alloc(arena, 1));
    assert_null(tw_arena_alloc(arena, 0));
    assert_int_equal(tw_arena_used(arena), tw_arena_budget(arena));
    tw_arena_reset(arena);
    assert_int_equal(tw_arena_used(arena), 0);
    assert_int_equal(tw_arena_peak(arena), 1000 * TW_ARENA_ALIGNMENT);
    assert_non_null(tw_arena_alloc(arena, 1000 * TW_ARENA_ALIGNMENT));
    assert_null(tw_arena_alloc(arena, 1));
    tw_arena_free(arena);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(0);
    assert_null(tw_arena_alloc(arena, SIZE_MAX));
    assert_null(tw_arena_alloc(arena, SIZE_MAX - 10));
    assert_null(tw_arena_calloc(arena, SIZE_MAX / 2, 3));
    struct tw_arena *tight = tw_arena_new(4096);
    assert_null(tw_arena_alloc(tight, SIZE_MAX));
    assert_null(tw_arena_calloc(tight, SIZE_MAX / 8, 16));
    tw_arena_free(tight);
    tw_arena_free(arena);
}

static void calloc_gives_zeros_in_used_memory(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(0);
    memset(tw_arena_alloc(arena, 5000), 255, 5000);
    tw_arena_reset(arena);
    const unsigned char *zeros = tw_arena_calloc(arena, 100, 50);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(zeros[i], 0);
    tw_arena_free(arena);
}

/* The same requests after a reset get the same memory: nothing new is asked of the system. */
static void blocks_are_kept_over_a_reset(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(0);
    void *first[20];
    for (size_t i = 0; i < 20; i++)
        first[i] = tw_arena_alloc(arena, 50000 * (i + 1));
    for (int round = 0; round < 3; round++) {
        tw_arena_reset(arena);
        for (size_t i = 0; i < 20; i++)
            assert_ptr_equal(tw_arena_alloc(arena, 50000 * (i + 1)), first[i]);
    }
    tw_arena_free(arena);
}

static void release_gives_back_what_came_after_the_mark(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(1 << 20);
    struct tw_arena_mark start = tw_arena_mark(arena);
    char *kept = tw_arena_strdup(arena, "kept");
    struct tw_arena_mark mark = tw_arena_mark(arena);
    size_t used = tw_arena_used(arena);
    for (int i = 0; i < 50; i++) {
        assert_non_null(tw_arena_alloc(arena, 900000));
        tw_arena_release(arena, mark);
        assert_int_equal(tw_arena_used(arena), used);
    }
    assert_string_equal(kept, "kept");
    tw_arena_release(arena, start);
    assert_int_equal(tw_arena_used(arena), 0);
    assert_non_null(tw_arena_alloc(arena, 1 << 20));
    tw_arena_free(arena);
}

/* Kept blocks of other sizes do not eat the budget: whatever fits may be had after a reset. */
static void budget_holds_whatever_was_allocated_before(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(4 << 20);
    for (size_t size = 1 << 10; size <= 4 << 20; size *= 2) {
        for (size_t got = 0; got + size <= 4 << 20; got += size)
            assert_non_null(tw_arena_alloc(arena, size));
        tw_arena_reset(arena);
    }
    for (size_t size = 4 << 20; size >= 1 << 10; size /= 2) {
        for (size_t got = 0; got + size <= 4 << 20; got += size)
            assert_non_null(tw_arena_alloc(arena, size));
        tw_arena_reset(arena);
    }
    tw_arena_free(arena);
}

static void text_is_copied_and_formatted(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(256);
    assert_string_equal(tw_arena_printf(arena, "%d/%s", 8, "x"), "8/x");
    assert_string_equal(tw_arena_strndup(arena, "abcdef", 3), "abc");
    assert_string_equal(tw_arena_strdup(arena, ""), "");
    assert_null(tw_arena_strdup(arena, NULL));
    assert_null(tw_arena_printf(arena, "%200d", 1));
    tw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_aligned_and_apart),
        cmocka_unit_test(budget_is_enforced_to_the_last_block),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(calloc_gives_zeros_in_used_memory),
        cmocka_unit_test(blocks_are_kept_over_a_reset),
        cmocka_unit_test(release_gives_back_what_came_after_the_mark),
        cmocka_unit_test(budget_holds_whatever_was_allocated_before),
        cmocka_unit_test(text_is_copied_and_formatted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
