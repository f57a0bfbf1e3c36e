/* The tile job: source -> raster -> script -> raster -> stored form, for one metatile in one thread.
 *
 * SPDX-License-Identifier: MIT
 */
#include "services.h"

#include "file.h"
#include "rescale.h"

#include <string.h>

/* An input of the script at work: the callbacks' context. */
struct input {
    struct tw_worker *worker;
    const struct tw_source *source;
    struct tw_reader *reader;
    const struct tw_window *window;
};

static const char *const *input_band_names(void *context, size_t *count)
{
    const struct input *input = context;
    *count = tw_source_num_bands(input->source);
    return tw_source_band_names(input->source);
}

static enum tw_status input_scenes(void *context, struct tw_script_scene **scenes, size_t *num_scenes,
                                   struct tw_error *err)
{
    const struct input *input = context;
    struct tw_arena *arena = input->worker->arena;
    struct tw_scene *found = NULL;
    enum tw_status status = tw_reader_scenes(input->reader, input->window, arena, &found, num_scenes, err);
    if (status != TW_OK)
        return tw_error_prefix(err, "input '%s': ", tw_source_name(input->source));
    *scenes = tw_arena_calloc(arena, *num_scenes + 1, sizeof(**scenes));
    if (*scenes == NULL)
        return tw_error_set(err, TW_EBUDGET, "no memory left for the list of scenes");
    for (size_t i = 0; i < *num_scenes; i++)
        (*scenes)[i] = (struct tw_script_scene){.index = found[i].index,
                                                .id = found[i].id,
                                                .datetime = found[i].datetime,
                                                .properties = found[i].properties,
                                                .cloud_cover = found[i].cloud_cover};
    return TW_OK;
}

static enum tw_status input_read(void *context, const struct tw_script_read *request,
                                 struct tw_raster *raster, struct tw_error *err)
{
    const struct input *input = context;
    struct tw_read read = {
        .window = *input->window,
        .scene = request->scene,
        .bands = request->bands,
        .num_bands = request->num_bands,
        .resampling = request->resampling != NULL ? *request->resampling : TW_NEAREST,
        .resampling_given = request->resampling != NULL,
        .cancel = input->worker->cancel,
    };
    enum tw_status status = tw_reader_read(input->reader, &read, input->worker->arena, raster, err);
    return status == TW_OK ? TW_OK : tw_error_prefix(err, "input '%s': ", tw_source_name(input->source));
}

static enum tw_status input_features(void *context, struct tw_features *features, struct tw_error *err)
{
    const struct input *input = context;
    enum tw_status status = tw_reader_features(input->reader, input->window, input->worker->cancel,
                                               input->worker->arena, features, err);
    return status == TW_OK ? TW_OK : tw_error_prefix(err, "input '%s': ", tw_source_name(input->source));
}

/* The script's inputs that the configuration gives at this zoom. */
static enum tw_status offer_inputs(struct tw_worker *worker, struct tw_script_job *job, struct tw_error *err)
{
    const struct tw_plan *plan = worker->plan;
    const struct tw_plan_zoom *zoom = tw_plan_zoom(plan, job->tile.zoom);
    size_t count = zoom->num_inputs;
    struct tw_script_input *offered = tw_arena_calloc(worker->arena, count + 1, sizeof(*offered));
    struct input *inputs = tw_arena_calloc(worker->arena, count + 1, sizeof(*inputs));
    if (offered == NULL || inputs == NULL)
        return tw_error_set(err, TW_EBUDGET, "no memory left for the inputs");
    job->inputs = offered;
    job->num_inputs = count;
    for (size_t i = 0; i < count; i++) {
        const struct tw_plan_input *given = &zoom->inputs[i];
        const struct tw_script_input *group = given->group != SIZE_MAX ? &offered[given->group] : NULL;
        offered[i] = (struct tw_script_input){.name = given->name, .is_group = true, .group = group};
        if (given->source == SIZE_MAX)
            continue;
        const struct tw_source *source = plan->sources[given->source];
        inputs[i] = (struct input){worker, source, worker->readers[given->source], &job->window};
        offered[i] = (struct tw_script_input){.name = given->name,
                                              .kind = tw_input_kind_of(source),
                                              .context = &inputs[i],
                                              .band_names = input_band_names,
                                              .scenes = input_scenes,
                                              .read = input_read,
                                              .features = input_features,
                                              .group = group};
    }
    return TW_OK;
}

