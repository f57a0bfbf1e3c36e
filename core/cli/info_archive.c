/* `info` of an archive of tiles: what it says of itself, and what is in it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "info.h"
#include "report.h"
#include "state_text.h"

#include "archive.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct told {
    const struct tw_info_request *request;
    const struct tw_archive_facts *facts;
    struct tw_tile_output output;
    struct tw_output_state state; /* of what was listed */
    uint64_t end;                 /* of the bytes so far */
    json_t *metadata;
};

static enum tw_status take_tile(void *context, const struct tw_stored_tile *tile, struct tw_error *err)
{
    (void)err;
    struct told *told = context;
    struct tw_output_state *state = &told->state;
    struct tw_zoom_state *zoom = &state->zooms[tile->tile.zoom];
    /* equal tiles that lie in one place count once */
    bool is_new = tile->offset == 0 || tile->offset + tile->size > told->end;
    uint64_t bytes = is_new || !told->facts->is_shared ? tile->size : 0;
    tw_tile_range_widen(&zoom->range, &tile->tile, 1, zoom->tiles == 0);
    told->end = tile->offset + tile->size > told->end ? tile->offset + tile->size : told->end;
    zoom->tiles++;
    zoom->bytes += bytes;
    state->tiles++;
    state->bytes += bytes;
    state->min_zoom = tile->tile.zoom < state->min_zoom ? tile->tile.zoom : state->min_zoom;
    state->max_zoom = tile->tile.zoom > state->max_zoom ? tile->tile.zoom : state->max_zoom;
    return TW_OK;
}

/* Of an archive too large for that, what it says is told. */
static enum tw_status look(struct told *told, struct tw_error *err)
{
    const struct tw_tile_listing listing = {
        .output = &told->output, .max_zoom = TW_MAX_ZOOM, .tile = take_tile, .context = told};
    struct tw_output_state *state = &told->state;
    *state = (struct tw_output_state){.min_zoom = TW_MAX_ZOOM + 1, .max_zoom = -1};
    if (!told->facts->is_large)
        return tw_tile_output_list(&listing, err);
    state->tiles = told->facts->num_tiles;
    state->min_zoom = told->facts->min_zoom;
    state->max_zoom = told->facts->max_zoom;
    return TW_OK;
}

/* On one line, whatever the archive says: control characters, which a terminal would obey, become blanks. */
static void print_text(const char *key, const char *text)
{
    printf("%-11s", key);
    for (; *text != '\0'; text++)
        putchar((unsigned char)*text < ' ' || *text == '\x7f' ? ' ' : *text);
    putchar('\n');
}

static void print_metadata(const struct told *told)
{
    static const char *const keys[][2] = {{"name", "name"},
                                          {"description", "about"},
                                          {"attribution", "by"},
                                          {"version", "version"},
                                          {"type", "type"}};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *text = json_string_value(json_object_get(told->metadata, keys[i][0]));
        if (text != NULL && text[0] != '\0')
            print_text(keys[i][1], text);
    }
}

static void print_words(const struct told *told, struct tw_arena *arena)
{
    const struct tw_archive_facts *facts = told->facts;
    struct tw_box bounds;
    char size[32];
    printf("%s: %s archive, %" PRIu64 " tile%s", told->request->target, facts->format, told->state.tiles,
           told->state.tiles == 1 ? "" : "s");
    if (facts->num_contents > 0)
        printf(", %" PRIu64 " of them different", facts->num_contents);
    printf(", %s\n", tw_size_text((double)facts->bytes, size));
    print_metadata(told);
    printf("format     %s\n", told->output.format);
    printf("pyramid    mercator (%s), tiles of %d pixels\n",
           tw_crs_called(told->output.pyramid.grid->crs, arena), told->output.pyramid.tile_size_px);
    if (tw_output_state_bounds(&told->state, &told->output, &bounds))
        tw_state_print_bounds(&bounds);
    if (facts->has_bounds)
        printf("degrees    %.10g %.10g %.10g %.10g\n", facts->bounds[0], facts->bounds[1], facts->bounds[2],
               facts->bounds[3]);
    if (facts->is_large)
        printf("zooms      %d to %d\n", facts->min_zoom, facts->max_zoom);
    else
        tw_state_print_zooms(&told->state, NULL, true);
}

static json_t *zooms_json(const struct tw_output_state *state)
{
    json_t *zooms = json_array();
    for (int zoom = state->min_zoom; zoom <= state->max_zoom; zoom++)
        json_array_append_new(zooms, json_pack("{s:i, s:I, s:I}", "zoom", zoom, "tiles",
                                               (json_int_t)state->zooms[zoom].tiles, "bytes",
                                               (json_int_t)state->zooms[zoom].bytes));
    return zooms;
}

static bool print_json(const struct told *told, struct tw_arena *arena)
{
    const struct tw_archive_facts *facts = told->facts;
    const struct tw_tile_output *output = &told->output;
    struct tw_box bounds;
    json_t *pyramid =
        json_pack("{s:s, s:s, s:i}", "grid", output->pyramid.grid->name, "crs",
                  tw_crs_called(output->pyramid.grid->crs, arena), "tile_size", output->pyramid.tile_size_px);
    json_t *json =
        json_pack("{s:s, s:s, s:s, s:s, s:o, s:I, s:I, s:[i, i], s:O}", "target", told->request->target,
                  "kind", "archive", "archive", facts->format, "format", output->format, "pyramid", pyramid,
                  "tiles", (json_int_t)told->state.tiles, "bytes", (json_int_t)facts->bytes, "zoom_levels",
                  told->state.min_zoom, told->state.max_zoom, "metadata", told->metadata);
    if (facts->num_contents > 0)
        json_object_set_new(json, "contents", json_integer((json_int_t)facts->num_contents));
    if (tw_output_state_bounds(&told->state, output, &bounds))
        json_object_set_new(json, "bounds", tw_box_json(&bounds));
    if (facts->has_bounds)
        json_object_set_new(json, "degrees",
                            json_pack("[f, f, f, f]", facts->bounds[0], facts->bounds[1], facts->bounds[2],
                                      facts->bounds[3]));
    if (!facts->is_large)
        json_object_set_new(json, "zooms", zooms_json(&told->state));
    return tw_print_json(json);
}

static int tell(struct told *told, struct tw_arena *arena)
{
    static const char *const formats[][2] = {{"png", "PNG"}, {"jpg", "JPEG"}, {"webp", "WebP"}};
    told->output.format = told->output.extension;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (strcmp(told->output.extension, formats[i][0]) == 0)
            told->output.format = formats[i][1];
    if (told->request->as_json)
        return print_json(told, arena) ? TW_EXIT_DONE : TW_EXIT_SYSTEM;
    print_words(told, arena);
    return TW_EXIT_DONE;
}

int tw_info_archive(const struct tw_info_request *request, struct tw_arena *arena)
{
    struct told told = {.request = request};
    struct tw_archive *archive = NULL;
    struct tw_error err = {0};
    enum tw_status status = tw_archive_open(request->target, &archive, &err);
    if (status == TW_OK) {
        told.facts = tw_archive_facts(archive);
        status = tw_archive_output(archive, &told.output, &err);
    }
    if (status == TW_OK)
        status = look(&told, &err);
    if (status == TW_OK && (told.metadata = json_loads(told.facts->metadata, 0, NULL)) == NULL)
        status = tw_error_nomem(&err);
    int code = status == TW_OK ? tell(&told, arena) : tw_report_error(&err);
    json_decref(told.metadata);
    tw_archive_close(archive);
    return code;
}
