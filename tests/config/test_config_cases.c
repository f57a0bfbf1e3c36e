/* Every file under tests/cases/config: the problems that it says, and no others. See the README there.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"
#include "file.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char folder[] = "tests/cases/config";

enum { MAX_CASES = 1000 };

/* The lines that begin with mark, each with prefix in front instead. */
static void collect(const char *text, const char *mark, const char *prefix, struct tw_text *lines)
{
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, mark, strlen(mark)) != 0)
            continue;
        if (lines->length > 0)
            tw_text_add(lines, "\n");
        tw_text_add(lines, prefix);
        tw_text_add_bytes(lines, line + strlen(mark), strcspn(line, "\n") - strlen(mark));
    }
}

static void set_environment(const char *text)
{
    struct tw_text lines = {0};
    unsetenv("TW_CASE_ZOOM");
    collect(text, "#! env ", "", &lines);
    char *equals = lines.chars != NULL ? strchr(lines.chars, '=') : NULL;
    if (equals != NULL) {
        *equals = '\0';
        setenv(lines.chars, equals + 1, 1);
    }
    tw_text_free(&lines);
}

static void the_case_says_what_it_expects(void **state)
{
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_error err = {0};
    char *text = NULL;
    size_t size = 0;
    assert_int_equal(tw_file_read(arena, tw_path_join(arena, folder, *state), 0, &text, &size, &err), TW_OK);
    struct tw_text expected = {0};
    struct tw_problems problems = {0};
    struct tw_config *config = NULL;
    set_environment(text);
    collect(text, "#! expect ", "case.yaml:", &expected);
    enum tw_status status = tw_config_parse("case.yaml", text, size, NULL, &config, &problems);
    assert_string_equal(tw_text_get(&problems.text), tw_text_get(&expected));
    assert_int_equal(status, problems.count == 0 ? TW_OK : TW_EUSAGE);
    assert_int_equal(config != NULL, status == TW_OK);
    assert_int_equal(strncmp(*state, "good_", 5) == 0, status == TW_OK);
    tw_config_free(config);
    tw_problems_free(&problems);
    tw_text_free(&expected);
    tw_arena_free(arena);
}

static int is_case(const struct dirent *entry)
{
    return tw_path_has_suffix(entry->d_name, ".yaml");
}

int main(void)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_case, alphasort);
    if (count < 60 || count > MAX_CASES) {
        fprintf(stderr, "%d cases in %s\n", count, folder);
        return 1;
    }
    struct CMUnitTest *tests = calloc((size_t)count, sizeof(*tests));
    for (int i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){.name = entries[i]->d_name,
                                       .test_func = the_case_says_what_it_expects,
                                       .initial_state = entries[i]->d_name};
    int failed = _cmocka_run_group_tests("configuration cases", tests, (size_t)count, NULL, NULL);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    free(tests);
    return failed;
}