/* Cuts a raster from one window to another that lies inside. */
static enum tw_status crop(struct tw_worker *worker, const struct tw_raster *raster,
                           const struct tw_window *from, const struct tw_window *to,
                           struct tw_raster *cropped, struct tw_error *err)
{
    *cropped = *raster;
    if (from->width_px == to->width_px && from->height_px == to->height_px)
        return TW_OK;
    const int32_t rectangle[4] = {(int32_t)(to->col_px - from->col_px), (int32_t)(to->row_px - from->row_px),
                                  to->width_px, to->height_px};
    cropped->bands = tw_arena_calloc(worker->arena, raster->num_bands + 1, sizeof(struct tw_array));
    bool fits = cropped->bands != NULL;
    for (size_t i = 0; fits && i < raster->num_bands; i++)
        fits = tw_array_crop(worker->arena, &raster->bands[i], rectangle, &cropped->bands[i]);
    return fits ? TW_OK : tw_error_set(err, TW_EBUDGET, "no memory left to cut off the pixelbuffer");
}

static enum tw_status tile_error(const struct tw_tile *tile, struct tw_error *err)
{
    char text[TW_TILE_TEXT_SIZE];
    return tw_error_prefix(err, "tile %s: ", tw_tile_text(tile, text));
}

/* Whether nothing of a raster would be written: every pixel is nodata, or holds the output's nodata value. */
static bool writes_nothing(const struct tw_raster *raster, double nodata)
{
    for (size_t i = 0; i < raster->num_bands; i++) {
        const struct tw_array *band = &raster->bands[i];
        for (size_t k = 0; k < tw_array_num_pixels(band); k++)
            if ((band->valid == NULL || band->valid[k] != 0) && tw_array_get(band, k) != nodata)
                return false;
    }
    return true;
}

/* The part of the output: crops to the output's pixelbuffer and converts. A raster with a wrong number of
 * bands is an error, unless there is nothing to write anyway. */
static enum tw_status store(struct tw_worker *worker, const struct tw_window *from,
                            const struct tw_raster *raster, const struct tw_window *window,
                            struct tw_raster *stored, struct tw_error *err)
{
    const struct tw_encoder *encoder = tw_sink_encoder(worker->plan->sink);
    struct tw_raster cropped;
    enum tw_status status = tw_encoder_check_bands(encoder, raster->num_bands, err);
    if (status != TW_OK && writes_nothing(raster, tw_encoder_nodata(encoder))) {
        stored->num_bands = 0;
        return TW_OK;
    }
    if (status != TW_OK)
        return tw_error_prefix(err, "%s: ", tw_path_name(worker->plan->declaration->path));
    status = crop(worker, raster, from, window, &cropped, err);
    return status == TW_OK ? tw_encoder_store(encoder, &cropped, worker->arena, stored, err) : status;
}

static enum tw_status wrong_kind(struct tw_worker *worker, bool returned_features, struct tw_error *err)
{
    const char *script = tw_path_name(worker->plan->declaration->path);
    const char *format = tw_encoder_format(tw_sink_encoder(worker->plan->sink));
    if (returned_features)
        return tw_error_set(err, TW_ESCRIPT,
                            "%s: the script returned features, and the output is %s, which holds rasters: "
                            "return a raster, or set output.format to GeoJSON or FlatGeobuf",
                            script, format);
    return tw_error_set(err, TW_ESCRIPT,
                        "%s: the script returned a raster, and the output is %s, which holds features: "
                        "return a list of features, or set output.format to GTiff or PNG",
                        script, format);
}

