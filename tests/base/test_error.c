/* Errors, fingerprints and rasters: the small files of the layer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "error.h"
#include "hash.h"
#include "raster.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static void each_level_puts_its_place_in_front(void **state)
{
    (void)state;
    struct tw_error err;
    assert_int_equal(tw_error_set(&err, TW_EINPUT, "cannot open '%s'", "dem.tif"), TW_EINPUT);
    assert_int_equal(tw_error_prefix(&err, "input '%s': ", "dem"), TW_EINPUT);
    assert_int_equal(tw_error_prefix(&err, "tile %d/%d/%d: ", 8, 40, 60), TW_EINPUT);
    assert_string_equal(err.message, "tile 8/40/60: input 'dem': cannot open 'dem.tif'");
}

static void long_messages_are_cut_at_the_end(void **state)
{
    (void)state;
    struct tw_error err;
    char endless[3 * TW_ERROR_SIZE];
    memset(endless, 'x', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    tw_error_set(&err, TW_EINPUT, "%s", endless);
    assert_int_equal(strlen(err.message), TW_ERROR_SIZE - 1);
    tw_error_prefix(&err, "first: ");
    assert_int_equal(strlen(err.message), TW_ERROR_SIZE - 1);
    assert_memory_equal(err.message, "first: xxx", 10);
    tw_error_prefix(&err, "%s", endless);
    assert_int_equal(strlen(err.message), TW_ERROR_SIZE - 1);
}

static void nobody_needs_to_listen(void **state)
{
    (void)state;
    assert_int_equal(tw_error_set(NULL, TW_EUSAGE, "x"), TW_EUSAGE);
    assert_int_equal(tw_error_nomem(NULL), TW_ENOMEM);
    tw_error_prefix(NULL, "x");
    struct tw_error err;
    tw_error_nomem(&err);
    assert_string_equal(err.message, "out of memory");
}

/* XXH3's 128 bits of nothing, in the order in which it prints them. */
static void fingerprint_is_xxh3(void **state)
{
    (void)state;
    char nothing[TW_FINGERPRINT_SIZE], a[TW_FINGERPRINT_SIZE], b[TW_FINGERPRINT_SIZE];
    tw_fingerprint("", 0, nothing);
    assert_string_equal(nothing, "99aa06d3014798d86001c324468d497f");
    tw_fingerprint("abc", 3, a);
    tw_fingerprint("abd", 3, b);
    assert_string_not_equal(a, b);
}

static void raster_is_empty_when_all_of_its_bands_are(void **state)
{
    (void)state;
    uint8_t pixels[1] = {0}, none[1] = {0};
    struct tw_array bands[2] = {{pixels, none, 1, 1, TW_UINT8}, {pixels, NULL, 1, 1, TW_UINT8}};
    static const char *const names[] = {"red", "nir"};
    struct tw_raster raster = {2, bands, names, NULL};
    assert_false(tw_raster_is_empty(&raster));
    bands[1].valid = none;
    assert_true(tw_raster_is_empty(&raster));
    assert_true(tw_raster_is_empty(&(struct tw_raster){0, NULL, NULL, NULL}));
    assert_int_equal(tw_raster_find(&raster, "nir"), 1);
    assert_int_equal(tw_raster_find(&raster, "blue"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_level_puts_its_place_in_front),
        cmocka_unit_test(long_messages_are_cut_at_the_end),
        cmocka_unit_test(nobody_needs_to_listen),
        cmocka_unit_test(fingerprint_is_xxh3),
        cmocka_unit_test(raster_is_empty_when_all_of_its_bands_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
