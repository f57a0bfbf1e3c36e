/* Signatures, and where buckets are; the requests themselves are tested against a real server (tests/cli).
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "bucket_azure.h"
#include "bucket_language.h"

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
    const struct tw_signed_request request = {"GET", "/test.txt", "", headers, 1, empty, 1369353600, 0};
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

static void check_string_to_sign(const struct tw_signed_request *request, const char *wanted)
{
    struct tw_text text = {0};
    tw_azure_add_string_to_sign("myaccount", request, &text);
    assert_string_equal(tw_text_get(&text), wanted);
    tw_text_free(&text);
}

/* Microsoft's own examples: "Authorize with Shared Key", Get Container Metadata and Put Blob. */
static void what_is_signed_for_azure_is_that_of_microsofts_examples(void **state)
{
    (void)state;
    const char *const got[] = {"x-ms-version: 2015-02-21", "x-ms-date: Fri, 26 Jun 2015 23:39:12 GMT"};
    const struct tw_signed_request get = {.method = "GET",
                                          .path = "/mycontainer",
                                          .query = "comp=metadata&restype=container&timeout=20",
                                          .headers = got,
                                          .num_headers = 2};
    check_string_to_sign(&get, "GET\n\n\n\n\n\n\n\n\n\n\n\n"
                               "x-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n"
                               "/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20");
    const char *const had[] = {"content-type: text/plain; charset=UTF-8", "x-ms-meta-m1: v1",
                               "x-ms-meta-m2: v2", "x-ms-date: Sun, 20 Sep 2009 20:36:40 GMT"};
    const struct tw_signed_request put = {.method = "PUT",
                                          .path = "/mycontainer/hello.txt",
                                          .query = "",
                                          .headers = had,
                                          .num_headers = 4,
                                          .size = 11};
    check_string_to_sign(&put, "PUT\n\n\n11\n\ntext/plain; charset=UTF-8\n\n\n\n\n\n\n"
                               "x-ms-date:Sun, 20 Sep 2009 20:36:40 GMT\nx-ms-meta-m1:v1\nx-ms-meta-m2:v2\n"
                               "/myaccount/mycontainer/hello.txt");
    const struct tw_signed_request list = {
        .method = "GET", .path = "/maps", .query = "comp=list&prefix=a%20b%2Fc%3D&restype=container"};
    check_string_to_sign(&list, "GET\n\n\n\n\n\n\n\n\n\n\n\n/myaccount/maps\ncomp:list\n"
                                "prefix:a b/c=\nrestype:container");
}

/* The signature itself was computed with Python's hmac; the key is that of Microsoft's emulators. */
static void requests_to_azure_are_signed_or_have_a_pass(void **state)
{
    (void)state;
    struct tw_bucket_place place = {
        .key = "devstoreaccount1",
        .secret = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="};
    const struct tw_signed_request request = {
        .method = "GET", .path = "/devstoreaccount1/maps/a.png", .query = "", .now = 1435361952};
    struct tw_text lines = {0};
    assert_true(tw_azure_sign(&place, "", &request, &lines));
    assert_string_equal(
        tw_text_get(&lines),
        "x-ms-date: Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version: 2019-12-12\n"
        "authorization: SharedKey devstoreaccount1:d2WhcIpBBh7INeGlJLJlQxwXXpNXfm8vJO1PmyOqlGM=\n");
    tw_text_clear(&lines);
    place.token = "abc";
    assert_true(tw_azure_sign(&place, "", &request, &lines));
    assert_non_null(strstr(tw_text_get(&lines), "\nauthorization: Bearer abc\n"));
    tw_text_clear(&lines);
    place.key = NULL;
    assert_true(tw_azure_sign(&place, "", &request, &lines));
    assert_null(strstr(tw_text_get(&lines), "authorization"));
    tw_text_free(&lines);
    assert_true(tw_azure_is_key("AAAA"));
    assert_false(tw_azure_is_key("AAA"));
    assert_false(tw_azure_is_key("AA!A"));
    assert_false(tw_azure_is_key(""));
}

static void names_are_encoded(void **state)
{
    (void)state;
    struct tw_text text = {0};
    tw_text_add_encoded(&text, "a b/c+d~\xc3\xbc", true);
    tw_text_add_encoded(&text, "/", false);
    assert_string_equal(tw_text_get(&text), "a%20b/c%2Bd~%C3%BC%2F");
    char coded[] = "a%20b+c%2Bd%C3%BC%2F%2x%";
    tw_text_decode(coded);
    assert_string_equal(coded, "a b c+d\xc3\xbc/%2x%");
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

static void clear_azure(void)
{
    static const char *const names[] = {"AZURE_STORAGE_CONNECTION_STRING",
                                        "AZURE_STORAGE_ACCOUNT",
                                        "AZURE_STORAGE_ACCESS_KEY",
                                        "AZURE_STORAGE_SAS_TOKEN",
                                        "AZURE_STORAGE_ACCESS_TOKEN",
                                        "AZURE_NO_SIGN_REQUEST",
                                        "CPL_AZURE_ENDPOINT",
                                        "CPL_AZURE_USE_HTTPS"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unsetenv(names[i]);
}

static void places_in_azure_are_found(void **state)
{
    (void)state;
    clear_azure();
    setenv("AZURE_STORAGE_ACCOUNT", "me", 1);
    setenv("AZURE_STORAGE_SAS_TOKEN", "?sv=1&sig=x", 1);
    check_place("az://maps/a/b", "az://maps/a/b", "https://me.blob.core.windows.net", "/maps");
    check_place("/vsiaz/$web//a/", "az://$web/a", "https://me.blob.core.windows.net", "/$web");
    setenv("CPL_AZURE_USE_HTTPS", "NO", 1);
    check_place("az://maps", "az://maps", "http://me.blob.core.windows.net", "/maps");
    setenv("CPL_AZURE_ENDPOINT", "http://localhost:10000/me/", 1);
    check_place("az://maps", "az://maps", "http://localhost:10000", "/me/maps");
    clear_azure();
    setenv(
        "AZURE_STORAGE_CONNECTION_STRING",
        "DefaultEndpointsProtocol=https;AccountName=me;AccountKey=AA==;EndpointSuffix=core.chinacloudapi.cn",
        1);
    check_place("az://maps", "az://maps", "https://me.blob.core.chinacloudapi.cn", "/maps");
    setenv("AZURE_STORAGE_CONNECTION_STRING", "BlobEndpoint=https://a.b/;SharedAccessSignature=sv=1&sig=x",
           1);
    check_place("az://maps", "az://maps", "https://a.b", "/maps");
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_bucket_place place;
    struct tw_error err = {0};
    assert_int_equal(tw_bucket_place_read("az://maps", arena, &place, &err), TW_OK);
    assert_string_equal(place.pass, "sv=1&sig=x");
    assert_null(place.key);
    assert_false(tw_path_knows_acl("az://maps"));
    assert_true(tw_path_knows_acl("/vsis3/maps"));
    tw_arena_free(arena);
    clear_azure();
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
        cmocka_unit_test(what_is_signed_for_azure_is_that_of_microsofts_examples),
        cmocka_unit_test(requests_to_azure_are_signed_or_have_a_pass),
        cmocka_unit_test(names_are_encoded),
        cmocka_unit_test(places_are_found),
        cmocka_unit_test(places_in_azure_are_found),
        cmocka_unit_test(folders_that_mean_others_are_refused),
        cmocka_unit_test(text_is_found_in_xml),
        cmocka_unit_test(types_follow_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
