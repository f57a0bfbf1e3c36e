/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>

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
        printf("%s: nothing to do, no metatile lies in the inputs and in the area that was asked for; bounds "
               "are "
               "in the CRS of the grid unless bounds_crs names another\n",
               output);
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
    printf("; %" PRIu64 " files, %s, %.1f s\n", result->files, tw_size_text((double)result->bytes, size),
           result->seconds);
    if (result->made > 0 && result->empty == result->made && result->failed + result->skipped == 0)
        printf("%s: nothing but empty tiles: does the script's run return its result, and do the inputs hold "
               "data here?\n",
               output);
}

int tw_report_run(const struct tw_run_result *result, const char *output, bool as_json)
{
    fflush(stderr);
    if (as_json)
        print_json(result);
    else
        print_words(result, output);
    fflush(stdout);
    const struct tw_failures *failures = &result->failures;
    for (size_t i = 0; i < failures->count && i < SHOWN_FAILURES; i++)
        fprintf(stderr, "%s\n", failures->items[i].message);
    if (failures->total > SHOWN_FAILURES)
        fprintf(stderr, "... and %" PRIu64 " more, see failed.json\n", failures->total - SHOWN_FAILURES);
    if (failures->total > 0)
        fprintf(stderr,
                "tilewright: %" PRIu64
                " metatile%s failed; mend the cause, then run again with --retry-failed\n",
                failures->total, failures->total == 1 ? "" : "s");
    return failures->total > 0 ? TW_EXIT_SOME_FAILED : TW_EXIT_DONE;
}
