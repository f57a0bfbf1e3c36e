/* The schema's table of keys is that of the checks, in both directions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "schema.h"

#include "dataset_pool.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void every_key_is_described_and_every_description_is_of_a_key(void **state)
{
    (void)state;
    struct tw_text gaps = {0};
    struct tw_error err = {0};
    assert_int_equal(tw_schema_gaps(&gaps, &err), TW_OK);
    assert_string_equal(tw_text_get(&gaps), "");
    tw_text_free(&gaps);
}

static void the_schema_is_the_same_every_time(void **state)
{
    (void)state;
    struct tw_text one = {0}, other = {0};
    struct tw_error err = {0};
    assert_int_equal(tw_schema_make(&one, &err), TW_OK);
    assert_int_equal(tw_schema_make(&other, &err), TW_OK);
    assert_true(one.length > 10000);
    assert_string_equal(tw_text_get(&one), tw_text_get(&other));
    tw_text_free(&one);
    tw_text_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_described_and_every_description_is_of_a_key),
        cmocka_unit_test(the_schema_is_the_same_every_time),
    };
    tw_gdal_init(0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
