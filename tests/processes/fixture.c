/* SPDX-License-Identifier: MIT */
#include "fixture_vectors.h"

#include "file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const image_bands[] = {"red", "green", "blue", "nir", "cloud"};
static const char *const dem_bands[] = {"elevation"};
enum { NUM_IMAGE_BANDS = 5, NUM_SCENES = 4 };

static const char *const *image_names(void *context, size_t *count)
{
    (void)context;
    *count = NUM_IMAGE_BANDS;
    return image_bands;
}

static const char *const *dem_names(void *context, size_t *count)
{
    (void)context;
    *count = 1;
    return dem_bands;
}

static double image_value(size_t band, size_t i)
{
    double index = (double)i;
    const double values[] = {100 + index, 200 + index, 300 + index, 500 + 3 * index, 10 * index};
    return values[band];
}

static double scene_value(size_t scene, size_t band, size_t i)
{
    double number = (double)scene + 1, red = 100 * number + (double)i;
    const double values[] = {red, 1000 + red, 2000 + red, 3000 + red * number, 30 * (double)scene};
    return values[band];
}

static bool scene_has(size_t scene, size_t i)
{
    return scene != 2 && i != scene;
}

static size_t band_number(const char *name)
{
    for (size_t i = 0; i < NUM_IMAGE_BANDS; i++)
        if (strcmp(image_bands[i], name) == 0)
            return i;
    abort();
}

/* scene < 0: the image. All bands share the validity of the first. */
static enum tw_status read_bands(struct fixture *fixture, int scene, const struct tw_script_read *request,
                                 struct tw_raster *raster)
{
    const char *const *bands = request->bands != NULL ? request->bands : image_bands;
    size_t count = request->bands != NULL ? request->num_bands : NUM_IMAGE_BANDS;
    struct tw_array *arrays = tw_arena_calloc(fixture->job.arena, count, sizeof(*arrays));
    if (arrays == NULL)
        return tw_error_set(&fixture->err, TW_EBUDGET, "no room");
    for (size_t b = 0; b < count; b++) {
        size_t number = band_number(bands[b]);
        arrays[b] = (struct tw_array){.width_px = fixture->job.window.width_px,
                                      .height_px = fixture->job.window.height_px,
                                      .dtype = number == 4 ? TW_UINT8 : TW_UINT16};
        if (!tw_array_alloc(fixture->job.arena, &arrays[b], b == 0))
            return tw_error_set(&fixture->err, TW_EBUDGET, "no room");
        if (b > 0)
            arrays[b].valid = arrays[0].valid;
        for (size_t i = 0; i < tw_array_num_pixels(&arrays[b]); i++) {
            size_t place = i % FIXTURE_PIXELS;
            tw_array_set(&arrays[b], i,
                         scene < 0 ? image_value(number, place) : scene_value((size_t)scene, number, place));
            arrays[b].valid[i] = (scene < 0 ? place != 1 : scene_has((size_t)scene, place)) ? TW_VALID : 0;
        }
    }
    *raster = (struct tw_raster){count, arrays, bands, NULL};
    return TW_OK;
}

static bool read_fails(struct fixture *fixture, struct tw_error *err)
{
    fixture->reads++;
    if (fixture->failing_reads == 0)
        return false;
    fixture->failing_reads--;
    tw_error_set(err, TW_EINPUT, "cannot read 'image.tif': the file ends too early");
    return true;
}

static enum tw_status read_image(void *context, const struct tw_script_read *request,
                                 struct tw_raster *raster, struct tw_error *err)
{
    if (read_fails(context, err))
        return TW_EINPUT;
    return read_bands(context, -1, request, raster);
}

