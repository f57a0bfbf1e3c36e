/* Every example in processes/api/ and in docs/coming-from-*.md runs: the text between ```lua and ```. An
 * example that holds `return process` is a script, any other the body of run(tile, input, p), with the
 * parameter cloud_max = 40. Inputs are those of fixture.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fixture.h"

#include "file.h"

#include <glob.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

/* Where an example stands. */
struct place {
    const char *file;
    int line;
};

static bool example_runs(struct tw_text *example, struct place place)
{
    struct fixture fixture;
    struct tw_text script = {0};
    fixture_init(&fixture, FIXTURE_WIDTH, FIXTURE_HEIGHT);
    if (strstr(tw_text_get(example), "return process") != NULL)
        tw_text_add(&script, tw_text_get(example));
    else
        tw_text_printf(
            &script,
            "return process { params = { cloud_max = 40 }, run = function(tile, input, p)\n%s\nend }",
            tw_text_get(example));
    const char *message = fixture_try(&fixture, tw_text_get(&script));
    bool ok = *message == '\0';
    if (!ok)
        print_error("%s:%d: %s\n%s\n", place.file, place.line, message, tw_text_get(example));
    fixture_free(&fixture);
    tw_text_free(&script);
    return ok;
}

/* Runs the examples of one file; counts them, and returns how many went wrong. */
static int run_file(const char *path, int *num_examples)
{
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_text example = {0};
    struct place place = {path, 0};
    char *text;
    size_t size;
    bool is_lua = tw_path_has_suffix(path, ".lua"), is_inside = false;
    int wrong = 0;
    assert_int_equal(tw_file_read(arena, path, 0, &text, &size, NULL), TW_OK);
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        place.line++;
        const char *content = is_lua && strncmp(line, "---", 3) == 0 ? line + 3 + (line[3] == ' ') : line;
        if (strcmp(content, "```lua") == 0) {
            is_inside = true;
            tw_text_clear(&example);
        } else if (is_inside && strcmp(content, "```") == 0) {
            is_inside = false;
            ++*num_examples;
            wrong += !example_runs(&example, place);
        } else if (is_inside) {
            tw_text_printf(&example, "%s\n", content);
        }
    }
    tw_text_free(&example);
    tw_arena_free(arena);
    return wrong;
}

static void check_files(const char *pattern, int least_examples)
{
    glob_t files;
    int num_examples = 0, wrong = 0;
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        wrong += run_file(files.gl_pathv[i], &num_examples);
    globfree(&files);
    assert_int_equal(wrong, 0);
    assert_true(num_examples >= least_examples);
}

static void every_example_of_the_reference_runs(void **state)
{
    (void)state;
    check_files("processes/api/*.lua", 25);
}

static void every_example_of_the_guides_runs(void **state)
{
    (void)state;
    check_files("docs/coming-from-*.md", 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_example_of_the_reference_runs),
                                       cmocka_unit_test(every_example_of_the_guides_runs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
