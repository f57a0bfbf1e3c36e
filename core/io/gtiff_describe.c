/* What a GeoTIFF says of its pixels: tags, colours, scale, offset and unit, statistics.
 *
 * SPDX-License-Identifier: MIT
 */
#include "encode_gtiff.h"
#include "dataset.h"

#include <cpl_error.h>
#include <cpl_string.h>

#include <stdlib.h>
#include <string.h>

static bool add_tag(char ***tags, const struct tw_member *member, struct tw_problems *problems)
{
    const struct tw_value *value = &member->value;
    if (value->kind == TW_LIST || value->kind == TW_MAP) {
        tw_problems_add(problems, value, "tag '%s' must be a string or a number, not %s", member->key,
                        tw_value_kind_name(value->kind));
        return false;
    }
    *tags = CSLSetNameValue(*tags, member->key, value->text != NULL ? value->text : "");
    return true;
}

static void take_band_tags(struct tw_encoder *encoder, const struct tw_member *member,
                           struct tw_problems *problems)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    double band;
    if (!tw_parse_number(member->key, &band) || band < 1 || band > encoder->num_bands || band != (int)band) {
        tw_problems_add_key(problems, member, "tags of band '%s': the output has the bands 1 to %d",
                            member->key, encoder->num_bands);
        return;
    }
    for (size_t i = 0; i < member->value.count; i++)
        add_tag(&settings->band_tags[(int)band - 1], &member->value.members[i], problems);
}

static void take_tags(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                      struct tw_problems *problems)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    const struct tw_value *tags = tw_value_get(spec->options, "tags");
    if (tags == NULL || tags->kind == TW_NULL)
        return;
    if (tags->kind != TW_MAP) {
        tw_problems_add(problems, tags, "output.tags must be a map of names and values, not %s",
                        tw_value_kind_name(tags->kind));
        return;
    }
    for (size_t i = 0; i < tags->count; i++) {
        if (tags->members[i].value.kind == TW_MAP)
            take_band_tags(encoder, &tags->members[i], problems);
        else
            add_tag(&settings->tags, &tags->members[i], problems);
    }
}

/* `[255, 0, 0]`, `[255, 0, 0, 128]` */
static bool read_parts(const struct tw_value *value, int parts[4])
{
    if (value->count < 3 || value->count > 4)
        return false;
    for (size_t i = 0; i < value->count; i++) {
        long long part;
        if (!tw_value_is_int(&value->items[i], &part) || part < 0 || part > 255)
            return false;
        parts[i] = (int)part;
    }
    return true;
}

/* `#ff0000`, `#ff000080` */
static bool read_hex(const char *text, int parts[4])
{
    size_t length = strlen(text);
    if (text[0] != '#' || (length != 7 && length != 9) ||
        strspn(text + 1, "0123456789abcdefABCDEF") != length - 1)
        return false;
    for (size_t i = 0; i < (length - 1) / 2; i++) {
        const char digits[] = {text[1 + 2 * i], text[2 + 2 * i], '\0'};
        parts[i] = (int)strtol(digits, NULL, 16);
    }
    return true;
}

static void take_color(struct tw_gtiff_settings *settings, const struct tw_member *member, int most,
                       struct tw_problems *problems)
{
    const struct tw_value *value = &member->value;
    double number;
    int parts[4] = {0, 0, 0, 255};
    if (!tw_parse_number(member->key, &number) || number < 0 || number > most || number != (int)number) {
        tw_problems_add_key(problems, member, "output.colormap: '%s' is no value from 0 to %d", member->key,
                            most);
        return;
    }
    bool is_read = value->kind == TW_LIST ? read_parts(value, parts)
                                          : value->kind == TW_STRING && read_hex(value->text, parts);
    if (!is_read) {
        tw_problems_add(
            problems, value,
            "output.colormap: a colour is [red, green, blue] or [red, green, blue, alpha], each 0 to "
            "255, or '#ff8800'");
        return;
    }
    const GDALColorEntry entry = {(short)parts[0], (short)parts[1], (short)parts[2], (short)parts[3]};
    GDALSetColorEntry(settings->colors, (int)number, &entry);
}

static void take_colormap(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                          struct tw_problems *problems)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    const struct tw_value *map = tw_value_get(spec->options, "colormap");
    if (map == NULL || map->kind == TW_NULL)
        return;
    bool fits = encoder->num_bands == 1 && (encoder->dtype == TW_UINT8 || encoder->dtype == TW_UINT16);
    if (map->kind != TW_MAP || map->count == 0)
        tw_problems_add(problems, map,
                        "output.colormap must be a map of values and colours, such as {1: [255, 0, 0]}");
    else if (!fits)
        tw_problems_add(problems, map, "output.colormap is for one band of uint8 or uint16, not for %d of %s",
                        encoder->num_bands, tw_dtype_name(encoder->dtype));
    else if ((settings->colors = GDALCreateColorTable(GPI_RGB)) != NULL)
        for (size_t i = 0; i < map->count; i++)
            take_color(settings, &map->members[i], encoder->dtype == TW_UINT8 ? 255 : 65535, problems);
}