static enum tw_status read_dem(void *context, const struct tw_script_read *request, struct tw_raster *raster,
                               struct tw_error *err)
{
    struct fixture *fixture = context;
    (void)request;
    struct tw_array *array = tw_arena_calloc(fixture->job.arena, 1, sizeof(*array));
    if (read_fails(context, err) || array == NULL)
        return TW_EINPUT;
    *array = (struct tw_array){.width_px = fixture->job.window.width_px,
                               .height_px = fixture->job.window.height_px,
                               .dtype = TW_FLOAT32};
    if (!tw_array_alloc(fixture->job.arena, array, false))
        return tw_error_set(err, TW_EBUDGET, "no room");
    for (size_t i = 0; i < tw_array_num_pixels(array); i++)
        tw_array_set(array, i, i == 2 ? (double)NAN : (double)i / 2);
    *raster = (struct tw_raster){1, array, dem_bands, NULL};
    return TW_OK;
}

static enum tw_status list_scenes(void *context, struct tw_script_scene **scenes, size_t *num_scenes,
                                  struct tw_error *err)
{
    static struct tw_script_scene list[NUM_SCENES] = {
        {0, "S2A_one", "2023-08-10T10:00:31Z", "{\"platform\": \"sentinel-2a\", \"tiles\": [1, 2.5]}", 12.5},
        {1, "S2B_two", "2023-08-13T10:00:31Z", "{\"name\": \"caf\\u00e9 \\\"x\\\"\", \"none\": null}", 0},
        {2, "S2A_three", "2023-08-15T10:00:31Z", NULL, 3},
        {3, "S2B_four", NULL, "{}", NAN},
    };
    (void)context;
    (void)err;
    *scenes = list;
    *num_scenes = NUM_SCENES;
    return TW_OK;
}

static enum tw_status read_scene(void *context, const struct tw_script_read *request,
                                 struct tw_raster *raster, struct tw_error *err)
{
    if (read_fails(context, err))
        return TW_EINPUT;
    return read_bands(context, (int)request->scene, request, raster);
}

static const struct tw_pyramid *test_pyramid(void)
{
    static struct tw_pyramid pyramid = {.tile_size_px = 256, .metatiling = 1, .pixelbuffer_px = 8};
    pyramid.grid = tw_grid_named("mercator");
    return &pyramid;
}

/* A degree is 100 km, everywhere; beyond 90 of them there is nothing. */
static enum tw_status find_lonlat(void *context, double x, double y, double degrees[2], struct tw_error *err)
{
    (void)context;
    (void)err;
    bool known = fabs(y) <= 9e6;
    degrees[0] = known ? x / 1e5 : (double)NAN;
    degrees[1] = known ? y / 1e5 : (double)NAN;
    return TW_OK;
}

static struct tw_script_input like(const struct tw_script_input *input, const char *name,
                                   const struct tw_script_input *group)
{
    struct tw_script_input copy = *input;
    copy.name = name;
    copy.group = group;
    return copy;
}

static struct tw_script_input group_in(const char *name, const struct tw_script_input *group)
{
    return (struct tw_script_input){.name = name, .is_group = true, .group = group};
}

/* Behind the others, the first three of which they repeat. */
static void add_groups(struct tw_script_input *inputs)
{
    inputs[4] = group_in("years", NULL);
    inputs[5] = like(&inputs[0], "2019", &inputs[4]);
    inputs[6] = like(&inputs[0], "2020", &inputs[4]);
    inputs[7] = group_in("extra", NULL);
    inputs[8] = like(&inputs[1], "height", &inputs[7]);
    inputs[9] = group_in("inner", &inputs[7]);
    inputs[10] = like(&inputs[2], "scenes", &inputs[9]);
}

