/* Signatures, and where buckets are; the requests themselves are tested against a real server (tests/cli).
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "bucket_ask.h"
#include "bucket_sign.h"

#include <stdlib.h>
#include <string.h>

/* Amazon's own example: "Authenticating Requests: Using the Authorization Header", GET Object. */
static void the_signature_is_that_of_amazons_example(void **state)
{
    (void)state;
    struct tw_bucket_place place = {.host = "examplebucket.s3.amazonaws.com",
                                    .key = "AKIAIOSFODNN7EXAMPLE",
                                    .secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
    const char *const headers[] = {"range: bytes=0-9"};
    char empty[TW_SHA256_HEX_SIZE];
    tw_sha256_hex("", 0, empty);
    assert_string_equal(empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const struct tw_signed_request request = {"GET", "/test.txt", "", headers, 1, empty, 1369353600};
    struct tw_text lines = {0};
    assert_true(tw_sign_request(&place, "us-east-1", &request, &lines));
    assert_non_null(strstr(
        tw_text_get(&lines),
        "authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41\n"));
    assert_null(strstr(tw_text_get(&lines), "wJalr"));
    tw_text_free(&lines);
}

static void names_are_encoded(void **state)
{
    (void)state;
    struct tw_text text = {0};
    tw_text_add_encoded(&text, "a b/c+d~\xc3\xbc", true);
    tw_text_add_encoded(&text, "/", false);
    assert_string_equal(tw_text_get(&text), "a%20b/c%2Bd~%C3%BC%2F");
    tw_text_free(&text);
}

static void check_place(const char *url, const char *shown, const char *server, const char *root)
{
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_bucket_place place;
    struct tw_error err = {0};
    assert_int_equal(tw_bucket_place_read(url, arena, &place, &err), TW_OK);
    assert_string_equal(place.url, shown);
    assert_string_equal(place.server, server);
    assert_string_equal(place.root, root);
    tw_arena_free(arena);
}

static void set_keys(void)
{
    setenv("AWS_ACCESS_KEY_ID", "key", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    setenv("GS_ACCESS_KEY_ID", "key", 1);
    setenv("GS_SECRET_ACCESS_KEY", "secret", 1);
    static const char *const others[] = {"AWS_S3_ENDPOINT", "AWS_ENDPOINT_URL",    "AWS_REGION",
                                         "AWS_PROFILE",     "AWS_VIRTUAL_HOSTING", "AWS_HTTPS"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        unsetenv(others[i]);
}

static void places_are_found(void **state)
{
    (void)state;
    set_keys();
    check_place("s3://maps/a/b", "s3://maps/a/b", "https://maps.s3.amazonaws.com", "");
    check_place("/vsis3/maps//a//b/", "s3://maps/a/b", "https://maps.s3.amazonaws.com", "");
    check_place("s3://maps", "s3://maps", "https://maps.s3.amazonaws.com", "");
    check_place("gs://maps/a/", "gs://maps/a", "https://storage.googleapis.com", "/maps");
    setenv("AWS_REGION", "eu-central-1", 1);
    check_place("s3://maps/a", "s3://maps/a", "https://maps.s3.eu-central-1.amazonaws.com", "");
    setenv("AWS_S3_ENDPOINT", "localhost:9000", 1);
    check_place("s3://maps/a", "s3://maps/a", "https://maps.localhost:9000", "");
    check_place("s3://my.maps/a", "s3://my.maps/a", "https://localhost:9000", "/my.maps");
    setenv("AWS_VIRTUAL_HOSTING", "FALSE", 1);
    setenv("AWS_HTTPS", "NO", 1);
    check_place("s3://maps/a", "s3://maps/a", "http://localhost:9000", "/maps");
    setenv("AWS_S3_ENDPOINT", "https://storage.example.org/", 1);
    check_place("s3://maps/a", "s3://maps/a", "https://storage.example.org", "/maps");
    set_keys();
}

static void text_is_found_in_xml(void **state)
{
    (void)state;
    struct tw_arena *arena = tw_arena_new(0);
    const char *at = "<a><b>1 &amp; &lt;2&#62; &x</b></a><b>3</b>";
    assert_string_equal(tw_xml_text(&at, NULL, "b", arena), "1 & <2> &x");
    assert_string_equal(tw_xml_text(&at, NULL, "b", arena), "3");
    assert_null(tw_xml_text(&at, NULL, "b", arena));
    at = "<a><b>cut off";
    assert_null(tw_xml_text(&at, NULL, "b", arena));
    tw_arena_free(arena);
}

static void types_follow_names(void **state)
{
    (void)state;
    assert_string_equal(tw_content_type("1/2/3.PNG"), "image/png");
    assert_string_equal(tw_content_type("1/2/3.png.aux.xml"), "application/xml");
    assert_string_equal(tw_content_type("journal"), "application/octet-stream");
}

static void folders_that_mean_others_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"s3://maps/..", "s3://maps/a/../b", "s3://maps/./b", "s3://maps/a/."};
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_bucket_place place;
    struct tw_error err = {0};
    set_keys();
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(tw_bucket_place_read(wrong[i], arena, &place, &err), TW_EUSAGE);
    assert_string_equal(err.message,
                        "'s3://maps/a/.': names in object storage have no '.' and '..' between slashes");
    check_place("s3://maps/.a/b..c/...", "s3://maps/.a/b..c/...", "https://maps.s3.amazonaws.com", "");
    tw_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_signature_is_that_of_amazons_example),
        cmocka_unit_test(names_are_encoded),
        cmocka_unit_test(places_are_found),
        cmocka_unit_test(folders_that_mean_others_are_refused),
        cmocka_unit_test(text_is_found_in_xml),
        cmocka_unit_test(types_follow_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
