/* SPDX-License-Identifier: MIT */
#include "tile_archive.h"
#include "area.h"
#include "encoder_driver.h"
#include "file.h"

#include <math.h>
#include <string.h>

static void check_format(const struct tw_tile_archive *archive, const struct tw_sink_spec *spec,
                         struct tw_problems *problems)
{
    const char *format = tw_encoder_format(archive->file.sink->encoder);
    static const char *const known[] = {"PNG", "PNG8", "PNG_hillshade", "JPEG", "WebP"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(format, known[i]) == 0)
            return;
    tw_problems_add(problems, tw_value_get(spec->output.options, "format"),
                    "%s holds tiles for web maps, and output.format is %s: use PNG, JPEG or WebP, or a "
                    "folder as output.path",
                    archive->kind, format);
}

static void check_pyramid(const struct tw_tile_archive *archive, const struct tw_sink_spec *spec,
                          struct tw_problems *problems)
{
    const struct tw_pyramid *pyramid = &spec->pyramid;
    const struct tw_value *path = tw_value_get(spec->output.options, "path");
    if (!tw_grid_equals(pyramid->grid, tw_grid_named("mercator")))
        tw_problems_add(problems, path,
                        "%s holds tiles of the grid 'mercator', and the pyramid's is '%s': use that grid, or "
                        "a folder as output.path",
                        archive->kind, pyramid->grid->name);
    if (pyramid->tile_size_px != 256 && pyramid->tile_size_px != 512)
        tw_problems_add(problems, path,
                        "tiles of %s have 256 or 512 pixels, and pyramid.tile_size is %d: use one of these, "
                        "or a folder as output.path",
                        archive->kind, pyramid->tile_size_px);
    if (pyramid->pixelbuffer_px != 0)
        tw_problems_add(problems, path,
                        "tiles of %s have no margin, and output.pixelbuffer is %d: use 0, or a folder as "
                        "output.path",
                        archive->kind, pyramid->pixelbuffer_px);
}

static const char *const about_keys[] = {"name", "description", "attribution", "version", "type"};
enum { NUM_ABOUT_KEYS = sizeof(about_keys) / sizeof(about_keys[0]) };

static const char *read_text(const struct tw_value *metadata, const char *key, struct tw_arena *arena,
                             struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(metadata, key);
    if (value == NULL || value->kind == TW_NULL)
        return NULL;
    if (value->kind == TW_STRING || value->kind == TW_NUMBER)
        return tw_arena_strdup(arena, value->text);
    tw_problems_add(problems, value, "output.metadata.%s must be a text, not %s", key,
                    tw_value_kind_name(value->kind));
    return NULL;
}

static void check_metadata(const struct tw_value *metadata, struct tw_problems *problems)
{
    static const char *const types[] = {"overlay", "baselayer"};
    const struct tw_value *type = tw_value_get(metadata, "type"),
                          *version = tw_value_get(metadata, "version");
    if (metadata->kind != TW_MAP) {
        tw_problems_add(problems, metadata, "output.metadata must be a map such as {name: Relief}, not %s",
                        tw_value_kind_name(metadata->kind));
        return;
    }
    for (size_t i = 0; i < metadata->count; i++) {
        bool found = false;
        for (int k = 0; k < NUM_ABOUT_KEYS; k++)
            found = found || strcmp(metadata->members[i].key, about_keys[k]) == 0;
        if (!found)
            tw_problems_add_unknown_key(problems, &metadata->members[i], "key of output.metadata", about_keys,
                                        NUM_ABOUT_KEYS);
    }
    if (type != NULL && (type->kind == TW_STRING || type->kind == TW_NUMBER) &&
        strcmp(type->text, types[0]) != 0 && strcmp(type->text, types[1]) != 0)
        tw_problems_add_unknown(problems, type, "type of map", type->text, types, 2);
    if (version != NULL && version->kind == TW_STRING)
        tw_problems_add(problems, version, "output.metadata.version must be a number such as 2, not '%s'",
                        version->text);
}

/* `relief` for `maps/relief.pmtiles`. */
static const char *name_of(const struct tw_sink *sink)
{
    const char *file = tw_path_name(sink->path), *dot = strrchr(file, '.');
    return tw_arena_printf(sink->arena, "%.*s", dot != NULL ? (int)(dot - file) : (int)strlen(file), file);
}