void fixture_init(struct fixture *fixture, int width_px, int height_px)
{
    *fixture = (struct fixture){.arena = tw_arena_new(0)};
    struct tw_script_input *inputs = fixture->inputs;
    inputs[0] = (struct tw_script_input){.name = "image",
                                         .kind = TW_INPUT_RASTER,
                                         .context = fixture,
                                         .band_names = image_names,
                                         .read = read_image};
    inputs[1] = inputs[0];
    inputs[1].name = "dem";
    inputs[1].band_names = dem_names;
    inputs[1].read = read_dem;
    inputs[2] = inputs[0];
    inputs[2].name = "scenes";
    inputs[2].kind = TW_INPUT_STACK;
    inputs[2].scenes = list_scenes;
    inputs[2].read = read_scene;
    add_groups(inputs);
    fixture_add_vectors(fixture);
    fixture->services.lonlat = find_lonlat;
    fixture->job = (struct tw_script_job){.tile = {5, 9, 17},
                                          .pyramid = test_pyramid(),
                                          .inputs = fixture->inputs,
                                          .num_inputs = FIXTURE_INPUTS,
                                          .services = &fixture->services,
                                          .arena = fixture->arena,
                                          .cancel = &fixture->cancel};
    fixture->job.window = tw_tile_window(test_pyramid(), &fixture->job.tile);
    fixture->job.window.width_px = width_px;
    fixture->job.window.height_px = height_px;
}

static void unload(struct fixture *fixture)
{
    tw_script_free(fixture->script);
    tw_program_free(fixture->program);
    fixture->script = NULL;
    fixture->program = NULL;
}

void fixture_free(struct fixture *fixture)
{
    unload(fixture);
    tw_figures_free(fixture->figures);
    tw_arena_free(fixture->arena);
}

int fixture_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    fixture_init(fixture, FIXTURE_WIDTH, FIXTURE_HEIGHT);
    *state = fixture;
    return 0;
}

int fixture_teardown(void **state)
{
    fixture_free(*state);
    free(*state);
    return 0;
}

enum tw_status fixture_load_file(struct fixture *fixture, const char *path)
{
    struct tw_problems problems = {0};
    unload(fixture);
    enum tw_status status = tw_program_load(path, NULL, &fixture->limits, &fixture->program, &problems);
    if (status != TW_OK)
        tw_error_set(&fixture->err, status, "%s", tw_text_get(&problems.text));
    tw_problems_free(&problems);
    if (status != TW_OK)
        return status;
    fixture->script = tw_script_new(fixture->program, &fixture->limits, &fixture->err);
    return fixture->script != NULL ? TW_OK : fixture->err.status;
}

enum tw_status fixture_load(struct fixture *fixture, const char *name, const char *text)
{
    char folder[] = "/tmp/tilewright-test-XXXXXX", path[256];
    if (mkdtemp(folder) == NULL)
        return tw_error_set(&fixture->err, TW_ESTORAGE, "no folder");
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    enum tw_status status = tw_file_write(path, text, strlen(text), &fixture->err);
    if (status == TW_OK)
        status = fixture_load_file(fixture, path);
    unlink(path);
    rmdir(folder);
    return status;
}

enum tw_status fixture_run(struct fixture *fixture)
{
    tw_arena_reset(fixture->arena);
    fixture->job.prepared = NULL;
    if (tw_program_declaration(fixture->program)->has_prepare &&
        tw_script_prepare(fixture->script, &fixture->job, fixture->arena, &fixture->job.prepared,
                          &fixture->err) != TW_OK)
        return fixture->err.status;
    int margin_px; /* a plan asks for it first */
    if (tw_program_declaration(fixture->program)->computes_margin &&
        tw_script_margin(fixture->script, fixture->job.params, &margin_px, &fixture->err) != TW_OK)
        return fixture->err.status;
    return tw_script_run(fixture->script, &fixture->job, &fixture->result, &fixture->err);
}

const char *fixture_try(struct fixture *fixture, const char *text)
{
    if (fixture_load(fixture, "test.lua", text) != TW_OK || fixture_run(fixture) != TW_OK)
        return fixture->err.message;
    return "";
}

double fixture_pixel(const struct fixture *fixture, size_t band, size_t i)
{
    const struct tw_array *array = &fixture->result.raster.bands[band];
    if (array->valid != NULL && array->valid[i] == 0)
        return (double)NAN;
    return tw_array_get(array, i);
}
