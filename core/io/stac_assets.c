/* SPDX-License-Identifier: MIT */
#include "stac_assets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool append(struct tw_assets *assets, const struct tw_asset_band *band)
{
    if (assets->count == assets->capacity) {
        size_t capacity = assets->capacity == 0 ? 32 : assets->capacity * 2;
        struct tw_asset_band *grown = realloc(assets->bands, capacity * sizeof(*grown));
        if (grown == NULL)
            return false;
        assets->bands = grown;
        assets->capacity = capacity;
    }
    assets->bands[assets->count++] = *band;
    return true;
}

void tw_assets_free(struct tw_assets *assets)
{
    free(assets->bands);
    *assets = (struct tw_assets){0};
}

static bool has_role(const json_t *asset, const char *role)
{
    const json_t *roles = json_object_get(asset, "roles");
    for (size_t i = 0; i < json_array_size(roles); i++) {
        const char *text = json_string_value(json_array_get(roles, i));
        if (text != NULL && strcmp(text, role) == 0)
            return true;
    }
    return false;
}

static bool is_data(const json_t *asset)
{
    const char *type = json_string_value(json_object_get(asset, "type"));
    if (has_role(asset, "thumbnail") || has_role(asset, "overview") || has_role(asset, "metadata"))
        return false;
    return has_role(asset, "data") || (type != NULL && strncmp(type, "image/", 6) == 0);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static const char *either(const json_t *object, const char *key, const char *other)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : json_string_value(json_object_get(object, other));
}

static bool add_asset(struct tw_assets *assets, const char *key, const json_t *asset)
{
    const json_t *eo = json_object_get(asset, "eo:bands"), *raster = json_object_get(asset, "raster:bands");
    const json_t *bands = json_object_get(asset, "bands");
    if (bands != NULL)
        eo = raster = bands;
    size_t count = larger(larger(json_array_size(eo), json_array_size(raster)), 1);
    for (size_t i = 0; i < count; i++) {
        struct tw_asset_band band = {.key = key, .asset = asset, .num_bands = count};
        band.eo = json_array_get(eo, i);
        band.raster = json_array_get(raster, i);
        band.name = json_string_value(json_object_get(band.eo, "name"));
        band.common_name = either(band.eo, "common_name", "eo:common_name");
        band.file_band = (int)i + 1;
        band.is_data = is_data(asset);
        if (!append(assets, &band))
            return false;
    }
    return true;
}

bool tw_assets_read(struct tw_assets *assets, const json_t *json)
{
    const char *key;
    json_t *asset;
    json_object_foreach((json_t *)(uintptr_t)json, key, asset)
    {
        if (!add_asset(assets, key, asset))
            return false;
    }
    return true;
}

static bool equals(const char *a, const char *b)
{
    return a != NULL && strcmp(a, b) == 0;
}

static bool matches(const struct tw_asset_band *band, const char *name, int pass)
{
    bool is_single = band->num_bands == 1;
    switch (pass) {
    case 0:
        return is_single && equals(band->key, name);
    case 1:
        return is_single && equals(band->common_name, name);
    case 2:
        return is_single && equals(band->name, name);
    case 3:
        return equals(band->common_name, name);
    case 4:
        return equals(band->name, name);
    default: {
        size_t length = strlen(band->key);
        if (strncmp(band->key, name, length) != 0 || name[length] != '.')
            return false;
        const char *part = name + length + 1;
        return equals(band->name, part) || equals(band->common_name, part) ||
               (part[0] != '\0' && strspn(part, "0123456789") == strlen(part) &&
                atoi(part) == band->file_band);
    }
    }
}

/* Rasters that are meant for computing come before previews of the same name. */
bool tw_assets_find(const struct tw_assets *assets, const char *name, struct tw_asset_band *band)
{
    for (int pass = 0; pass < 12; pass++) {
        for (size_t i = 0; i < assets->count; i++) {
            bool is_second = !assets->bands[i].is_data;
            if (is_second == (pass >= 6) && matches(&assets->bands[i], name, pass % 6)) {
                *band = assets->bands[i];
                return true;
            }
        }
    }
    return false;
}

