/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SAMPLES = 8192 };

struct tw_view {
    const struct tw_plan *plan;
    struct tw_arena *arena;
    struct tw_encoder *made;          /* NULL: the output's own encoder is used */
    struct tw_encoder *styled;        /* PNG with alpha; NULL for features */
    const struct tw_encoder *encoder; /* that is used */
    bool is_stretched, has_range;
    double range[2];
    double (*seen)[2];   /* of each of the output's bands; upside down: nothing yet */
    double (*ranges)[2]; /* the percentiles of each, of what was seen first in a style that asked for it */
    int num_bands;
    pthread_mutex_t mutex; /* of the ranges */
};

static bool is_picture(const struct tw_encoder *encoder)
{
    return strncmp(tw_encoder_content_type(encoder), "image/", 6) == 0 &&
           strcmp(tw_encoder_format(encoder), "GTiff") != 0;
}

static const struct tw_value *with_text(struct tw_arena *arena, const struct tw_value *map, const char *key,
                                        const char *text)
{
    const struct tw_value *value = tw_value_string(arena, text);
    return value != NULL ? tw_value_with(arena, map, key, value) : NULL;
}

/* A PNG with alpha, of one or three bands, or GeoJSON. */
static enum tw_status open_encoder(const struct tw_view *view, bool is_vector, int num_bands,
                                   struct tw_encoder **encoder, struct tw_error *err)
{
    const struct tw_config *config = view->plan->config;
    const struct tw_value *schema = tw_value_get(config->output, "schema"), *options = NULL;
    if (is_vector) {
        options = with_text(view->arena, NULL, "format", "GeoJSON");
        if (options != NULL && schema != NULL)
            options = tw_value_with(view->arena, options, "schema", schema);
    } else if ((options = with_text(view->arena, NULL, "format", "PNG")) != NULL) {
        options = with_text(view->arena, options, "georeference", "none");
        options = options != NULL ? with_text(view->arena, options, "compression", "fast") : NULL;
    }
    if (options == NULL)
        return tw_error_nomem(err);
    const struct tw_output_spec spec = {.options = options,
                                        .num_bands = is_vector ? 0 : num_bands,
                                        .has_dtype = !is_vector,
                                        .dtype = TW_UINT8,
                                        .grid = config->output_pyramid.grid};
    struct tw_problems problems = {0};
    *encoder = tw_encoder_open(is_vector ? "GeoJSON" : "PNG", &spec, &problems);
    if (*encoder == NULL)
        tw_error_set(err, TW_EUSAGE, "%s", tw_text_get(&problems.text));
    tw_problems_free(&problems);
    return *encoder != NULL ? TW_OK : err->status;
}

/* Encoders for the browser, where the output's own is none. */
static enum tw_status open_encoders(struct tw_view *view, const struct tw_encoder *own, struct tw_error *err)
{
    bool is_vector = tw_encoder_is_vector(own), is_rgb = tw_encoder_num_bands(own) >= 3;
    bool is_shown = is_picture(own) || strcmp(tw_encoder_format(own), "GeoJSON") == 0;
    enum tw_status status = is_vector ? TW_OK : open_encoder(view, false, 3, &view->styled, err);
    if (status == TW_OK && !is_shown)
        status = open_encoder(view, is_vector, is_rgb ? 3 : 1, &view->made, err);
    view->is_stretched = !is_shown && !is_vector && (!is_rgb || tw_encoder_dtype(own) != TW_UINT8);
    view->encoder = view->made != NULL ? view->made : own;
    return status;
}

/* Ranges that hold nothing yet. */
static double (*new_ranges(struct tw_arena *arena, int count))[2]
{
    double(*ranges)[2] = tw_arena_calloc(arena, (size_t)count, sizeof(*ranges));
    for (int i = 0; ranges != NULL && i < count; i++) {
        ranges[i][0] = INFINITY;
        ranges[i][1] = -INFINITY;
    }
    return ranges;
}

enum tw_status tw_view_new(const struct tw_plan *plan, struct tw_view **view, struct tw_error *err)
{
    const struct tw_encoder *own = tw_sink_encoder(plan->sink);
    struct tw_view *made = calloc(1, sizeof(*made));
    if (made == NULL || (made->arena = tw_arena_new(0)) == NULL) {
        free(made);
        return tw_error_nomem(err);
    }
    made->plan = plan;
    pthread_mutex_init(&made->mutex, NULL);
    made->num_bands = tw_encoder_is_vector(own) ? 0 : tw_encoder_num_bands(own);
    made->seen = new_ranges(made->arena, made->num_bands);
    made->ranges = new_ranges(made->arena, made->num_bands);
    enum tw_status status =
        made->seen != NULL && made->ranges != NULL ? open_encoders(made, own, err) : tw_error_nomem(err);
    if (status != TW_OK) {
        tw_view_free(made);
        return status;
    }
    *view = made;
    return TW_OK;
}