/* Features of the output's window go to the worker, a raster to stored. */
static enum tw_status store_result(struct tw_worker *worker, const struct tw_script_job *job,
                                   const struct tw_script_result *result, const struct tw_window *window,
                                   struct tw_raster *stored, struct tw_error *err)
{
    const struct tw_encoder *encoder = tw_sink_encoder(worker->plan->sink);
    if (result->is_vector != tw_encoder_is_vector(encoder))
        return wrong_kind(worker, result->is_vector, err);
    if (!result->is_vector)
        return store(worker, &job->window, &result->raster, window, stored, err);
    enum tw_status status =
        tw_encoder_store_features(encoder, &result->features, window, worker->arena, &worker->features, err);
    if (status != TW_OK)
        return tw_error_prefix(err, "%s: ", tw_path_name(worker->plan->declaration->path));
    return TW_OK;
}

enum tw_status tw_job_compute(struct tw_worker *worker, const struct tw_tile *tile, struct tw_window *window,
                              struct tw_raster *stored, bool *empty, struct tw_error *err)
{
    const struct tw_pyramid *pyramid = &worker->plan->script_pyramid;
    const size_t variant = tw_plan_zoom(worker->plan, tile->zoom)->variant;
    struct tw_script_job job = {
        .tile = *tile,
        .pyramid = pyramid,
        .window = tw_tile_window_buffered(pyramid, tile, pyramid->pixelbuffer_px),
        .params = tw_plan_zoom(worker->plan, tile->zoom)->params,
        .variant = (int)variant,
        .prepared = worker->prepared != NULL ? worker->prepared[variant] : NULL,
        .arena = worker->arena,
        .cancel = worker->cancel,
    };
    struct tw_services services;
    tw_services_init(&services, worker, &job.window);
    job.services = &services.script;
    struct tw_script_result result;
    *stored = (struct tw_raster){0};
    worker->features = (struct tw_features){0};
    *window = tw_tile_window_buffered(pyramid, tile, worker->plan->config->output_pyramid.pixelbuffer_px);
    enum tw_status status = offer_inputs(worker, &job, err);
    if (status == TW_OK)
        status = tw_script_run(worker->script, &job, &result, err);
    if (status == TW_OK && !result.empty)
        status = store_result(worker, &job, &result, window, stored, err);
    if (status != TW_OK)
        return tile_error(tile, err);
    *empty = worker->features.count == 0 && tw_raster_is_empty(stored);
    return TW_OK;
}

/* What prepare and setup work on: the whole area, with inputs and parameters of the variant. */
static struct tw_script_job area_job(struct tw_worker *worker, size_t variant, struct tw_services *services)
{
    const struct tw_plan_variant *chosen = &worker->plan->variants[variant];
    struct tw_script_job job = {.tile = {.zoom = chosen->zoom},
                                .window = chosen->area,
                                .params = tw_plan_zoom(worker->plan, chosen->zoom)->params,
                                .variant = (int)variant,
                                .prepared = worker->prepared != NULL ? worker->prepared[variant] : NULL,
                                .arena = worker->arena,
                                .cancel = worker->cancel};
    tw_services_init(services, worker, &chosen->area);
    job.services = &services->script;
    tw_arena_reset(worker->arena);
    return job;
}

enum tw_status tw_job_prepare(struct tw_worker *worker, size_t variant, struct tw_arena *arena,
                              const struct tw_value **prepared, struct tw_error *err)
{
    struct tw_services services;
    struct tw_script_job job = area_job(worker, variant, &services);
    enum tw_status status = offer_inputs(worker, &job, err);
    if (status == TW_OK)
        status = tw_script_prepare(worker->script, &job, arena, prepared, err);
    return status == TW_OK ? TW_OK : tw_error_prefix(err, "prepare: ");
}