static void add_known(const char **known, size_t *count, const char *name)
{
    for (size_t i = 0; name != NULL && i < *count; i++)
        if (strcmp(known[i], name) == 0)
            return;
    if (name != NULL)
        known[(*count)++] = name;
}

enum tw_status tw_assets_complain(const struct tw_assets *assets, const char *name, const char *origin,
                                  struct tw_error *err)
{
    const char **known = calloc(assets->count * 3 + 1, sizeof(*known));
    if (known == NULL)
        return tw_error_nomem(err);
    size_t count = 0;
    for (size_t i = 0; i < assets->count; i++) {
        const struct tw_asset_band *band = &assets->bands[i];
        if (!band->is_data)
            continue;
        if (band->num_bands == 1)
            add_known(known, &count, band->key);
        add_known(known, &count, band->common_name);
        add_known(known, &count, band->name);
    }
    struct tw_text text = {0};
    tw_text_printf(&text, "%s: no asset or band '%s'", origin, name);
    tw_text_add_known(&text, name, known, count);
    tw_error_set(err, TW_EUSAGE, "%s", tw_text_get(&text));
    tw_text_free(&text);
    free(known);
    return TW_EUSAGE;
}

/* What the band says, or else its asset. */
static const json_t *detail(const struct tw_asset_band *band, const char *key, const char *prefixed)
{
    const json_t *places[] = {band->raster, band->eo, band->asset};
    for (size_t i = 0; i < 3; i++) {
        const json_t *value = json_object_get(places[i], key);
        value = value != NULL ? value : json_object_get(places[i], prefixed);
        if (value != NULL && !json_is_null(value))
            return value;
    }
    return NULL;
}

static bool nodata_of(const json_t *value, double *nodata)
{
    const char *text = json_string_value(value);
    *nodata = json_is_number(value) ? json_number_value(value) : NAN;
    return json_is_number(value) || (text != NULL && strcasecmp(text, "nan") == 0);
}

static bool is_classes(const struct tw_asset_band *band)
{
    return detail(band, "classification:classes", "classification:bitfields") != NULL ||
           strcasecmp(band->key, "scl") == 0;
}

void tw_asset_band_details(const struct tw_asset_band *from, struct tw_stack_band *band)
{
    const char *dtype = json_string_value(detail(from, "data_type", "raster:data_type"));
    band->has_dtype = dtype != NULL && tw_dtype_parse(dtype, &band->dtype);
    band->view.fallback_nodata = true;
    band->view.has_nodata = nodata_of(detail(from, "nodata", "raster:nodata"), &band->view.nodata);
    band->is_classes = is_classes(from);
    const json_t *scale = detail(from, "scale", "raster:scale");
    const json_t *offset = detail(from, "offset", "raster:offset");
    band->view.fallback_scale = json_is_number(scale) ? json_number_value(scale) : 1;
    band->view.fallback_offset = json_is_number(offset) ? json_number_value(offset) : 0;
}

/* Assets with one band by their key, the bands of others by their names; each name once. */
enum tw_status tw_stac_item_bands(json_t *json, struct tw_arena *arena, const char ***names, size_t *count)
{
    struct tw_assets assets = {0};
    bool ok = tw_assets_read(&assets, json_object_get(json, "assets"));
    *count = 0;
    *names = tw_arena_calloc(arena, assets.count + 1, sizeof(**names));
    for (size_t i = 0; ok && *names != NULL && i < assets.count; i++) {
        const struct tw_asset_band *band = &assets.bands[i];
        struct tw_asset_band found;
        const char *name = band->num_bands == 1 ? band->key : band->name;
        if (!band->is_data || name == NULL || !tw_assets_find(&assets, name, &found) ||
            found.key != band->key)
            continue;
        (*names)[*count] = tw_arena_strdup(arena, name);
        ok = (*names)[*count] != NULL;
        (*count)++;
    }
    tw_assets_free(&assets);
    return ok && *names != NULL ? TW_OK : TW_ENOMEM;
}
