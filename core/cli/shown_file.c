/* SPDX-License-Identifier: MIT */
#include "shown_file.h"
#include "convert_config.h"

#include "archive.h"
#include "file.h"
#include "grid_read.h"
#include "source.h"
#include "tile_output.h"

#include <stdlib.h>
#include <string.h>

/* Features have no resolution to choose zooms by. */
enum { DEEPEST_OF_FEATURES = 16 };

/* A file without a nodata value has none here, either: its zeros are values. */
static const char *const mask_options[] = {"compress=lerc", "max_z_error=1e-30"};

struct shown {
    struct tw_arena *arena;
    const char *creation[sizeof(mask_options) / sizeof(mask_options[0])];
    struct tw_convert_result result;
    struct tw_selection selection;
    struct tw_conversion conversion;
};

static void unload(struct tw_loaded *loaded)
{
    struct shown *shown = loaded->kept;
    tw_config_free(loaded->config);
    if (shown == NULL)
        return;
    tw_convert_result_free(&shown->result);
    tw_arena_free(shown->arena);
    free(shown);
}

/* What it holds; opened for a moment. */
struct held {
    bool is_vector;
    bool has_nodata;
};

static enum tw_status find_kind(const char *path, struct tw_arena *arena, struct held *held,
                                struct tw_problems *problems)
{
    struct tw_source *source = NULL;
    const struct tw_value *value = tw_value_string(arena, path);
    if (value == NULL)
        return TW_ENOMEM;
    enum tw_status status = tw_source_open("inp", value, ".", NULL, &source, problems);
    held->is_vector = status == TW_OK && tw_source_kind(source) == TW_SOURCE_VECTOR;
    held->has_nodata = status == TW_OK && tw_source_facts(source)->has_nodata;
    tw_source_close(source);
    return status;
}

static void choose(struct shown *shown, const char *path, const struct held *held)
{
    struct tw_conversion *conversion = &shown->conversion;
    bool is_tiled = tw_path_is_archive(path) || tw_is_tile_folder(path, shown->arena);
    *conversion =
        (struct tw_conversion){.input = path, .output = "tilewright-preview", .selection = &shown->selection};
    conversion->given[TW_CONVERT_FORMAT] = held->is_vector ? "GeoJSON" : "GTiff";
    if (!is_tiled)
        conversion->given[TW_CONVERT_PYRAMID] = "mercator";
    if (!held->is_vector)
        conversion->given[TW_CONVERT_RESAMPLING] = "bilinear";
    if (!held->is_vector && !held->has_nodata) {
        conversion->creation = shown->creation;
        conversion->num_creation = sizeof(mask_options) / sizeof(mask_options[0]);
        memcpy(shown->creation, mask_options, sizeof(mask_options));
    }
    if (held->is_vector && !is_tiled) {
        shown->selection.has_zooms = true;
        shown->selection.max_zoom = DEEPEST_OF_FEATURES;
    }
}

/* The configuration stands where the program was started, as the path is relative to that: by the name alone.
 */
static const char *name_of(struct tw_arena *arena, const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    const char *trimmed = tw_arena_strndup(arena, path, length);
    return trimmed != NULL ? tw_path_name(trimmed) : NULL;
}

enum tw_status tw_shown_file_load(const char *path, struct tw_loaded *loaded, struct tw_problems *problems)
{
    struct shown *shown = calloc(1, sizeof(*shown));
    struct held held = {0};
    *loaded = (struct tw_loaded){.kept = shown, .unload = unload};
    if (shown == NULL || (shown->arena = tw_arena_new(0)) == NULL)
        return TW_ENOMEM;
    shown->result.arena = shown->arena;
    enum tw_status status = find_kind(path, shown->arena, &held, problems);
    if (status == TW_OK) {
        choose(shown, path, &held);
        status = tw_convert_config(&shown->conversion, &shown->result, problems);
    }
    const char *name = name_of(shown->arena, path);
    if (status == TW_OK && name == NULL)
        status = TW_ENOMEM;
    if (status == TW_OK)
        status = tw_config_make(name, shown->result.root, tw_grid_read, &loaded->config, problems);
    return status;
}