void tw_view_free(struct tw_view *view)
{
    if (view == NULL)
        return;
    tw_encoder_close(view->made);
    tw_encoder_close(view->styled);
    pthread_mutex_destroy(&view->mutex);
    tw_arena_free(view->arena);
    free(view);
}

const struct tw_encoder *tw_view_encoder(const struct tw_view *view)
{
    return view->encoder;
}

const char *tw_view_content_type(const struct tw_view *view, const struct tw_style *style)
{
    return tw_encoder_content_type(style != NULL && style->is_given ? view->styled : view->encoder);
}

bool tw_view_is_vector(const struct tw_view *view)
{
    return tw_encoder_is_vector(view->encoder);
}

bool tw_view_range(struct tw_view *view, double range[2])
{
    pthread_mutex_lock(&view->mutex);
    bool has_range = view->has_range;
    memcpy(range, view->range, sizeof(view->range));
    pthread_mutex_unlock(&view->mutex);
    return has_range;
}

/* One of the ranges that are upside down until they are known. */
static bool look_up(struct tw_view *view, double (*ranges)[2], int band, double range[2])
{
    pthread_mutex_lock(&view->mutex);
    bool is_known = band < view->num_bands && ranges[band][0] <= ranges[band][1];
    if (is_known)
        memcpy(range, ranges[band], sizeof(ranges[band]));
    pthread_mutex_unlock(&view->mutex);
    return is_known;
}

bool tw_view_seen(struct tw_view *view, int band, double range[2])
{
    return look_up(view, view->seen, band, range);
}

bool tw_view_band_range(struct tw_view *view, int band, double range[2])
{
    return look_up(view, view->ranges, band, range);
}

/* Widens a range by some of the valid pixels. */
static void widen(const struct tw_array *band, double range[2])
{
    size_t all = tw_array_num_pixels(band), step = all / MOST_SAMPLES + 1;
    for (size_t k = 0; k < all; k += step) {
        double value = tw_array_get(band, k);
        if ((band->valid != NULL && band->valid[k] == 0) || !isfinite(value))
            continue;
        range[0] = value < range[0] ? value : range[0];
        range[1] = value > range[1] ? value : range[1];
    }
}

void tw_view_see(struct tw_view *view, const struct tw_raster *part)
{
    for (int i = 0; i < view->num_bands && (size_t)i < part->num_bands; i++) {
        double range[2] = {INFINITY, -INFINITY};
        widen(&part->bands[i], range);
        pthread_mutex_lock(&view->mutex);
        view->seen[i][0] = fmin(view->seen[i][0], range[0]);
        view->seen[i][1] = fmax(view->seen[i][1], range[1]);
        pthread_mutex_unlock(&view->mutex);
    }
}

