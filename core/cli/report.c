/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_FAILURES = 10 };

static int exit_code(enum tw_status status)
{
    switch (status) {
    case TW_OK:
        return TW_EXIT_DONE;
    case TW_ESTORAGE:
    case TW_ENOMEM:
        return TW_EXIT_SYSTEM;
    case TW_ECANCELLED:
        return TW_EXIT_INTERRUPTED;
    default:
        return TW_EXIT_USAGE;
    }
}

int tw_report_error(const struct tw_error *err)
{
    fprintf(stderr, "tilewright: %s\n", err->message);
    return exit_code(err->status);
}

int tw_report_problems(const struct tw_problems *problems)
{
    if (problems->count == 0 || problems->text.failed) {
        fprintf(stderr, "tilewright: out of memory\n");
        return TW_EXIT_SYSTEM;
    }
    fprintf(stderr, "%s\n", tw_text_get(&problems->text));
    if (problems->count > 1)
        fprintf(stderr, "tilewright: %zu problems, nothing was done\n", problems->count);
    return TW_EXIT_USAGE;
}

bool tw_is_yes(void)
{
    char answer[16];
    fflush(stderr);
    if (fgets(answer, sizeof(answer), stdin) == NULL)
        return false;
    answer[strcspn(answer, "\n")] = '\0';
    return strcmp(answer, "y") == 0 || strcmp(answer, "Y") == 0 || strcmp(answer, "yes") == 0;
}

const char *tw_size_text(double bytes, char text[32])
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    int unit = 0;
    while (bytes >= 1000 && unit < 5) {
        bytes /= 1000;
        unit++;
    }
    snprintf(text, 32, "%.*f %s", unit > 0 && bytes < 100 ? 1 : 0, bytes, units[unit]);
    return text;
}

static void print_json(const struct tw_run_result *result)
{
    printf("{\"event\": \"summary\", \"made\": %" PRIu64 ", \"empty\": %" PRIu64 ", \"skipped\": %" PRIu64
           ", \"failed\": %" PRIu64 ", \"blocked\": %" PRIu64 ", \"files\": %" PRIu64 ", \"bytes\": %" PRIu64
           ", \"seconds\": %.3f, \"signal\": %d}\n",
           result->made, result->empty, result->skipped, result->failed, result->blocked, result->files,
           result->bytes, result->seconds, result->signal);
}

static void print_words(const struct tw_run_result *result, const char *output)
{
    char size[32];
    if (result->made + result->failed + result->blocked + result->skipped == 0) {
        printf("%s: nothing to do, " TW_NO_METATILE "\n", output);
        return;
    }
    if (result->made == 0 && result->failed == 0 && result->skipped > 0) {
        printf("%s: nothing to do, all %" PRIu64 " metatiles are done\n", output, result->skipped);
        return;
    }
    printf("%s: %" PRIu64 " metatiles made (%" PRIu64 " empty)", output, result->made, result->empty);
    if (result->skipped > 0)
        printf(", %" PRIu64 " were done before", result->skipped);
    if (result->failed > 0)
        printf(", %" PRIu64 " failed", result->failed);
    if (result->blocked > 0)
        printf(", %" PRIu64 " overviews wait for them", result->blocked);
    printf("; %" PRIu64 " %s, %s, %.1f s\n", result->files, tw_output_is_file(output) ? "tiles" : "files",
           tw_size_text((double)result->bytes, size), result->seconds);
    if (result->made > 0 && result->empty == result->made && result->failed + result->skipped == 0)
        printf("%s: nothing but empty tiles: does the script's run return its result, and do the inputs hold "
               "data here?\n",
               output);
}

/* What failed, without `tile 8/40/60: `. */
static const char *reason(const struct tw_failure *failure)
{
    const char *colon = strstr(failure->message, ": ");
    return strncmp(failure->message, "tile ", 5) == 0 && colon != NULL ? colon + 2 : failure->message;
}

static bool was_told(const struct tw_failures *failures, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(reason(&failures->items[i]), reason(&failures->items[index])) == 0)
            return true;
    return false;
}

static uint64_t count_same(const struct tw_failures *failures, size_t index)
{
    uint64_t same = 0;
    for (size_t i = index; i < failures->count; i++)
        same += strcmp(reason(&failures->items[i]), reason(&failures->items[index])) == 0;
    return same;
}

/* Each reason once, with the first tile that it holds for: one slip of the script is one line, not thousands.
 */
static void print_failures(const struct tw_failures *failures)
{
    uint64_t told = 0;
    int lines = 0;
    for (size_t i = 0; i < failures->count && lines < SHOWN_FAILURES; i++) {
        if (was_told(failures, i))
            continue;
        uint64_t same = count_same(failures, i);
        fputs(failures->items[i].message, stderr);
        if (same > 1)
            fprintf(stderr, " (and %" PRIu64 " more tile%s)", same - 1, same == 2 ? "" : "s");
        fputc('\n', stderr);
        told += same;
        lines++;
    }
    if (failures->total > told)
        fprintf(stderr, "... and %" PRIu64 " more, see failed.json\n", failures->total - told);
    fprintf(stderr,
            "tilewright: %" PRIu64 " metatile%s failed; mend the cause, then run again with --retry-failed\n",
            failures->total, failures->total == 1 ? "" : "s");
}

int tw_report_run(const struct tw_run_result *result, const char *output, bool as_json)
{
    fflush(stderr);
    if (as_json)
        print_json(result);
    else
        print_words(result, output);
    fflush(stdout);
    if (result->failures.total > 0)
        print_failures(&result->failures);
    return result->failures.total > 0 ? TW_EXIT_SOME_FAILED : TW_EXIT_DONE;
}
