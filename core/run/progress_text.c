/* What the progress looks like.
 *
 * SPDX-License-Identifier: MIT
 */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* `3 s`, `2:05 min`, `1:02:33 h`. */
static void duration(double seconds, char text[32])
{
    uint64_t whole = seconds > 0 ? (uint64_t)(seconds + 0.5) : 0;
    if (whole < 60)
        snprintf(text, 32, "%" PRIu64 " s", whole);
    else if (whole < 3600)
        snprintf(text, 32, "%" PRIu64 ":%02" PRIu64 " min", whole / 60, whole % 60);
    else
        snprintf(text, 32, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64 " h", whole / 3600, whole / 60 % 60,
                 whole % 60);
}

double tw_progress_rate(const struct tw_progress *progress)
{
    return progress->seconds > 0 ? (double)progress->done / progress->seconds : 0;
}

double tw_progress_seconds_left(const struct tw_progress *p)
{
    return p->done > 0 && p->total > p->done ? (double)(p->total - p->done) / tw_progress_rate(p) : 0;
}

/* `1204 of 5461 metatiles, 320/s, 13 s left, 2 failed`. */
static void figures(const struct tw_progress *p, char text[160])
{
    char left[32], failed[40] = "", of[40] = "";
    duration(tw_progress_seconds_left(p), left);
    if (p->failed > 0)
        snprintf(failed, sizeof(failed), ", %" PRIu64 " failed", p->failed);
    if (p->total > 0)
        snprintf(of, sizeof(of), " of %" PRIu64, p->total);
    bool shows_left = p->done > 0 && p->total > p->done;
    const char *unit = p->unit != NULL ? p->unit : "metatiles";
    snprintf(text, 160, "%" PRIu64 "%s %s, %.*f/s%s%s%s%s", p->done, of, unit,
             tw_progress_rate(p) < 10 ? 1 : 0, tw_progress_rate(p), shows_left ? ", " : "",
             shows_left ? left : "", shows_left ? " left" : "", failed);
}

void tw_progress_bar(const struct tw_progress *progress, char text[256])
{
    char words[160], bar[64] = "";
    figures(progress, words);
    int room = progress->columns - (int)strlen(words) -
               10; /* brackets, percent, spaces; the last column stays free */
    int cells = room > 40 ? 40 : room;
    if (progress->total == 0 || cells < 5) {
        snprintf(text, 256, "%.*s", progress->columns > 1 ? progress->columns - 1 : 80, words);
        return;
    }
    double share = (double)progress->done / (double)progress->total;
    if (share > 1)
        share = 1;
    int full = (int)(share * cells);
    for (int i = 0; i < cells; i++)
        bar[i] = i < full ? '#' : '.';
    bar[cells] = '\0';
    snprintf(text, 256, "[%s] %3d%%  %s", bar, (int)(share * 100), words);
}

void tw_progress_line(const struct tw_progress *progress, char text[256])
{
    char words[160];
    figures(progress, words);
    snprintf(text, 256, "%s", words);
}

void tw_progress_json(const struct tw_progress *progress, char text[256])
{
    snprintf(text, 256,
             "{\"event\": \"progress\", \"done\": %" PRIu64 ", \"total\": %" PRIu64 ", \"failed\": %" PRIu64
             ", \"seconds\": %.1f, \"per_second\": %.1f, \"seconds_left\": %.0f}",
             progress->done, progress->total, progress->failed, progress->seconds, tw_progress_rate(progress),
             tw_progress_seconds_left(progress));
}
