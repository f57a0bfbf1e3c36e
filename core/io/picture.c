/* SPDX-License-Identifier: MIT */
#include "picture.h"
#include "samples.h"

#include <stdio.h>
#include <string.h>

/* GDAL finds the place of a picture only in a file beside it. */
bool tw_picture_georeference(const struct tw_output_spec *spec, struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(spec->options, "georeference");
    if (value != NULL && value->kind == TW_STRING && strcmp(value->text, "none") == 0)
        return false;
    return tw_output_bool(spec, "georeference", true, problems);
}

void tw_picture_check_spec(const struct tw_output_spec *spec, const char *format,
                           struct tw_problems *problems)
{
    if (spec->num_bands > 4)
        tw_problems_add(problems, tw_output_place(spec, "bands"),
                        "%s holds 1 to 4 bands, not %d; write GTiff, or return fewer bands", format,
                        spec->num_bands);
}

void tw_picture_check_bytes(const struct tw_output_spec *spec, const char *format,
                            struct tw_problems *problems)
{
    if (spec->has_dtype && spec->dtype != TW_UINT8)
        tw_problems_add(problems, tw_output_place(spec, "dtype"), "%s holds uint8, not %s", format,
                        tw_dtype_name(spec->dtype));
}

bool tw_picture_has_background(const struct tw_output_spec *spec)
{
    const struct tw_value *value = tw_value_get(spec->options, "background");
    return value != NULL && value->kind != TW_NULL;
}

/* A number, or a list of three; a gray picture takes three that are the same. */
static bool read_color(const struct tw_value *value, bool is_gray, double most, double color[3])
{
    bool is_list = value->kind == TW_LIST && value->count == 3;
    for (size_t i = 0; i < 3; i++) {
        const struct tw_value *part = is_list ? &value->items[i] : value;
        long long number;
        if (!tw_value_is_int(part, &number) || number < 0 || (double)number > most)
            return false;
        color[i] = (double)number;
    }
    return is_gray ? color[0] == color[1] && color[1] == color[2] : is_list;
}

bool tw_picture_background(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                           struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(spec->options, "background");
    const struct tw_value *nodata = tw_value_get(spec->options, "nodata");
    bool is_gray = encoder->num_bands == 1;
    double most = tw_dtype_max(encoder->dtype);
    double *color = tw_arena_calloc(encoder->arena, 3, sizeof(*color));
    if (color == NULL)
        return false;
    if (nodata != NULL && nodata->kind != TW_NULL)
        tw_problems_add(problems, nodata,
                        "%s without alpha has no nodata value: set output.background, the colour of pixels "
                        "without data",
                        encoder->driver->format);
    for (int i = 0; i < 3; i++)
        color[i] = most;
    if (tw_picture_has_background(spec) && !read_color(value, is_gray, most, color)) {
        char wanted[100];
        if (is_gray)
            snprintf(wanted, sizeof(wanted), "output.background must be a gray from 0 to %.0f (count: 1)",
                     most);
        else
            snprintf(wanted, sizeof(wanted), "output.background must be a colour such as [%.0f, %.0f, %.0f]",
                     most, most, most);
        tw_output_wrong(problems, value, wanted);
    }
    encoder->background = color;
    return true;
}

enum tw_status tw_picture_check_bands(const struct tw_encoder *encoder, size_t num_bands,
                                      struct tw_error *err)
{
    const char *format = encoder->driver->format;
    if (num_bands < 1 || num_bands > 4)
        return tw_error_set(err, TW_ESCRIPT, "the script returned %zu bands; %s takes 1 to 4", num_bands,
                            format);
    if (num_bands > 2 && encoder->num_bands <= 2)
        return tw_error_set(err, TW_ESCRIPT, "the script returned %zu bands; a %s with count %d takes 1 or 2",
                            num_bands, format, encoder->num_bands);
    return TW_OK;
}

void tw_picture_split(const unsigned char *samples, size_t at, size_t count, struct tw_raster *stored)
{
    uint8_t *bands[TW_MOST_SAMPLES];
    for (size_t i = 0; i < stored->num_bands; i++)
        bands[i] = (uint8_t *)stored->bands[i].pixels + at;
    tw_samples_split(samples, bands, stored->num_bands, count);
}

static void add_escaped(struct tw_text *text, const char *chars)
{
    for (; *chars != '\0'; chars++) {
        if (*chars == '<')
            tw_text_add(text, "&lt;");
        else if (*chars == '&')
            tw_text_add(text, "&amp;");
        else
            tw_text_add_bytes(text, chars, 1);
    }
}

/* The alpha band alone gets a nodata value: a colour band with one would lose its true black. */
enum tw_status tw_picture_sidecar(const struct tw_encoder *encoder, const struct tw_window *window,
                                  struct tw_bytes *bytes, struct tw_error *err)
{
    const struct tw_picture_settings *settings = encoder->settings;
    if (!settings->georeference)
        return TW_OK;
    double to[6];
    tw_window_geotransform(window, to);
    struct tw_text text = {0};
    tw_text_add(&text, "<PAMDataset>\n  <SRS>");
    add_escaped(&text, window->grid->crs);
    tw_text_printf(&text, "</SRS>\n  <GeoTransform>%.17g,%.17g,%.17g,%.17g,%.17g,%.17g</GeoTransform>\n",
                   to[0], to[1], to[2], to[3], to[4], to[5]);
    if (encoder->has_alpha)
        tw_text_printf(&text, "  <PAMRasterBand band=\"%d\"><NoDataValue>0</NoDataValue></PAMRasterBand>\n",
                       encoder->num_bands);
    tw_text_add(&text, "</PAMDataset>\n");
    bool made = !text.failed && tw_bytes_reserve(bytes, text.length);
    if (made)
        memcpy(bytes->data, text.chars, bytes->size = text.length);
    tw_text_free(&text);
    return made ? TW_OK : tw_error_nomem(err);
}