/* The value of a band: of a list, or the same for all; NULL. Adds a problem when a list is too short or long.
 */
static const struct tw_value *of_band(const struct tw_encoder *encoder, const struct tw_value *value,
                                      int band, const char *name, struct tw_problems *problems)
{
    if (value == NULL || value->kind == TW_NULL)
        return NULL;
    if (value->kind != TW_LIST)
        return value;
    if (value->count == (size_t)encoder->num_bands)
        return &value->items[band];
    if (band == 0)
        tw_problems_add(problems, value, "output.%s has %zu values, and the output %d band%s", name,
                        value->count, encoder->num_bands, encoder->num_bands == 1 ? "" : "s");
    return NULL;
}

static void take_number(struct tw_encoder *encoder, const struct tw_output_spec *spec, const char *name,
                        double *numbers, struct tw_problems *problems)
{
    const struct tw_value *all = tw_value_get(spec->options, name);
    for (int i = 0; i < encoder->num_bands; i++) {
        const struct tw_value *value = of_band(encoder, all, i, name, problems);
        if (value != NULL && value->kind == TW_NUMBER)
            numbers[i] = value->number;
        else if (value != NULL)
            tw_problems_add(problems, value, "output.%s must be a number, or a list with one for each band",
                            name);
    }
}

static void take_units(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                       struct tw_problems *problems)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    const struct tw_value *all = tw_value_get(spec->options, "unit");
    for (int i = 0; i < encoder->num_bands; i++) {
        const struct tw_value *value = of_band(encoder, all, i, "unit", problems);
        if (value != NULL && value->kind == TW_STRING)
            settings->units[i] = tw_arena_strdup(encoder->arena, value->text);
        else if (value != NULL)
            tw_problems_add(problems, value,
                            "output.unit must be a text such as m, or a list with one for each band");
    }
}

void tw_gtiff_read_description(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                               struct tw_problems *problems)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    size_t before = problems->count;
    take_tags(encoder, spec, problems);
    take_colormap(encoder, spec, problems);
    for (int i = 0; i < encoder->num_bands; i++)
        settings->scales[i] = 1;
    take_number(encoder, spec, "scale", settings->scales, problems);
    take_number(encoder, spec, "offset", settings->offsets, problems);
    take_units(encoder, spec, problems);
    for (int i = 0; problems->count == before && i < encoder->num_bands; i++)
        if (settings->scales[i] == 0)
            tw_problems_add(problems, tw_value_get(spec->options, "scale"), "output.scale must not be 0");
    settings->has_statistics = tw_output_bool(spec, "statistics", false, problems);
}

static bool describe_band(const struct tw_encoder *encoder, GDALRasterBandH band, int i)
{
    const struct tw_gtiff_settings *settings = encoder->settings;
    if (!encoder->is_lossy && GDALSetRasterNoDataValue(band, encoder->nodata) != CE_None)
        return false;
    if (encoder->names_given)
        GDALSetDescription(band, encoder->names[i]);
    if (settings->band_tags[i] != NULL && GDALSetMetadata(band, settings->band_tags[i], NULL) != CE_None)
        return false;
    if (settings->scales[i] != 1 && GDALSetRasterScale(band, settings->scales[i]) != CE_None)
        return false;
    if (settings->offsets[i] != 0 && GDALSetRasterOffset(band, settings->offsets[i]) != CE_None)
        return false;
    if (settings->units[i] != NULL && GDALSetRasterUnitType(band, settings->units[i]) != CE_None)
        return false;
    return settings->colors == NULL || GDALSetRasterColorTable(band, settings->colors) == CE_None;
}

bool tw_gtiff_describe(const struct tw_encoder *encoder, GDALDatasetH dataset)
{
    const struct tw_gtiff_settings *settings = encoder->settings;
    if (settings->tags != NULL && GDALSetMetadata(dataset, settings->tags, NULL) != CE_None)
        return false;
    for (int i = 0; i < encoder->num_bands; i++)
        if (!describe_band(encoder, GDALGetRasterBand(dataset, i + 1), i))
            return false;
    return true;
}

/* Bands without a valid pixel have none. */
void tw_gtiff_add_statistics(const struct tw_encoder *encoder, GDALDatasetH dataset)
{
    const struct tw_gtiff_settings *settings = encoder->settings;
    if (!settings->has_statistics)
        return;
    GDALFlushCache(dataset);
    for (int i = 0; i < encoder->num_bands; i++)
        GDALComputeRasterStatistics(GDALGetRasterBand(dataset, i + 1), FALSE, NULL, NULL, NULL, NULL, NULL,
                                    NULL);
    CPLErrorReset();
}
