/* The TileMatrixSets of the OGC registry, as numbers: https://www.opengis.net/def/tilematrixset/OGC/1.0
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile_matrix_set.h"

#include <stdio.h>
#include <string.h>

#define WORLD 20037508.3427892
#define POLAR_NEAR -14440759.350252
#define POLAR_FAR 18440759.350252

enum { TILE_SIZE_PX = 256, NUM_UTM_ZONES = 60 };

static const struct tw_grid registered[] = {
    {"WebMercatorQuad", "EPSG:3857", {-WORLD, -WORLD, WORLD, WORLD}, 1, 1, true, 0, 25, TILE_SIZE_PX},
    {"WorldCRS84Quad", "EPSG:4326", {-180, -90, 180, 90}, 2, 1, true, 0, 24, TILE_SIZE_PX},
    {"WGS1984Quad", "EPSG:4326", {-180, -90, 180, 90}, 2, 1, true, 0, 24, TILE_SIZE_PX},
    {"WorldMercatorWGS84Quad", "EPSG:3395", {-WORLD, -WORLD, WORLD, WORLD}, 1, 1, true, 0, 25, TILE_SIZE_PX},
    {"UPSArcticWGS84Quad",
     "EPSG:5041",
     {POLAR_NEAR, POLAR_NEAR, POLAR_FAR, POLAR_FAR},
     1,
     1,
     false,
     0,
     25,
     TILE_SIZE_PX},
    {"UPSAntarcticWGS84Quad",
     "EPSG:5042",
     {POLAR_NEAR, POLAR_NEAR, POLAR_FAR, POLAR_FAR},
     1,
     1,
     false,
     0,
     25,
     TILE_SIZE_PX},
    {"EuropeanETRS89_LAEAQuad", "EPSG:3035", {2e6, 1e6, 6.5e6, 5.5e6}, 1, 1, false, 0, 16, TILE_SIZE_PX},
};
enum { NUM_REGISTERED = sizeof(registered) / sizeof(registered[0]) };

/* Those of the registry that are no pyramids. */
static const struct {
    const char *id, *reason;
} refused[] = {
    {"GNOSISGlobalGrid", "its rows are not all of the same number of tiles (variableMatrixWidths); only "
                         "whole matrices are supported"},
    {"CDB1GlobalGrid", "its rows are not all of the same number of tiles (variableMatrixWidths); only whole "
                       "matrices are supported"},
    {"CanadianNAD83_LCC", "its cells are not halved from one matrix to the next"},
};
enum { NUM_REFUSED = sizeof(refused) / sizeof(refused[0]) };

/* `UTM33WGS84Quad`: one column and two rows of tiles at matrix "1", centred on the middle of zone and
 * equator. */
static const struct tw_grid *utm_grid(const char *id, struct tw_arena *arena)
{
    int zone = 0;
    char name[32];
    if (sscanf(id, "UTM%2dWGS84Quad", &zone) != 1 || zone < 1 || zone > NUM_UTM_ZONES)
        return NULL;
    snprintf(name, sizeof(name), "UTM%02dWGS84Quad", zone);
    struct tw_grid *grid = tw_arena_calloc(arena, 1, sizeof(*grid));
    if (strcmp(name, id) != 0 || grid == NULL)
        return NULL;
    *grid = (struct tw_grid){
        .name = tw_arena_strdup(arena, id),
        .crs = tw_arena_printf(arena, "EPSG:%d", 32600 + zone),
        .extent = {-9501965.72931276, -20003931.4586255, 10501965.72931274, 20003931.4586255},
        .cols = 1,
        .rows = 2,
        .first_zoom = 1,
        .num_zooms = 24,
        .tile_size_px = TILE_SIZE_PX,
    };
    return grid->name != NULL && grid->crs != NULL ? grid : NULL;
}

_Static_assert((size_t)NUM_REGISTERED <= TW_MOST_REGISTERED, "TW_MOST_REGISTERED is too small");

size_t tw_registered_grid_ids(const char *ids[TW_MOST_REGISTERED])
{
    for (size_t i = 0; i < NUM_REGISTERED; i++)
        ids[i] = registered[i].name;
    return NUM_REGISTERED;
}

const struct tw_grid *tw_registered_grid(const char *id, struct tw_arena *arena)
{
    for (size_t i = 0; i < NUM_REGISTERED; i++)
        if (strcmp(registered[i].name, id) == 0)
            return &registered[i];
    return utm_grid(id, arena);
}

static void add_unknown(const struct tw_value *name, struct tw_problems *problems)
{
    static const char known[] =
        "mercator, geodetic, TileMatrixSets such as WebMercatorQuad and UTM33WGS84Quad";
    const char *names[NUM_REGISTERED + 2] = {"mercator", "geodetic"};
    for (size_t i = 0; i < NUM_REGISTERED; i++)
        names[i + 2] = registered[i].name;
    const char *meant = tw_suggest(name->text, names, NUM_REGISTERED + 2);
    if (meant != NULL)
        tw_problems_add(problems, name, "unknown grid '%s'; did you mean '%s'? (known: %s)", name->text,
                        meant, known);
    else
        tw_problems_add(problems, name, "unknown grid '%s'; known: %s", name->text, known);
}

const struct tw_grid *tw_tile_matrix_set_named(const struct tw_value *name, struct tw_arena *arena,
                                               struct tw_problems *problems)
{
    const char *slash = strrchr(name->text, '/');
    bool is_uri = strncmp(name->text, "http://", 7) == 0 || strncmp(name->text, "https://", 8) == 0;
    const char *id = is_uri && slash != NULL ? slash + 1 : name->text;
    const struct tw_grid *grid = tw_registered_grid(id, arena);
    if (grid != NULL)
        return grid;
    for (size_t i = 0; i < NUM_REFUSED; i++)
        if (strcmp(refused[i].id, id) == 0) {
            tw_problems_add(problems, name, "the grid '%s' is no pyramid: %s", id, refused[i].reason);
            return NULL;
        }
    if (is_uri)
        tw_problems_add(problems, name,
                        "'%s' is not the URI of a known TileMatrixSet; save the definition to a .json file "
                        "and name that",
                        name->text);
    else
        add_unknown(name, problems);
    return NULL;
}
