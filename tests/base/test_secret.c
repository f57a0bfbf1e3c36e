/* SPDX-License-Identifier: MIT */
#include "secret.h"

#include "error.h"
#include "problems.h"

#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

static void assert_hidden(const char *text, const char *hidden)
{
    char copy[256];
    strcpy(copy, text);
    tw_hide_secrets(copy);
    assert_string_equal(copy, hidden);
    assert_true(tw_has_secrets(text));
}

static void passwords_become_stars(void **state)
{
    (void)state;
    assert_hidden("PG:dbname=gis password=abc host=db", "PG:dbname=gis password=*** host=db");
    assert_hidden("PG:password='a b\\'c' user=me", "PG:password='******' user=me");
    assert_hidden("cannot open 'PG:user=me PASSWORD=abc': no", "cannot open 'PG:user=me PASSWORD=***': no");
    assert_hidden("https://me:abc@host/x.tif", "https://me:***@host/x.tif");
    assert_hidden("/vsicurl/http://me:abc@host:80/x?pwd=abcd&y=1",
                  "/vsicurl/http://me:***@host:80/x?pwd=****&y=1");
    assert_hidden("PG:password = abc host=db", "PG:password = *** host=db");
    assert_hidden("PG:password=a\\ b host=db", "PG:password=**** host=db");
    assert_hidden("password='never ends", "password='**********");
}

static void what_is_no_password_stays(void **state)
{
    static const char *const texts[] = {"", "https://host:80/a@b", "s3://bucket/a:b@c",
                                        "the password is wrong", "https://me@host/x.tif"};
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(tw_has_secrets(texts[i]));
}

static void errors_and_problems_hide_them(void **state)
{
    (void)state;
    struct tw_error err;
    struct tw_problems problems = {0};
    tw_error_set(&err, TW_EINPUT, "cannot open '%s'", "PG:password=abc");
    assert_string_equal(err.message, "cannot open 'PG:password=***'");
    tw_error_prefix(&err, "input '%s': ", "http://a:bc@d");
    assert_string_equal(err.message, "input 'http://a:**@d': cannot open 'PG:password=***'");
    tw_problems_add(&problems, NULL, "cannot open '%s'", "PG:password=abc");
    assert_string_equal(tw_text_get(&problems.text), "cannot open 'PG:password=***'");
    tw_problems_free(&problems);
}

static void names_of_secrets_are_known(void **state)
{
    (void)state;
    assert_true(tw_is_secret_name("AWS_SECRET_ACCESS_KEY"));
    assert_true(tw_is_secret_name("GDAL_HTTP_USERPWD"));
    assert_true(tw_is_secret_name("gdal_http_headers"));
    assert_false(tw_is_secret_name("VSI_CACHE"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords_become_stars),
        cmocka_unit_test(what_is_no_password_stays),
        cmocka_unit_test(errors_and_problems_hide_them),
        cmocka_unit_test(names_of_secrets_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
