/* SPDX-License-Identifier: MIT */
#include "gtiff_assemble.h"
#include "encode_gtiff.h"
#include "dataset.h"
#include "resampling.h"

#include <cpl_string.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What GDAL calls it when it makes overviews; NULL: it cannot. */
static const char *overview_name(enum tw_resampling resampling)
{
    switch (resampling) {
    case TW_NEAREST:
        return "NEAREST";
    case TW_BILINEAR:
        return "BILINEAR";
    case TW_CUBIC:
        return "CUBIC";
    case TW_CUBIC_SPLINE:
        return "CUBICSPLINE";
    case TW_LANCZOS:
        return "LANCZOS";
    case TW_AVERAGE:
        return "AVERAGE";
    case TW_MODE:
        return "MODE";
    case TW_RMS:
        return "RMS";
    default:
        return NULL;
    }
}

static const char *read_resampling(const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    static const char *const known[] = {"nearest", "bilinear", "cubic", "cubic_spline",
                                        "lanczos", "average",  "mode",  "rms"};
    const char *name = tw_output_text(&spec->output, "overviews_resampling", "nearest", problems);
    enum tw_resampling resampling;
    const char *gdal_name = tw_resampling_parse(name, &resampling) ? overview_name(resampling) : NULL;
    if (gdal_name == NULL)
        tw_problems_add_unknown(problems, tw_value_get(spec->output.options, "overviews_resampling"),
                                "resampling of overviews", name, known, sizeof(known) / sizeof(known[0]));
    return gdal_name != NULL ? gdal_name : "NEAREST";
}

static bool read_levels(struct tw_assembly *assembly, const struct tw_sink_spec *spec, struct tw_arena *arena,
                        struct tw_problems *problems)
{
    const struct tw_value *list = tw_value_get(spec->output.options, "overviews_levels");
    if (list == NULL || list->kind == TW_NULL)
        return true;
    if (list->kind != TW_LIST) {
        tw_problems_add(problems, list,
                        "output.overviews_levels must be a list of numbers such as [2, 4, 8], not %s",
                        tw_value_kind_name(list->kind));
        return true;
    }
    assembly->levels = tw_arena_calloc(arena, list->count + 1, sizeof(*assembly->levels));
    if (assembly->levels == NULL)
        return false;
    for (size_t i = 0; i < list->count; i++) {
        long long level;
        if (!tw_value_is_int(&list->items[i], &level) || level < 2 || level > 1 << 30)
            tw_problems_add(problems, &list->items[i],
                            "output.overviews_levels: a level is a whole number over 1");
        else
            assembly->levels[assembly->num_levels++] = (int)level;
    }
    return true;
}

static void translate(struct tw_assembly *assembly, const char *from, const char *to)
{
    const struct tw_gtiff_settings *settings = assembly->sink->encoder->settings;
    const char *value = CSLFetchNameValue(settings->creation, from);
    if (value != NULL)
        assembly->cog_options = CSLSetNameValue(assembly->cog_options, to, value);
}

/* The COG driver has names of its own for what the GTiff driver knows. */
static void set_cog_options(struct tw_assembly *assembly)
{
    const struct tw_gtiff_settings *settings = assembly->sink->encoder->settings;
    static const char *const same[][2] = {{"COMPRESS", "COMPRESS"},
                                          {"BIGTIFF", "BIGTIFF"},
                                          {"NUM_THREADS", "NUM_THREADS"},
                                          {"SPARSE_OK", "SPARSE_OK"},
                                          {"ZLEVEL", "LEVEL"},
                                          {"ZSTD_LEVEL", "LEVEL"},
                                          {"LZMA_PRESET", "LEVEL"},
                                          {"JPEG_QUALITY", "QUALITY"},
                                          {"WEBP_LEVEL", "QUALITY"},
                                          {"MAX_Z_ERROR", "MAX_Z_ERROR"},
                                          {"GEOTIFF_VERSION", "GEOTIFF_VERSION"}};
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
        translate(assembly, same[i][0], same[i][1]);
    const char *predictor = CSLFetchNameValue(settings->creation, "PREDICTOR");
    if (predictor != NULL && strcmp(predictor, "1") != 0)
        assembly->cog_options = CSLSetNameValue(assembly->cog_options, "PREDICTOR",
                                                strcmp(predictor, "3") == 0 ? "FLOATING_POINT" : "STANDARD");
    if (CSLFetchNameValue(assembly->cog_options, "NUM_THREADS") == NULL)
        assembly->cog_options = CSLSetNameValue(assembly->cog_options, "NUM_THREADS", "ALL_CPUS");
    char text[32];
    snprintf(text, sizeof(text), "%d", settings->blocksize_px);
    assembly->cog_options = CSLSetNameValue(assembly->cog_options, "BLOCKSIZE", text);
    assembly->cog_options =
        CSLSetNameValue(assembly->cog_options, "OVERVIEW_RESAMPLING", assembly->overview_resampling);
}

/* A file without BigTIFF ends at 4 GB. What is compressed may fit all the same. */
static void check_size(const struct tw_assembly *assembly, const struct tw_sink_spec *spec,
                       struct tw_problems *problems)
{
    const struct tw_encoder *encoder = assembly->sink->encoder;
    const struct tw_gtiff_settings *settings = encoder->settings;
    const char *bigtiff = CSLFetchNameValueDef(settings->creation, "BIGTIFF", "");
    const char *compress = CSLFetchNameValueDef(settings->creation, "COMPRESS", "");
    double bytes = (double)assembly->window.width_px * assembly->window.height_px * encoder->num_bands *
                   (double)tw_dtype_size(encoder->dtype);
    if (strcmp(bigtiff, "NO") == 0 && strcmp(compress, "NONE") == 0 && bytes > UINT32_MAX)
        tw_problems_add(problems, tw_value_get(spec->output.options, "bigtiff"),
                        "the file will have %.1f GB, and without BigTIFF it ends at 4.3 GB: remove "
                        "output.bigtiff, or compress",
                        bytes / 1e9);
}

bool tw_assembly_read_options(struct tw_assembly *assembly, const struct tw_sink_spec *spec,
                              struct tw_arena *arena, struct tw_problems *problems)
{
    assembly->is_cog = tw_output_bool(&spec->output, "cog", false, problems);
    assembly->has_overviews = tw_output_bool(&spec->output, "overviews", false, problems);
    assembly->overview_resampling = read_resampling(spec, problems);
    if (!read_levels(assembly, spec, arena, problems))
        return false;
    if (assembly->is_cog && GDALGetDriverByName("COG") == NULL)
        tw_problems_add(problems, tw_value_get(spec->output.options, "cog"), "this GDAL has no COG driver");
    if (assembly->is_cog)
        set_cog_options(assembly);
    check_size(assembly, spec, problems);
    return true;
}

void tw_assembly_free(struct tw_assembly *assembly)
{
    CSLDestroy(assembly->cog_options);
    assembly->cog_options = NULL;
}
