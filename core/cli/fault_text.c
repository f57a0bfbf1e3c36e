/* SPDX-License-Identifier: MIT */
#include "fault_text.h"

#include "report.h"
#include "source_text.h"

#include <inttypes.h>
#include <stdio.h>

enum { SHOWN_FAULTS = 100 };

static const char *const kinds[TW_NUM_FAULT_KINDS] = {
    [TW_FAULT_MISSING] = "missing", [TW_FAULT_BROKEN] = "broken", [TW_FAULT_ORPHAN] = "orphan"};

static json_t *tile_json(const struct tw_tile *tile)
{
    return json_pack("[i, I, I]", tile->zoom, (json_int_t)tile->row, (json_int_t)tile->col);
}

static void print_fault_json(const struct tw_fault *fault)
{
    json_t *json = json_pack("{s:s, s:s, s:s, s:I}", "event", "fault", "kind", kinds[fault->kind], "reason",
                             fault->reason, "count", (json_int_t)fault->count);
    if (fault->path != NULL)
        json_object_set_new(json, "path", json_string(fault->path));
    if (fault->tile.zoom >= 0)
        json_object_set_new(json, "tile", tile_json(&fault->tile));
    if (fault->metatile.zoom >= 0)
        json_object_set_new(json, "metatile", tile_json(&fault->metatile));
    tw_print_json(json);
}

static void print_fault(const struct tw_fault *fault)
{
    char tile[TW_TILE_TEXT_SIZE];
    if (fault->path != NULL)
        printf("%-8s %s: %s\n", kinds[fault->kind], fault->path, fault->reason);
    else
        printf("%-8s metatile %s: %s\n", kinds[fault->kind], tw_tile_text(&fault->metatile, tile),
               fault->reason);
}

static void print_faults(const struct tw_faults *faults)
{
    size_t shown = 0;
    for (size_t i = 0; i < faults->count; i++) {
        bool is_last = i + 1 == faults->count || faults->items[i + 1].kind != faults->items[i].kind;
        if (shown++ < SHOWN_FAULTS)
            print_fault(&faults->items[i]);
        if (is_last && shown > SHOWN_FAULTS)
            printf("%-8s ... and %zu more; --json tells all\n", kinds[faults->items[i].kind],
                   shown - SHOWN_FAULTS);
        shown = is_last ? 0 : shown;
    }
}

static void add_total(struct tw_text *text, uint64_t count, const char *word)
{
    if (count > 0)
        tw_text_printf(text, "%s%" PRIu64 " %s", text->length > 0 ? ", " : "", count, word);
}

static void print_summary(const struct tw_fault_text *how, const struct tw_verified *verified)
{
    const uint64_t *totals = verified->faults.totals;
    char size[32];
    struct tw_text text = {0};
    add_total(&text, totals[TW_FAULT_MISSING], "missing");
    add_total(&text, totals[TW_FAULT_BROKEN], "broken");
    add_total(&text, totals[TW_FAULT_ORPHAN], "orphaned");
    printf("%s: %" PRIu64 " %s%s%s read, %s, %.1f s: %s\n", how->place, verified->done.made,
           how->is_file ? "row" : "tile", verified->done.made == 1 ? "" : "s",
           how->is_file ? " of blocks" : "", tw_size_text((double)verified->bytes, size), verified->seconds,
           text.length > 0 ? tw_text_get(&text) : "all is well");
    tw_text_free(&text);
}

static void print_summary_json(const struct tw_verified *verified)
{
    const uint64_t *totals = verified->faults.totals;
    printf("{\"event\": \"summary\", \"read\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"missing\": %" PRIu64
           ", \"broken\": %" PRIu64 ", \"orphaned\": %" PRIu64 ", \"seconds\": %.3f, \"signal\": %d}\n",
           verified->done.made, verified->bytes, totals[TW_FAULT_MISSING], totals[TW_FAULT_BROKEN],
           totals[TW_FAULT_ORPHAN], verified->seconds, verified->done.signal);
}

void tw_faults_print(const struct tw_fault_text *text, const struct tw_verified *verified)
{
    const struct tw_faults *faults = &verified->faults;
    fflush(stderr);
    for (size_t i = 0; text->mode == TW_PROGRESS_JSON && i < faults->count; i++)
        print_fault_json(&faults->items[i]);
    if (text->mode == TW_PROGRESS_JSON) {
        print_summary_json(verified);
    } else {
        print_faults(faults);
        if (text->mode != TW_PROGRESS_QUIET)
            print_summary(text, verified);
    }
    fflush(stdout);
}
