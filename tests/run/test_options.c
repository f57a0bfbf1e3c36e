/* Reading the command line, with a command that knows --bounds (4 values, -b), --zoom (1, -z), --tile (3),
 * --quiet (0).
 *
 * SPDX-License-Identifier: MIT
 */
#include "options.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

static const struct tw_option options[] = {
    {'b', "bounds", 4}, {'z', "zoom", 1}, {'t', "tile", 3}, {0, "quiet", 0}, {0, "memory", 1}};

static struct tw_arguments arguments_of(int argc, char **argv)
{
    return (struct tw_arguments){
        .argc = argc, .argv = argv, .options = options, .num_options = sizeof(options) / sizeof(options[0])};
}

static void check_error(char *one, char *two, const char *message)
{
    char *argv[] = {"execute", one, two};
    struct tw_arguments arguments = arguments_of(two != NULL ? 3 : 2, argv);
    struct tw_given given;
    struct tw_error err;
    const char *operand;
    assert_int_equal(tw_arguments_next(&arguments, &given, &operand, &err), TW_ARGUMENT_BAD);
    assert_string_equal(err.message, message);
}

static void negative_numbers_are_values_not_options(void **state)
{
    (void)state;
    char *argv[] = {"execute", "-b", "-180", "-90", "1e2", "-.5", "a.yaml"};
    struct tw_arguments arguments = arguments_of(7, argv);
    struct tw_given given;
    struct tw_error err;
    const char *operand;
    assert_int_equal(tw_arguments_next(&arguments, &given, &operand, &err), TW_ARGUMENT_OPTION);
    assert_string_equal(given.values[3], "-.5");
    assert_int_equal(tw_arguments_next(&arguments, &given, &operand, &err), TW_ARGUMENT_OPERAND);
    assert_string_equal(operand, "a.yaml");
    assert_int_equal(tw_arguments_next(&arguments, &given, &operand, &err), TW_ARGUMENT_END);
}

static void values_may_be_joined(void **state)
{
    (void)state;
    char *argv[] = {"execute", "--bounds=-180,-90,180,90", "-t", "8/40/60", "--zoom=3,7"};
    struct tw_arguments arguments = arguments_of(5, argv);
    struct tw_given given;
    struct tw_error err;
    const char *operand;
    assert_int_equal(tw_arguments_next(&arguments, &given, &operand, &err), TW_ARGUMENT_OPTION);
    assert_string_equal(given.values[1], "-90");
    assert_int_equal(tw_arguments_next(&arguments, &given, &operand, &err), TW_ARGUMENT_OPTION);
    assert_string_equal(given.values[0], "8");
    assert_string_equal(given.values[2], "60");
    assert_int_equal(tw_arguments_next(&arguments, &given, &operand, &err), TW_ARGUMENT_OPTION);
    assert_string_equal(given.values[0], "3,7");
}

static void what_follows_two_dashes_is_no_option(void **state)
{
    (void)state;
    char *argv[] = {"execute", "--", "--quiet"};
    struct tw_arguments arguments = arguments_of(3, argv);
    struct tw_given given;
    struct tw_error err;
    const char *operand = NULL;
    assert_int_equal(tw_arguments_next(&arguments, &given, &operand, &err), TW_ARGUMENT_OPERAND);
    assert_string_equal(operand, "--quiet");
}

static void wrong_options_are_named(void **state)
{
    (void)state;
    check_error("--bound", NULL, "unknown option '--bound'; did you mean '--bounds'?");
    check_error("-x", NULL, "unknown option '-x'; '--help' lists the options of 'execute'");
    check_error("--bounds", "1", "option '--bounds' takes 4 values");
    check_error("--zoom", NULL, "option '--zoom' takes 1 value");
    check_error("--zoom", "--quiet", "option '--zoom' takes 1 value");
    check_error("--quiet=1", NULL, "option '--quiet' takes no value");
    check_error("--bounds=1,2,3", NULL, "option '--bounds' takes 4 values");
}

static void check_value(const char *text, enum tw_status (*read)(const struct tw_given *, struct tw_error *),
                        const char *message)
{
    struct tw_given given = {.option = &options[4], .values = {text}};
    struct tw_error err = {0};
    enum tw_status status = read(&given, &err);
    assert_int_equal(status, message == NULL ? TW_OK : TW_EUSAGE);
    if (message != NULL)
        assert_string_equal(err.message, message);
}

static enum tw_status read_bytes(const struct tw_given *given, struct tw_error *err)
{
    size_t bytes;
    return tw_option_bytes(given, &bytes, err);
}

static enum tw_status read_zooms(const struct tw_given *given, struct tw_error *err)
{
    int low, high;
    return tw_option_zooms(given, &low, &high, err);
}

static enum tw_status read_whole(const struct tw_given *given, struct tw_error *err)
{
    long long number;
    return tw_option_whole(given, 0, 1, &number, err);
}

static void values_of_the_wrong_kind_are_refused(void **state)
{
    (void)state;
    check_value("8G", read_bytes, NULL);
    check_value("512mb", read_bytes, NULL);
    check_value("1.5 G", read_bytes, "--memory takes a size such as 500M or 8G, not '1.5 G'");
    check_value("many", read_bytes, "--memory takes a size such as 500M or 8G, not 'many'");
    check_value("10M", read_bytes, "--memory must be at least 64M, not '10M'");
    check_value("-8G", read_bytes, "--memory must be at least 64M, not '-8G'");
    check_value("7,3", read_zooms, NULL);
    check_value("31", read_zooms,
                "--zoom must be a zoom level from 0 to 30, or two of them ('3,7'), not '31'");
    check_value("3-7", read_zooms,
                "--zoom must be a zoom level from 0 to 30, or two of them ('3,7'), not '3-7'");
    check_value("1,2,3", read_zooms,
                "--zoom must be a zoom level from 0 to 30, or two of them ('3,7'), not '1,2,3'");
    check_value("0", read_whole, "--memory must be a whole number of at least 1, not '0'");
    check_value("2.5", read_whole, "--memory must be a whole number of at least 1, not '2.5'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(negative_numbers_are_values_not_options), cmocka_unit_test(values_may_be_joined),
        cmocka_unit_test(what_follows_two_dashes_is_no_option),    cmocka_unit_test(wrong_options_are_named),
        cmocka_unit_test(values_of_the_wrong_kind_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