static int by_size(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

/* The 2nd and the 98th percentile of some of the valid pixels. */
static bool measure(const struct tw_raster *part, size_t num_bands, double range[2])
{
    double *samples = malloc(sizeof(double) * MOST_SAMPLES * num_bands);
    size_t count = 0;
    for (size_t i = 0; samples != NULL && i < num_bands; i++) {
        const struct tw_array *band = &part->bands[i];
        size_t all = tw_array_num_pixels(band), step = all / MOST_SAMPLES + 1;
        for (size_t k = 0; k < all; k += step) {
            double value = tw_array_get(band, k);
            if ((band->valid == NULL || band->valid[k] != 0) && isfinite(value))
                samples[count++] = value;
        }
    }
    if (count > 0) {
        qsort(samples, count, sizeof(*samples), by_size);
        range[0] = samples[count / 50];
        range[1] = samples[count - 1 - count / 50];
        if (range[1] <= range[0])
            range[1] = range[0] + 1;
    }
    free(samples);
    return count > 0;
}

static void find_range(struct tw_view *view, const struct tw_raster *part, size_t num_bands, double range[2])
{
    pthread_mutex_lock(&view->mutex);
    if (!view->has_range)
        view->has_range = measure(part, num_bands, view->range);
    memcpy(range, view->range, sizeof(view->range));
    pthread_mutex_unlock(&view->mutex);
}

/* From dark (1) to light (255). */
static bool stretch(const struct tw_array *band, const double range[2], double gamma, struct tw_arena *arena,
                    struct tw_array *shown)
{
    size_t count = tw_array_num_pixels(band);
    *shown = (struct tw_array){.width_px = band->width_px, .height_px = band->height_px, .dtype = TW_UINT8};
    double *values = tw_arena_alloc(arena, count * sizeof(*values));
    if (values == NULL || !tw_array_alloc(arena, shown, false))
        return false;
    tw_pixels_convert(band->pixels, (enum tw_dtype)band->dtype, values, TW_FLOAT64, count);
    const double factor = 1 / (range[1] - range[0]), power = gamma > 0 ? 1 / gamma : 1;
    uint8_t *pixels = shown->pixels;
    for (size_t k = 0; k < count; k++) {
        double part = (values[k] - range[0]) * factor;
        part = part >= 1 ? 1 : part >= 0 ? part : 0;
        pixels[k] = (uint8_t)(1.5 + 254 * (power == 1 ? part : pow(part, power)));
    }
    shown->valid = band->valid;
    return true;
}

/* What all of the bands are stretched to when nobody says it: of what was seen of each first. */
static void find_common_range(struct tw_view *view, const struct tw_raster *part,
                              const struct tw_style *style, double range[2])
{
    range[0] = INFINITY;
    range[1] = -INFINITY;
    pthread_mutex_lock(&view->mutex);
    for (int i = 0; i < style->num_bands; i++) {
        double *own = view->ranges[style->bands[i]];
        const struct tw_raster band = {1, &part->bands[style->bands[i]], NULL, NULL};
        double measured[2];
        if (own[0] > own[1] && measure(&band, 1, measured))
            memcpy(own, measured, sizeof(measured));
        range[0] = fmin(range[0], own[0]);
        range[1] = fmax(range[1], own[1]);
    }
    pthread_mutex_unlock(&view->mutex);
    if (!(range[0] < range[1])) {
        range[0] = 0;
        range[1] = 1;
    }
}

static enum tw_status encode(const struct tw_encoder *encoder, const struct tw_raster *raster,
                             const struct tw_window *window, struct tw_arena *arena, struct tw_bytes *bytes,
                             struct tw_error *err)
{
    struct tw_raster stored;
    enum tw_status status = tw_encoder_store(encoder, raster, arena, &stored, err);
    return status == TW_OK ? tw_encoder_encode(encoder, &stored, window, bytes, err) : status;
}

static const char *const colours[] = {"red", "green", "blue"};

/* In a style that is given. Bytes stay as they are when neither stretch nor gamma changes them. */
static enum tw_status styled_picture(struct tw_view *view, const struct tw_view_part *shown,
                                     struct tw_arena *arena, struct tw_bytes *bytes, struct tw_error *err)
{
    const struct tw_raster *part = shown->raster;
    struct tw_style full = *shown->style;
    struct tw_array bands[3];
    double range[2] = {0, 255};
    if (full.num_bands == 0) {
        full.num_bands = part->num_bands >= 3 ? 3 : 1;
        for (int i = 0; i < 3; i++)
            full.bands[i] = i < full.num_bands ? i : 0;
    }
    bool is_bytes = part->bands[0].dtype == TW_UINT8;
    if (!full.has_stretch && !is_bytes)
        find_common_range(view, part, &full, range);
    for (int i = 0; i < full.num_bands; i++) {
        const struct tw_array *band = &part->bands[full.bands[i]];
        bands[i] = *band;
        bool is_changed = full.has_stretch || !is_bytes || full.gamma > 0;
        if (is_changed &&
            !stretch(band, full.has_stretch ? full.stretch[i] : range, full.gamma, arena, &bands[i]))
            return tw_error_set(err, TW_EBUDGET, "no memory left for the picture");
    }
    const struct tw_raster raster = {(size_t)full.num_bands, bands, colours, NULL};
    return encode(view->styled, &raster, shown->window, arena, bytes, err);
}

enum tw_status tw_view_picture(struct tw_view *view, const struct tw_view_part *shown, struct tw_arena *arena,
                               struct tw_bytes *bytes, struct tw_error *err)
{
    const struct tw_raster *part = shown->raster;
    struct tw_array bands[3];
    const struct tw_raster raster = {part->num_bands >= 3 ? 3 : 1, bands, colours, NULL};
    double range[2] = {0, 1};
    tw_view_see(view, part);
    if (shown->style->is_given)
        return styled_picture(view, shown, arena, bytes, err);
    if (view->made == NULL)
        return tw_encoder_encode(view->encoder, part, shown->window, bytes, err);
    if (view->is_stretched)
        find_range(view, part, raster.num_bands, range);
    for (size_t i = 0; i < raster.num_bands; i++) {
        bands[i] = part->bands[i];
        if (view->is_stretched && !stretch(&part->bands[i], range, 0, arena, &bands[i]))
            return tw_error_set(err, TW_EBUDGET, "no memory left for the picture");
    }
    return encode(view->made, &raster, shown->window, arena, bytes, err);
}

enum tw_status tw_view_features(const struct tw_encoder *encoder, const struct tw_features *features,
                                const struct tw_window *window, struct tw_arena *arena,
                                struct tw_bytes *bytes, struct tw_error *err)
{
    struct tw_features part = {0};
    enum tw_status status = tw_encoder_store_features(encoder, features, window, arena, &part, err);
    if (status != TW_OK || part.count == 0)
        return status;
    return tw_encoder_encode_features(encoder, &part, window, bytes, err);
}
