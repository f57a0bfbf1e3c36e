/* What becomes of a YAML text; what is refused is under tests/cases/config/yaml_*.yaml.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static int setup(void **state)
{
    *state = tw_arena_new(0);
    return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    tw_arena_free(*state);
    return 0;
}

static const struct tw_value *read_text(void **state, const char *text)
{
    const struct tw_value *root = NULL;
    struct tw_problems problems = {0};
    enum tw_status status = tw_yaml_read(*state, "r.yaml", text, strlen(text), &root, &problems);
    assert_string_equal(tw_text_get(&problems.text), "");
    assert_int_equal(status, TW_OK);
    tw_problems_free(&problems);
    return root;
}

static void is_at(const struct tw_value *value, int line, int col)
{
    assert_string_equal(value->file, "r.yaml");
    assert_int_equal(value->line, line);
    assert_int_equal(value->col, col);
}

/*  column 1234567890
 *  line 1 # comment
 *  line 2 a: 5
 *  line 3 list:
 *  line 4 - {b: c}
 */
static void values_and_keys_know_their_places(void **state)
{
    const struct tw_value *root = read_text(state, "# comment\na: 5\nlist:\n- {b: c}\n");
    is_at(root, 2, 1);
    is_at(tw_value_get(root, "a"), 2, 4);
    assert_int_equal(root->members[1].line, 3);
    assert_int_equal(root->members[1].col, 1);
    const struct tw_value *list = tw_value_get(root, "list");
    is_at(list, 4, 1);
    is_at(&list->items[0], 4, 3);
    assert_int_equal(list->items[0].members[0].col, 4);
    is_at(tw_value_get(&list->items[0], "b"), 4, 7);
}

static void columns_count_characters_not_bytes(void **state)
{
    const struct tw_value *root = read_text(state, "{\xc3\xa4\xc3\xb6: x}");
    is_at(&root->members[0].value, 1, 6);
    assert_string_equal(root->members[0].key, "\xc3\xa4\xc3\xb6");
}

static void plain_scalars_have_types_and_quoted_ones_are_strings(void **state)
{
    const struct tw_value *root = read_text(state, "[5, '5', \"5\", true, 'true', ~, '~', '', !!str 5, ! 5]");
    static const enum tw_value_kind kinds[] = {TW_NUMBER, TW_STRING, TW_STRING, TW_BOOL,   TW_STRING,
                                               TW_NULL,   TW_STRING, TW_STRING, TW_STRING, TW_STRING};
    assert_int_equal(root->count, 10);
    for (size_t i = 0; i < root->count; i++)
        assert_int_equal(root->items[i].kind, kinds[i]);
    assert_string_equal(root->items[0].text, "5");
}

static void block_text_is_a_string(void **state)
{
    const struct tw_value *root = read_text(state, "a: |\n  5\nb: >-\n  x\n  y\n");
    assert_int_equal(tw_value_get(root, "a")->kind, TW_STRING);
    assert_string_equal(tw_value_get(root, "a")->text, "5\n");
    assert_string_equal(tw_value_get(root, "b")->text, "x y");
}

static void members_keep_the_order_of_the_file(void **state)
{
    const struct tw_value *root = read_text(state, "{z: 1, a: 2, m: 3, b: 4, y: 5, c: 6, x: 7, d: 8, w: 9}");
    static const char *const keys[] = {"z", "a", "m", "b", "y", "c", "x", "d", "w"};
    assert_int_equal(root->count, 9);
    for (size_t i = 0; i < 9; i++) {
        assert_string_equal(root->members[i].key, keys[i]);
        assert_int_equal((int)root->members[i].value.number, (int)i + 1);
    }
}

static void long_lists_are_complete(void **state)
{
    struct tw_text text = {0};
    for (int i = 0; i < 5000; i++)
        tw_text_printf(&text, "- %d\n", i);
    const struct tw_value *root = read_text(state, tw_text_get(&text));
    assert_int_equal(root->count, 5000);
    for (size_t i = 0; i < 5000; i++)
        assert_int_equal((int)root->items[i].number, (int)i);
    tw_text_free(&text);
}

static void an_alias_has_the_value_of_its_anchor_and_a_place_of_its_own(void **state)
{
    const struct tw_value *root = read_text(state, "a: &x [1, 2]\nb: *x\n");
    const struct tw_value *b = tw_value_get(root, "b");
    assert_int_equal(b->count, 2);
    is_at(b, 2, 4);
    is_at(&b->items[1], 1, 11);
}

