/* SPDX-License-Identifier: MIT */
#include "problem_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    const char *text;
    size_t length;
    int line, col;
    bool is_follow_up; /* found by the checks, not by the reader */
};

struct tw_problem_mark tw_problem_mark(const struct tw_problems *problems)
{
    return (struct tw_problem_mark){problems->text.length, problems->count};
}

/* Whether a new problem begins here: `FILE:LINE:COL: `. Names with line breaks continue the problem before.
 */
static bool begins(const char *text, const char *file, struct entry *entry)
{
    size_t length = strlen(file);
    char colon = '\0';
    return strncmp(text, file, length) == 0 &&
           sscanf(text + length, ":%d:%d%c", &entry->line, &entry->col, &colon) == 3 && colon == ':';
}

static size_t split(const char *text, size_t from, size_t checks, const char *file, struct entry *entries)
{
    size_t count = 0;
    for (const char *line = text + from; *line != '\0';) {
        const char *newline = strchr(line, '\n');
        size_t length = newline != NULL ? (size_t)(newline - line) : strlen(line);
        struct entry entry = {.text = line, .is_follow_up = (size_t)(line - text) >= checks};
        if (begins(line, file, &entry) || count == 0)
            entries[count++] = entry;
        struct entry *current = &entries[count - 1];
        current->length = (size_t)(line - current->text) + length;
        line += length + (newline != NULL);
    }
    return count;
}

static int compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->col != b->col)
        return a->col < b->col ? -1 : 1;
    return a->text < b->text ? -1 : a->text > b->text;
}

static void join(const struct entry *entries, size_t count, struct tw_problems *problems)
{
    const struct entry *kept = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &entries[i];
        if (kept != NULL && entry->is_follow_up && !kept->is_follow_up && kept->line == entry->line &&
            kept->col == entry->col)
            continue;
        if (problems->count++ > 0)
            tw_text_add(&problems->text, "\n");
        tw_text_add_bytes(&problems->text, entry->text, entry->length);
        kept = entry;
    }
}

static size_t count_lines(const char *text)
{
    size_t count = 1;
    for (; (text = strchr(text, '\n')) != NULL; text++)
        count++;
    return count;
}

void tw_problems_sort(struct tw_problems *problems, struct tw_problem_mark start,
                      struct tw_problem_mark checks, const char *file)
{
    if (problems->count - start.count < 2 || problems->text.failed)
        return;
    size_t from = start.length + (start.count > 0); /* behind the line break */
    char *text = strdup(tw_text_get(&problems->text));
    struct entry *entries = calloc(count_lines(tw_text_get(&problems->text)), sizeof(*entries));
    if (text == NULL || entries == NULL) {
        problems->text.failed = true;
    } else {
        size_t count = split(text, from, checks.length, file, entries);
        qsort(entries, count, sizeof(*entries), compare);
        problems->text.length = start.length;
        problems->count = start.count;
        join(entries, count, problems);
    }
    free(entries);
    free(text);
}
