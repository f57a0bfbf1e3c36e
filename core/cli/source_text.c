/* SPDX-License-Identifier: MIT */
#include "source_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_BANDS = 12 };

void tw_add_count(struct tw_text *text, unsigned long long count, const char *noun)
{
    tw_text_printf(text, "%llu %s%s", count, noun, count == 1 ? "" : "s");
}

void tw_add_pixel_size(struct tw_text *text, double width, double height)
{
    tw_text_printf(text, "%.6g", width);
    if (fabs(width - height) > 1e-9 * width)
        tw_text_printf(text, " x %.6g", height);
}

/* Names that are mere numbers (`1`, `band1`) tell nothing. */
static bool has_names(const struct tw_source *source)
{
    const char *const *names = tw_source_band_names(source);
    char number[24];
    for (size_t i = 0; i < tw_source_num_bands(source); i++) {
        snprintf(number, sizeof(number), "%zu", i + 1);
        if (strcmp(names[i], number) != 0 && strncmp(names[i], "band", 4) != 0)
            return true;
    }
    return false;
}

void tw_source_bands_text(const struct tw_source *source, struct tw_text *text)
{
    const char *const *names = tw_source_band_names(source);
    size_t count = tw_source_num_bands(source);
    tw_add_count(text, count, "band");
    for (size_t i = 0; has_names(source) && i < count && i < SHOWN_BANDS; i++)
        tw_text_printf(text, "%s%s", i == 0 ? " (" : " ", names[i]);
    if (has_names(source))
        tw_text_add(text, count > SHOWN_BANDS ? " ...)" : ")");
    tw_text_printf(text, " of %s", tw_dtype_name(tw_source_dtype(source)));
}

static void add_dates(struct tw_text *text, const struct tw_source *source,
                      const struct tw_source_about *about)
{
    tw_text_add(text, ", ");
    tw_add_count(text, tw_source_num_scenes(source), "scene");
    if (about->first[0] != '\0')
        tw_text_printf(text, " from %.10s to %.10s", about->first, about->last);
}

void tw_source_text(const struct tw_source *source, const struct tw_source_about *about, struct tw_text *text)
{
    tw_text_add(text, about->format);
    if (tw_source_kind(source) == TW_SOURCE_STACK)
        add_dates(text, source, about);
    if (tw_source_kind(source) == TW_SOURCE_VECTOR && about->has_zooms) {
        tw_text_add(text, ", features");
    } else if (tw_source_kind(source) == TW_SOURCE_VECTOR) {
        tw_text_printf(text, ", layer %s, ", about->layer);
        tw_add_count(text, (unsigned long long)about->num_features, "feature");
    } else {
        tw_text_add(text, ", ");
        tw_source_bands_text(source, text);
    }
    if (about->crs[0] != '\0')
        tw_text_printf(text, ", %s", about->crs);
    if (about->has_zooms)
        tw_text_printf(text, ", zooms %d to %d", about->min_zoom, about->max_zoom);
    else if (about->width_px > 0)
        tw_text_printf(text, ", %lld x %lld pixels", (long long)about->width_px, (long long)about->height_px);
    if (about->pixel_width > 0) {
        tw_text_add(text, about->has_zooms ? ", pixels of " : " of ");
        tw_add_pixel_size(text, about->pixel_width, about->pixel_height);
    }
}

json_t *tw_box_json(const struct tw_box *box)
{
    return json_pack("[f, f, f, f]", box->left, box->bottom, box->right, box->top);
}

static void set_text(json_t *json, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0')
        json_object_set_new(json, key, json_string(text));
}

static void set_place(json_t *json, const struct tw_source_about *about)
{
    set_text(json, "crs", about->crs);
    if (about->has_box)
        json_object_set_new(json, "bounds", tw_box_json(&about->box));
    if (about->width_px > 0)
        json_object_set_new(json, "size",
                            json_pack("[I, I]", (json_int_t)about->width_px, (json_int_t)about->height_px));
    if (about->pixel_width > 0)
        json_object_set_new(json, "pixel_size", json_pack("[f, f]", about->pixel_width, about->pixel_height));
    if (about->has_zooms)
        json_object_set_new(json, "zoom_levels", json_pack("[i, i]", about->min_zoom, about->max_zoom));
}

static void set_bands(json_t *json, const struct tw_source *source)
{
    json_t *bands = json_array();
    for (size_t i = 0; i < tw_source_num_bands(source); i++)
        json_array_append_new(bands, json_string(tw_source_band_names(source)[i]));
    json_object_set_new(json, "bands", bands);
    json_object_set_new(json, "dtype", json_string(tw_dtype_name(tw_source_dtype(source))));
}

json_t *tw_source_json(const struct tw_source *source, const struct tw_source_about *about)
{
    json_t *json = json_object();
    set_text(json, "format", about->format);
    set_text(json, "path", about->path);
    if (tw_source_kind(source) == TW_SOURCE_VECTOR && !about->has_zooms) {
        set_text(json, "layer", about->layer);
        json_object_set_new(json, "features", json_integer(about->num_features));
    } else if (tw_source_kind(source) != TW_SOURCE_VECTOR) {
        set_bands(json, source);
    }
    if (tw_source_kind(source) == TW_SOURCE_STACK) {
        json_object_set_new(json, "scenes", json_integer((json_int_t)tw_source_num_scenes(source)));
        set_text(json, "first", about->first);
        set_text(json, "last", about->last);
    }
    set_place(json, about);
    return json;
}

bool tw_print_json(json_t *json)
{
    char *line = json != NULL ? json_dumps(json, JSON_REAL_PRECISION(15)) : NULL;
    json_decref(json);
    if (line == NULL) {
        fprintf(stderr,
                "tilewright: cannot write this as JSON: a name is not UTF-8, or there is no memory left\n");
        return false;
    }
    printf("%s\n", line);
    free(line);
    return true;
}