static void the_latest_anchor_of_a_name_counts(void **state)
{
    const struct tw_value *root = read_text(state, "[&x 1, *x, &x 2, *x]");
    assert_int_equal((int)root->items[1].number, 1);
    assert_int_equal((int)root->items[3].number, 2);
}

static void merged_members_give_way_to_own_and_earlier_ones(void **state)
{
    const struct tw_value *root = read_text(state, "one: &one {a: 1, b: 1, c: 1}\n"
                                                   "two: &two {c: 2, d: 2}\n"
                                                   "all: {<<: [*one, *two], b: 3}\n");
    const struct tw_value *all = tw_value_get(root, "all");
    assert_int_equal(all->count, 4);
    assert_int_equal((int)tw_value_get(all, "a")->number, 1);
    assert_int_equal((int)tw_value_get(all, "b")->number, 3);
    assert_int_equal((int)tw_value_get(all, "c")->number, 1);
    assert_int_equal((int)tw_value_get(all, "d")->number, 2);
}

static void a_quoted_merge_key_is_a_key_like_others(void **state)
{
    assert_int_equal((int)tw_value_get(read_text(state, "{'<<': 5}"), "<<")->number, 5);
}

static void environment_variables_have_the_type_of_what_they_hold(void **state)
{
    setenv("TW_TEST_NUMBER", "12", 1);
    const struct tw_value *root = read_text(state, "a: ${TW_TEST_NUMBER}\nb: '${TW_TEST_NUMBER}'\n"
                                                   "c: -${TW_TEST_NUMBER}.5\nd: x${TW_TEST_NUMBER}\n");
    assert_int_equal(tw_value_get(root, "a")->kind, TW_NUMBER);
    assert_float_equal(tw_value_get(root, "a")->number, 12, 0);
    assert_int_equal(tw_value_get(root, "b")->kind, TW_STRING);
    assert_float_equal(tw_value_get(root, "c")->number, -12.5, 0);
    assert_string_equal(tw_value_get(root, "d")->text, "x12");
}

static void keys_are_not_expanded(void **state)
{
    assert_non_null(tw_value_get(read_text(state, "'${TW_TEST_NUMBER}': 1"), "${TW_TEST_NUMBER}"));
}

static void more_than_1000_anchors_are_refused(void **state)
{
    struct tw_text text = {0};
    const struct tw_value *root = NULL;
    struct tw_problems problems = {0};
    for (int i = 0; i <= 1000; i++)
        tw_text_printf(&text, "- &a%d x\n", i);
    assert_int_equal(tw_yaml_read(*state, "r.yaml", tw_text_get(&text), text.length, &root, &problems),
                     TW_EUSAGE);
    assert_string_equal(tw_text_get(&problems.text),
                        "r.yaml:1001:3: more than 1000 anchors; write the values out");
    assert_null(root);
    tw_problems_free(&problems);
    tw_text_free(&text);
}

/* Far deeper than the stack could take, were it not refused. */
static void a_million_brackets_are_refused_quickly(void **state)
{
    size_t size = 1000000;
    char *text = malloc(size);
    const struct tw_value *root = NULL;
    struct tw_problems problems = {0};
    assert_non_null(text);
    memset(text, '[', size);
    assert_int_equal(tw_yaml_read(*state, "r.yaml", text, size, &root, &problems), TW_EUSAGE);
    assert_string_equal(tw_text_get(&problems.text),
                        "r.yaml:1:65: lists and maps are nested more than 64 deep");
    tw_problems_free(&problems);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(values_and_keys_know_their_places, setup, teardown),
        cmocka_unit_test_setup_teardown(columns_count_characters_not_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(plain_scalars_have_types_and_quoted_ones_are_strings, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(block_text_is_a_string, setup, teardown),
        cmocka_unit_test_setup_teardown(members_keep_the_order_of_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(long_lists_are_complete, setup, teardown),
        cmocka_unit_test_setup_teardown(an_alias_has_the_value_of_its_anchor_and_a_place_of_its_own, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_latest_anchor_of_a_name_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(merged_members_give_way_to_own_and_earlier_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(a_quoted_merge_key_is_a_key_like_others, setup, teardown),
        cmocka_unit_test_setup_teardown(environment_variables_have_the_type_of_what_they_hold, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(keys_are_not_expanded, setup, teardown),
        cmocka_unit_test_setup_teardown(more_than_1000_anchors_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_million_brackets_are_refused_quickly, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
