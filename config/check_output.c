/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "file.h"
#include "path.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MAX_BANDS = 65535 };

static void check_format(struct tw_check *check, const struct tw_value *output)
{
    const struct tw_value *format =
        tw_check_required(check, output, "output.format", "name a format such as PNG or GTiff");
    if (format != NULL && tw_check_string(check, format, "output.format", "the name of a format"))
        check->config->output_format = format->text;
}

/* A folder or file; the format `null`, which writes nothing, needs none. */
static void check_path(struct tw_check *check, const struct tw_value *output)
{
    struct tw_config *config = check->config;
    bool needs_none = config->output_format != NULL && strcmp(config->output_format, "null") == 0;
    if (needs_none && tw_check_given(output, "path") == NULL)
        return;
    const struct tw_value *path =
        tw_check_required(check, output, "output.path", "name the folder or file to write");
    if (path == NULL || !tw_check_string(check, path, "output.path", "a path"))
        return;
    config->output_path = tw_path_join(config->arena, config->folder, path->text);
    check->nomem = check->nomem || config->output_path == NULL;
}

static bool is_listed(const struct tw_value *list, size_t before, const char *name)
{
    for (size_t i = 0; i < before; i++)
        if (list->items[i].kind == TW_STRING && strcmp(list->items[i].text, name) == 0)
            return true;
    return false;
}

static void check_band_names(struct tw_check *check, const struct tw_value *list)
{
    struct tw_config *config = check->config;
    if (list->count < 1 || list->count > MAX_BANDS) {
        tw_problems_add(check->problems, list, "output.bands must name 1 to %d bands, not %zu", MAX_BANDS,
                        list->count);
        return;
    }
    const char **names = tw_arena_calloc(config->arena, list->count, sizeof(*names));
    check->nomem = check->nomem || names == NULL;
    for (size_t i = 0; names != NULL && i < list->count; i++) {
        const struct tw_value *name = &list->items[i];
        if (!tw_check_string(check, name, "a band of output.bands", "a name"))
            continue;
        names[i] = name->text;
        if (is_listed(list, i, name->text))
            tw_problems_add(check->problems, name, "output.bands names '%s' twice", name->text);
    }
    config->has_output_bands = names != NULL;
    config->output_bands = (int)list->count;
    config->output_band_names = names;
}

static void check_bands(struct tw_check *check, const struct tw_value *output)
{
    static const struct tw_check_range range = {1, MAX_BANDS};
    struct tw_config *config = check->config;
    const struct tw_value *bands = tw_check_given(output, "bands"), *count = tw_check_given(output, "count");
    if (bands != NULL && bands->kind == TW_LIST)
        check_band_names(check, bands);
    else if (bands != NULL && bands->kind != TW_NUMBER)
        tw_check_wrong(check, bands, "output.bands", "a number of bands or a list of their names");
    else if (bands != NULL)
        config->has_output_bands = tw_check_int(check, bands, "output.bands", range, &config->output_bands);
    int counted = 0;
    if (count == NULL || !tw_check_int(check, count, "output.count", range, &counted))
        return;
    if (config->has_output_bands && config->output_bands != counted) {
        tw_problems_add(check->problems, count,
                        "output.count %d contradicts output.bands, which is %d; give output.bands alone",
                        counted, config->output_bands);
        return;
    }
    config->has_output_bands = bands == NULL || config->has_output_bands;
    config->output_bands = counted;
}

static void check_dtype(struct tw_check *check, const struct tw_value *output)
{
    struct tw_config *config = check->config;
    const struct tw_value *value = tw_check_given(output, "dtype");
    if (value == NULL || !tw_check_string(check, value, "output.dtype", "the name of a type such as uint8"))
        return;
    config->has_output_dtype = tw_dtype_parse(value->text, &config->output_dtype);
    if (!config->has_output_dtype)
        tw_problems_add_unknown(check->problems, value, "dtype", value->text, tw_dtype_list(), TW_NUM_DTYPES);
}

/* Floats need not hold nodata exactly (-9999.9): it is rounded like the pixels. */
static bool fits(enum tw_dtype dtype, double number)
{
    if (!tw_dtype_is_float(dtype))
        return tw_dtype_holds(dtype, number);
    return !isfinite(number) || (number >= tw_dtype_min(dtype) && number <= tw_dtype_max(dtype));
}

static bool read_nodata(struct tw_check *check, const struct tw_value *value, double *nodata)
{
    *nodata = value->number;
    if (value->kind == TW_NUMBER)
        return true;
    *nodata = (double)NAN;
    if (value->kind == TW_STRING && strcasecmp(value->text, "nan") == 0)
        return true;
    return tw_check_wrong(check, value, "output.nodata", "a number or nan");
}

static void check_nodata(struct tw_check *check, const struct tw_value *output)
{
    struct tw_config *config = check->config;
    const struct tw_value *value = tw_check_given(output, "nodata");
    double nodata = 0;
    if (value == NULL || !read_nodata(check, value, &nodata))
        return;
    if (config->has_output_dtype && !fits(config->output_dtype, nodata)) {
        enum tw_dtype dtype = config->output_dtype;
        tw_problems_add(check->problems, value, "output.nodata %s is no value of %s (%s%.17g to %.17g)",
                        value->text, tw_dtype_name(dtype), tw_dtype_is_float(dtype) ? "" : "whole numbers ",
                        tw_dtype_min(dtype), tw_dtype_max(dtype));
        return;
    }
    config->has_output_nodata = true;
    config->output_nodata = nodata;
}

