/* SPDX-License-Identifier: MIT */
#include "state_text.h"

#include "dry_run.h"
#include "encoder.h"
#include "json_value.h"
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef unsigned long long count;

static void print_format(const struct tw_tile_output *output)
{
    const char *format = output->format != NULL ? output->format : output->extension;
    struct tw_text text = {0};
    tw_text_add(&text, format);
    if (tw_encoder_format_is_vector(format))
        tw_text_add(&text, ", features");
    if (output->num_bands > 0) {
        tw_text_add(&text, ", ");
        tw_add_count(&text, (count)output->num_bands, "band");
    }
    if (output->has_dtype)
        tw_text_printf(&text, " of %s", tw_dtype_name(output->dtype));
    if (output->has_nodata)
        tw_text_printf(&text, ", nodata %.10g", output->nodata);
    printf("format     %s\n", tw_text_get(&text));
    tw_text_free(&text);
}

void tw_state_print_output(const struct tw_tile_output *output, struct tw_arena *arena)
{
    const struct tw_pyramid *pyramid = &output->pyramid;
    if (output->version != NULL)
        printf("made by    tilewright %s", output->version);
    if (output->version != NULL)
        printf(output->process != NULL ? ", process %s\n" : "\n", output->process);
    print_format(output);
    printf("paths      %s\n", output->schema);
    printf("pyramid    %s (%s), tiles of %d pixels", pyramid->grid->name,
           tw_crs_called(pyramid->grid->crs, arena), pyramid->tile_size_px);
    if (pyramid->metatiling > 1)
        printf(", %d x %d of them a file", pyramid->metatiling, pyramid->metatiling);
    if (pyramid->pixelbuffer_px > 0)
        printf(", pixelbuffer %d", pyramid->pixelbuffer_px);
    if (output->process_metatiling > 1)
        printf(", made in metatiles of %d x %d", output->process_metatiling, output->process_metatiling);
    printf("\n");
}

void tw_state_print_bounds(const struct tw_box *box)
{
    printf("bounds     %.10g %.10g %.10g %.10g\n", box->left, box->bottom, box->right, box->top);
}

struct table {
    const struct tw_plan *plan;
    bool has_tiles, has_missing;
};

static bool is_of_plan(const struct tw_plan *plan, int zoom)
{
    return plan != NULL && zoom >= plan->config->min_zoom && zoom <= plan->config->max_zoom;
}

static void print_tiles(const struct table *table, const char *name, const struct tw_zoom_state *zoom)
{
    char size[32];
    printf("%5s", name);
    if (table->has_tiles)
        printf("  %10" PRIu64 "  %10s", zoom->tiles, tw_size_text((double)zoom->bytes, size));
    if (table->has_missing)
        printf("  %10" PRIu64, zoom->missing);
}

static void print_head(const struct table *table)
{
    printf("\n zoom%s%s%s\n", table->has_tiles ? "       tiles        size" : "",
           table->has_missing ? "     missing" : "",
           table->plan != NULL ? "   metatiles     to make  made" : "");
}

static void print_zoom(const struct table *table, int zoom, const struct tw_zoom_state *state)
{
    char name[16];
    snprintf(name, sizeof(name), "%d", zoom);
    print_tiles(table, name, state);
    if (is_of_plan(table->plan, zoom))
        printf("  %10" PRIu64 "  %10" PRIu64 "  %s", tw_plan_count(table->plan, zoom), state->to_make,
               tw_made_from(table->plan, zoom));
    printf("\n");
}

static void print_total(const struct table *table, const struct tw_output_state *state)
{
    const struct tw_zoom_state total = {
        .tiles = state->tiles, .bytes = state->bytes, .missing = state->missing};
    uint64_t metatiles = 0;
    for (int zoom = 0; zoom <= TW_MAX_ZOOM; zoom++)
        metatiles += is_of_plan(table->plan, zoom) ? tw_plan_count(table->plan, zoom) : 0;
    print_tiles(table, "total", &total);
    if (table->plan != NULL)
        printf("  %10" PRIu64 "  %10" PRIu64, metatiles, state->to_make);
    printf("\n");
}