enum tw_status tw_job_setup(struct tw_worker *worker, size_t variant, struct tw_error *err)
{
    struct tw_services services;
    struct tw_script_job job = area_job(worker, variant, &services);
    enum tw_status status = tw_script_setup(worker->script, &job, err);
    return status == TW_OK ? TW_OK : tw_error_prefix(err, "setup: ");
}

/* The window one zoom further down that covers the same ground. */
static struct tw_window finer_window(const struct tw_window *window)
{
    struct tw_window finer = *window;
    finer.zoom++;
    finer.col_px *= 2;
    finer.row_px *= 2;
    finer.width_px *= 2;
    finer.height_px *= 2;
    return finer;
}

static enum tw_status no_memory(struct tw_error *err)
{
    return tw_error_set(err, TW_EBUDGET,
                        "no memory left for the overview: lower pyramid.metatiling or raise --memory");
}

/* Arrays of the overview, all nodata. */
static enum tw_status make_overview(struct tw_worker *worker, const struct tw_window *window,
                                    struct tw_raster *halved, struct tw_error *err)
{
    const struct tw_encoder *encoder = tw_sink_encoder(worker->plan->sink);
    halved->num_bands = (size_t)tw_encoder_num_bands(encoder);
    halved->bands = tw_arena_calloc(worker->arena, halved->num_bands + 1, sizeof(struct tw_array));
    if (halved->bands == NULL)
        return no_memory(err);
    for (size_t i = 0; i < halved->num_bands; i++) {
        struct tw_array *band = &halved->bands[i];
        *band = (struct tw_array){.width_px = window->width_px,
                                  .height_px = window->height_px,
                                  .dtype = (uint8_t)tw_encoder_dtype(encoder)};
        if (!tw_array_alloc(worker->arena, band, true))
            return no_memory(err);
        size_t count = tw_array_num_pixels(band);
        memset(band->pixels, 0, count * tw_dtype_size(tw_encoder_dtype(encoder)));
        memset(band->valid, 0, count);
    }
    return TW_OK;
}

/* Reads a quarter of what lies below the window (0: north-west, 3: south-east) and halves it into its place.
 */
static enum tw_status halve_quarter(struct tw_worker *worker, const struct tw_window *window, int quarter,
                                    struct tw_raster *halved, struct tw_error *err)
{
    const int32_t cols[3] = {0, window->width_px / 2, window->width_px};
    const int32_t rows[3] = {0, window->height_px / 2, window->height_px};
    int32_t col = cols[quarter % 2], row = rows[quarter / 2];
    struct tw_window part = *window;
    part.col_px += col;
    part.row_px += row;
    part.width_px = cols[quarter % 2 + 1] - col;
    part.height_px = rows[quarter / 2 + 1] - row;
    if (part.width_px == 0 || part.height_px == 0)
        return TW_OK;
    part = finer_window(&part);
    struct tw_raster below;
    bool found = false;
    enum tw_status status = tw_writer_get(worker->writer, &part, worker->arena, &below, &found, err);
    for (size_t i = 0; status == TW_OK && found && i < halved->num_bands; i++)
        tw_halve_into(&below.bands[i], worker->plan->config->lower, &halved->bands[i], col, row);
    return status;
}

/* Methods that look at 2 x 2 pixels only: in quarters, an overview takes no more memory than other tiles. */
static enum tw_status halve_quarters(struct tw_worker *worker, const struct tw_window *window,
                                     struct tw_raster *halved, struct tw_error *err)
{
    enum tw_status status = make_overview(worker, window, halved, err);
    for (int i = 0; i < 4 && status == TW_OK; i++) {
        struct tw_arena_mark mark = tw_arena_mark(worker->arena);
        status = halve_quarter(worker, window, i, halved, err);
        tw_arena_release(worker->arena, mark);
    }
    return status;
}