static void check_tile_size(struct tw_check *check, const struct tw_value *output)
{
    const struct tw_value *value = tw_check_given(output, "tile_size");
    int process = check->config->process_pyramid.tile_size_px;
    long long size = 0;
    if (value == NULL || (tw_value_is_int(value, &size) && size == process))
        return;
    char shown[TW_SHOWN_SIZE];
    tw_problems_add(check->problems, value,
                    "output.tile_size must equal pyramid.tile_size, which is %d, not %s; remove it", process,
                    tw_value_shown(value, shown));
}

/* Output metatiles are cut out of the process's. */
static void check_fits_process(struct tw_check *check, const struct tw_value *output)
{
    const struct tw_pyramid *process = &check->config->process_pyramid;
    const struct tw_pyramid *written = &check->config->output_pyramid;
    if (written->metatiling > process->metatiling)
        tw_problems_add(check->problems, tw_check_given(output, "metatiling"),
                        "output.metatiling %d is larger than pyramid.metatiling %d; make it smaller, or the "
                        "pyramid's larger",
                        written->metatiling, process->metatiling);
    if (written->pixelbuffer_px > process->pixelbuffer_px)
        tw_problems_add(
            check->problems, tw_check_given(output, "pixelbuffer"),
            "output.pixelbuffer %d is larger than pyramid.pixelbuffer %d; make it smaller, or the "
            "pyramid's larger",
            written->pixelbuffer_px, process->pixelbuffer_px);
    check_tile_size(check, output);
}

static void check_output_pyramid(struct tw_check *check, const struct tw_value *output)
{
    struct tw_pyramid *written = &check->config->output_pyramid;
    tw_check_metatiling(check, output, "output.metatiling", &written->metatiling);
    tw_check_pixelbuffer(check, output, "output.pixelbuffer", &written->pixelbuffer_px);
    if (check->pyramid_is_known)
        check_fits_process(check, output);
}

/* `{zoom}/{col}/{row}@2x.{extension}`: the names that web maps ask for. Caches of ArcGIS have none for it. */
static const struct tw_value *name_retina(struct tw_check *check, const struct tw_value *output)
{
    static const char end[] = ".{extension}";
    static const char *const others[] = {"arcgis", "compact", "mapserver"};
    struct tw_arena *arena = check->config->arena;
    const struct tw_value *layout = tw_check_given(output, "layout");
    const char *name = layout == NULL ? "wmts" : layout->kind == TW_STRING ? layout->text : "{";
    struct tw_value wanted = {.kind = TW_STRING, .text = name};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (strcmp(name, others[i]) == 0)
            return output;
    struct tw_problems ignored = {0};
    const char *schema = strchr(name, '{') == NULL ? tw_path_layout_read(&wanted, &ignored) : NULL;
    tw_problems_free(&ignored);
    if (schema == NULL || tw_check_given(output, "tile_path_schema") != NULL)
        return output;
    size_t length = strlen(schema) - strlen(end);
    char *text = tw_arena_printf(arena, "%.*s@2x%s", (int)length, schema, end);
    struct tw_value *value = text != NULL ? tw_value_string(arena, text) : NULL;
    const struct tw_value *renamed = value != NULL ? tw_value_with(arena, output, "layout", value) : NULL;
    if (renamed == NULL)
        tw_problems_add(check->problems, NULL, "out of memory");
    return renamed != NULL ? renamed : output;
}

static void check_retina(struct tw_check *check, const struct tw_value *output)
{
    const struct tw_value *value = tw_check_given(output, "retina");
    const struct tw_pyramid *pyramid = &check->config->process_pyramid;
    if (value == NULL)
        return;
    if (value->kind != TW_BOOL)
        tw_check_wrong(check, value, "output.retina", "true or false");
    else if (value->boolean && check->pyramid_is_known && pyramid->tile_size_px != TW_RETINA_PX)
        tw_problems_add(
            check->problems, value,
            "output.retina means tiles of %d pixels, and pyramid.tile_size is %d: leave one of the "
            "two out",
            TW_RETINA_PX, pyramid->tile_size_px);
    else if (value->boolean)
        check->config->output = name_retina(check, output);
}

void tw_check_output(struct tw_check *check)
{
    struct tw_config *config = check->config;
    config->output_pyramid = config->process_pyramid;
    config->output_pyramid.pixelbuffer_px = 0;
    const struct tw_value *output =
        tw_check_required(check, config->root, "output", "give path and format of what is to be written");
    if (output == NULL)
        return;
    if (output->kind != TW_MAP) {
        tw_check_wrong(check, output, "output", "a map with path and format");
        return;
    }
    config->output = output;
    check_format(check, output);
    check_path(check, output);
    check_bands(check, output);
    check_dtype(check, output);
    check_nodata(check, output);
    check_output_pyramid(check, output);
    check_retina(check, output);
}