void tw_state_print_zooms(const struct tw_output_state *state, const struct tw_plan *plan, bool has_tiles)
{
    const struct table table = {plan, has_tiles, has_tiles && state->has_journal};
    int first = state->min_zoom, last = state->max_zoom;
    if (plan != NULL && plan->config->min_zoom < first)
        first = plan->config->min_zoom;
    if (plan != NULL && plan->config->max_zoom > last)
        last = plan->config->max_zoom;
    if (first > last)
        return;
    print_head(&table);
    for (int zoom = first; zoom <= last; zoom++)
        print_zoom(&table, zoom, &state->zooms[zoom]);
    if (first < last)
        print_total(&table, state);
}

void tw_state_print_run(const struct tw_output_state *state)
{
    if (state->is_written && state->holder.pid > 0)
        printf("run        process %ld on host '%s' writes it, since %s\n", state->holder.pid,
               state->holder.host, state->holder.since);
    else if (state->is_written)
        printf("run        another process writes it\n");
    if (state->num_failed > 0)
        printf("failed     %" PRIu64
               " metatile%s in the last run; 'execute --retry-failed' makes them alone\n",
               state->num_failed, state->num_failed == 1 ? "" : "s");
    if (state->missing > 0 && !state->is_written)
        printf("missing    %" PRIu64 " tile%s that %s written; 'execute' makes them anew\n", state->missing,
               state->missing == 1 ? "" : "s", state->missing == 1 ? "was" : "were");
}

static json_t *zooms_json(const struct tw_output_state *state)
{
    json_t *zooms = json_array();
    for (int zoom = state->min_zoom; zoom <= state->max_zoom; zoom++) {
        json_t *json =
            json_pack("{s:i, s:I, s:I}", "zoom", zoom, "tiles", (json_int_t)state->zooms[zoom].tiles, "bytes",
                      (json_int_t)state->zooms[zoom].bytes);
        if (state->has_journal)
            json_object_set_new(json, "missing", json_integer((json_int_t)state->zooms[zoom].missing));
        json_array_append_new(zooms, json);
    }
    return zooms;
}

static json_t *run_json(const struct tw_output_state *state)
{
    const struct tw_lock_holder *holder = &state->holder;
    if (!state->is_written)
        return json_null();
    return holder->pid > 0 ? json_pack("{s:I, s:s, s:s}", "pid", (json_int_t)holder->pid, "host",
                                       holder->host, "since", holder->since)
                           : json_object();
}

static void set_text(json_t *json, const char *key, const char *text)
{
    if (text != NULL)
        json_object_set_new(json, key, json_string(text));
}

static json_t *output_json(const struct tw_tile_output *output, struct tw_arena *arena)
{
    const struct tw_pyramid *p = &output->pyramid;
    json_t *pyramid = json_pack("{s:s, s:s, s:i, s:i, s:i}", "grid", p->grid->name, "crs",
                                tw_crs_called(p->grid->crs, arena), "tile_size", p->tile_size_px,
                                "metatiling", p->metatiling, "pixelbuffer", p->pixelbuffer_px);
    json_t *json = json_pack("{s:s, s:s, s:s, s:o}", "path", output->folder, "extension", output->extension,
                             "paths", output->schema, "pyramid", pyramid);
    set_text(json, "format", output->format);
    set_text(json, "version", output->version);
    set_text(json, "process", output->process);
    if (output->num_bands > 0)
        json_object_set_new(json, "bands", json_integer(output->num_bands));
    if (output->has_dtype)
        set_text(json, "dtype", tw_dtype_name(output->dtype));
    if (output->has_nodata)
        json_object_set_new(json, "nodata", tw_number_to_json(output->nodata));
    return json;
}

json_t *tw_state_json(const struct tw_tile_output *output, const struct tw_output_state *state,
                      struct tw_arena *arena)
{
    json_t *json = output_json(output, arena);
    struct tw_box bounds;
    if (tw_output_state_bounds(state, output, &bounds))
        json_object_set_new(json, "bounds", tw_box_json(&bounds));
    json_object_set_new(json, "zooms", zooms_json(state));
    json_object_set_new(json, "tiles", json_integer((json_int_t)state->tiles));
    json_object_set_new(json, "bytes", json_integer((json_int_t)state->bytes));
    if (state->has_journal)
        json_object_set_new(json, "missing", json_integer((json_int_t)state->missing));
    json_object_set_new(json, "failed_metatiles", json_integer((json_int_t)state->num_failed));
    json_object_set_new(json, "run", run_json(state));
    return json;
}