static enum tw_status halve_whole(struct tw_worker *worker, const struct tw_window *window,
                                  struct tw_raster *halved, struct tw_error *err)
{
    const struct tw_window finer = finer_window(window);
    struct tw_raster below;
    bool found = false;
    enum tw_status status = tw_writer_get(worker->writer, &finer, worker->arena, &below, &found, err);
    halved->num_bands = status == TW_OK && found ? below.num_bands : 0;
    halved->bands = tw_arena_calloc(worker->arena, halved->num_bands + 1, sizeof(struct tw_array));
    if (status == TW_OK && halved->bands == NULL)
        return no_memory(err);
    for (size_t i = 0; status == TW_OK && i < halved->num_bands; i++)
        if (!tw_array_halve(worker->arena, &below.bands[i], worker->plan->config->lower, &halved->bands[i]))
            status = no_memory(err);
    return status;
}

enum tw_status tw_job_overview(struct tw_worker *worker, const struct tw_tile *tile, struct tw_window *window,
                               struct tw_raster *stored, bool *empty, struct tw_error *err)
{
    const struct tw_config *config = worker->plan->config;
    struct tw_raster halved = {0};
    *window = tw_tile_window_buffered(&config->process_pyramid, tile, config->output_pyramid.pixelbuffer_px);
    enum tw_status status = tw_resampling_is_local(config->lower)
                                ? halve_quarters(worker, window, &halved, err)
                                : halve_whole(worker, window, &halved, err);
    *empty = status == TW_OK && tw_raster_is_empty(&halved);
    if (status == TW_OK && !*empty)
        status = tw_encoder_store(tw_sink_encoder(worker->plan->sink), &halved, worker->arena, stored, err);
    if (status != TW_OK)
        return tile_error(tile, err);
    *empty = *empty || tw_raster_is_empty(stored);
    return TW_OK;
}

enum tw_status tw_job_interpolate(struct tw_worker *worker, const struct tw_tile *tile,
                                  const struct tw_raster *parent, const struct tw_window *parent_window,
                                  struct tw_raster *stored, struct tw_error *err)
{
    const struct tw_config *config = worker->plan->config;
    struct tw_window window =
        tw_tile_window_buffered(&config->process_pyramid, tile, config->output_pyramid.pixelbuffer_px);
    /* odd pixelbuffers begin in the middle of a pixel of the parent: take the whole pixel and cut afterwards
     */
    int64_t first_col = window.col_px >> 1, first_row = window.row_px >> 1;
    int64_t last_col = (window.col_px + window.width_px - 1) >> 1,
            last_row = (window.row_px + window.height_px - 1) >> 1;
    const int32_t rectangle[4] = {(int32_t)(first_col - parent_window->col_px),
                                  (int32_t)(first_row - parent_window->row_px),
                                  (int32_t)(last_col - first_col + 1), (int32_t)(last_row - first_row + 1)};
    struct tw_window doubled = window;
    doubled.col_px = first_col * 2;
    doubled.row_px = first_row * 2;
    doubled.width_px = rectangle[2] * 2;
    doubled.height_px = rectangle[3] * 2;
    struct tw_raster finer = *parent, cropped;
    finer.bands = tw_arena_calloc(worker->arena, parent->num_bands + 1, sizeof(struct tw_array));
    bool fits = finer.bands != NULL;
    for (size_t i = 0; fits && i < parent->num_bands; i++)
        fits = tw_array_double(worker->arena, &parent->bands[i], rectangle, config->higher, &finer.bands[i]);
    enum tw_status status =
        fits ? crop(worker, &finer, &doubled, &window, &cropped, err)
             : tw_error_set(err, TW_EBUDGET, "no memory left: lower pyramid.metatiling or raise --memory");
    if (status == TW_OK)
        status = tw_encoder_store(tw_sink_encoder(worker->plan->sink), &cropped, worker->arena, stored, err);
    return status == TW_OK ? TW_OK : tile_error(tile, err);
}