static bool read_about(struct tw_tile_archive *archive, const struct tw_sink_spec *spec,
                       struct tw_problems *problems)
{
    const struct tw_sink *sink = archive->file.sink;
    const struct tw_value *metadata = tw_value_get(spec->output.options, "metadata");
    struct tw_archive_about *about = &archive->about;
    bool is_photograph = strcmp(tw_encoder_extension(sink->encoder), "jpg") == 0;
    const char *defaults[NUM_ABOUT_KEYS] = {name_of(sink), NULL, "", "1",
                                            is_photograph ? "baselayer" : "overlay"};
    const char **texts[NUM_ABOUT_KEYS] = {&about->name, &about->description, &about->attribution,
                                          &about->version, &about->type};
    if (metadata != NULL && metadata->kind != TW_NULL)
        check_metadata(metadata, problems);
    for (int i = 0; i < NUM_ABOUT_KEYS; i++) {
        *texts[i] = read_text(metadata, about_keys[i], sink->arena, problems);
        if (*texts[i] == NULL)
            *texts[i] = defaults[i];
    }
    if (about->description == NULL)
        about->description = about->name;
    return about->name != NULL;
}

bool tw_tile_archive_open(struct tw_tile_archive *archive, struct tw_sink *sink,
                          const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    struct tw_single_file *file = &archive->file;
    sink->state = archive;
    file->sink = sink;
    check_format(archive, spec, problems);
    check_pyramid(archive, spec, problems);
    sink->pyramid.metatiling = 1;
    file->is_bare = file->is_spooled = file->is_pyramid = true;
    struct tw_box box = spec->area != NULL && !tw_area_is_empty(spec->area) ? tw_area_bounds(spec->area)
                                                                            : spec->pyramid.grid->extent;
    file->extent = tw_arena_printf(sink->arena, "%d %d %.17g %.17g %.17g %.17g", spec->min_zoom,
                                   spec->max_zoom, box.left, box.bottom, box.right, box.top);
    return file->extent != NULL && read_about(archive, spec, problems) && tw_single_init(file, sink);
}

void tw_tile_archive_close(void *state)
{
    if (state != NULL)
        tw_directory_free(((struct tw_single_file *)state)->tiles);
}

void tw_archive_tiles_add(struct tw_archive_tiles *tiles, const struct tw_spool_step *step)
{
    const struct tw_tile_range *new = &step->tiles;
    struct tw_tile_range *range = &tiles->deepest;
    if (tiles->count == 0)
        tiles->min_zoom = new->zoom;
    if (tiles->count == 0 || new->zoom > range->zoom)
        *range = *new;
    range->first_row = new->first_row < range->first_row ? new->first_row : range->first_row;
    range->last_row = new->last_row > range->last_row ? new->last_row : range->last_row;
    range->first_col = new->first_col < range->first_col ? new->first_col : range->first_col;
    range->last_col = new->last_col > range->last_col ? new->last_col : range->last_col;
    tiles->count += step->count;
}

/* Spherical Mercator: the latitude of the upper edge of a row (Snyder 1987, eq. 7-4). */
static double latitude_of(int64_t row, int zoom)
{
    return atan(sinh(M_PI * (1 - 2 * ldexp((double)row, -zoom)))) * 180 / M_PI;
}

static double longitude_of(int64_t col, int zoom)
{
    return ldexp((double)col, -zoom) * 360 - 180;
}

struct tw_archive_places tw_archive_places(const struct tw_archive_tiles *tiles, const struct tw_sink *sink)
{
    const struct tw_tile_range all = {0, 0, 0, 0, 0}, *range = tiles->count > 0 ? &tiles->deepest : &all;
    struct tw_archive_places places = {.min_zoom = tiles->count > 0 ? tiles->min_zoom : sink->min_zoom,
                                       .max_zoom = tiles->count > 0 ? range->zoom : sink->max_zoom,
                                       .bounds = {longitude_of(range->first_col, range->zoom),
                                                  latitude_of(range->last_row + 1, range->zoom),
                                                  longitude_of(range->last_col + 1, range->zoom),
                                                  latitude_of(range->first_row, range->zoom)}};
    for (int i = 0; i < 2; i++)
        places.center[i] = (places.bounds[i] + places.bounds[i + 2]) / 2;
    return places;
}

bool tw_archive_is_part(const char *fingerprint)
{
    size_t length = strlen(fingerprint);
    return length > 5 && strcmp(fingerprint + length - 5, " part") == 0;
}
