/* SPDX-License-Identifier: MIT */
#include "raster_info.h"

#include "text.h"

#include <cpl_string.h>

#include <ctype.h>
#include <math.h>
#include <string.h>

struct reading {
    struct tw_raster_info *info;
    GDALDatasetH dataset;
    const char *path;
    const struct tw_raster_view *view;
    struct tw_arena *arena;
    int count; /* of the file's bands */
};

GDALDataType tw_gdal_type(enum tw_dtype dtype)
{
    static const GDALDataType types[TW_NUM_DTYPES] = {GDT_Byte,   GDT_Unknown, GDT_UInt16,  GDT_Int16,
                                                      GDT_UInt32, GDT_Int32,   GDT_Float32, GDT_Float64};
    return types[dtype];
}

/* GDAL before 3.7 has no type for signed bytes: they are unsigned, with a note. */
static bool is_signed_byte(GDALRasterBandH band)
{
    const char *signedness = GDALGetMetadataItem(band, "PIXELTYPE", "IMAGE_STRUCTURE");
    return GDALGetRasterDataType(band) == GDT_Byte && signedness != NULL &&
           strcmp(signedness, "SIGNEDBYTE") == 0;
}

/* The type that holds the values of a band; int16 for signed bytes. Returns false for complex numbers. */
static bool type_of(GDALRasterBandH band, enum tw_dtype *dtype)
{
    GDALDataType type = GDALGetRasterDataType(band);
    if (GDALDataTypeIsComplex(type))
        return false;
    if (is_signed_byte(band)) {
        *dtype = TW_INT16;
        return true;
    }
    for (int i = 0; i < TW_NUM_DTYPES; i++) {
        if (i != TW_INT8 && tw_gdal_type((enum tw_dtype)i) == type) {
            *dtype = (enum tw_dtype)i;
            return true;
        }
    }
    bool is_narrow = GDALGetDataTypeSizeBits(type) <= 8; /* Int8 of newer versions */
    *dtype = is_narrow ? TW_INT16 : TW_FLOAT64;
    return true;
}

static bool is_identifier(const char *name)
{
    if (!isalpha((unsigned char)name[0]) && name[0] != '_')
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return false;
    return true;
}

static const char *description_name(GDALRasterBandH band)
{
    const char *description = GDALGetDescription(band);
    return is_identifier(description) ? description : NULL;
}

static const char *colour_name(GDALRasterBandH band)
{
    switch (GDALGetRasterColorInterpretation(band)) {
    case GCI_RedBand:
        return "red";
    case GCI_GreenBand:
        return "green";
    case GCI_BlueBand:
        return "blue";
    case GCI_AlphaBand:
        return "alpha";
    default:
        return NULL;
    }
}

/* Whether name_of gives each band that it names another name; and, if every is set, names each band. */
static bool are_unique(const struct reading *reading, const char *(*name_of)(GDALRasterBandH), bool every)
{
    for (int i = 1; i <= reading->count; i++) {
        const char *name = name_of(GDALGetRasterBand(reading->dataset, i));
        if (name == NULL && every)
            return false;
        for (int k = 1; name != NULL && k < i; k++) {
            const char *other = name_of(GDALGetRasterBand(reading->dataset, k));
            if (other != NULL && strcmp(name, other) == 0)
                return false;
        }
    }
    return true;
}

static bool set_names(const struct reading *reading)
{
    struct tw_raster_info *info = reading->info;
    const char *(*name_of)(GDALRasterBandH) = NULL;
    if (are_unique(reading, description_name, true))
        name_of = description_name;
    else if (are_unique(reading, colour_name, false))
        name_of = colour_name;
    for (size_t i = 0; i < info->num_bands; i++) {
        int file_band = info->bands[i].file_band;
        const char *name = name_of != NULL ? name_of(GDALGetRasterBand(reading->dataset, file_band)) : NULL;
        info->names[i] = name != NULL ? tw_arena_strdup(reading->arena, name)
                                      : tw_arena_printf(reading->arena, "band%d", file_band);
        if (info->names[i] == NULL)
            return false;
        info->bands[i].name = info->names[i];
    }
    return true;
}

static enum tw_status complain_complex(const char *path, struct tw_error *err)
{
    return tw_error_set(err, TW_EINPUT,
                        "'%s' has complex pixels; make a copy of their real part or magnitude with "
                        "gdal_translate or gdal_calc.py",
                        path);
}

/* Scale and offset of a band; false when the file says neither: then they are 1 and 0. */
static bool read_scale(GDALRasterBandH handle, double *scale, double *offset)
{
    int has_scale = FALSE, has_offset = FALSE;
    double file_scale = GDALGetRasterScale(handle, &has_scale);
    double file_offset = GDALGetRasterOffset(handle, &has_offset);
    *scale = has_scale ? file_scale : 1;
    *offset = has_offset ? file_offset : 0;
    return has_scale || has_offset;
}

static void describe_scale(struct tw_band_info *band, GDALRasterBandH handle,
                           const struct tw_raster_view *view)
{
    if (!read_scale(handle, &band->scale, &band->offset) && view->fallback_scale != 0) {
        band->scale = view->fallback_scale;
        band->offset = view->fallback_offset;
    }
    band->dtype = tw_dtype_arithmetic(band->stored, band->stored);
}

/* Of the values as they are read: scaled ones mean what they say. */
static bool describe_meaning(struct tw_band_info *band, GDALRasterBandH handle, const struct reading *reading)
{
    band->meaning = (struct tw_band_meaning){"", 1, 0};
    if (!reading->view->scale)
        read_scale(handle, &band->meaning.scale, &band->meaning.offset);
    band->meaning.unit = tw_arena_strdup(reading->arena, GDALGetRasterUnitType(handle));
    return band->meaning.unit != NULL;
}

static void describe_values(struct tw_band_info *band, GDALRasterBandH handle,
                            const struct tw_raster_view *view)
{
    int flags = GDALGetMaskFlags(handle);
    band->own_mask = (flags & (GMF_ALL_VALID | GMF_PER_DATASET | GMF_NODATA | GMF_ALPHA)) == 0;
    band->dtype = band->stored;
    band->scale = 1;
    band->channel = -1;
    if (view->scale)
        describe_scale(band, handle, view);
    band->own_validity = band->own_mask || tw_dtype_is_float(band->dtype);
}

static enum tw_status set_plain_bands(const struct reading *reading, struct tw_error *err)
{
    struct tw_raster_info *info = reading->info;
    info->num_bands = (size_t)reading->count;
    info->bands = tw_arena_calloc(reading->arena, info->num_bands, sizeof(*info->bands));
    info->names = tw_arena_calloc(reading->arena, info->num_bands, sizeof(*info->names));
    if (info->bands == NULL || info->names == NULL)
        return tw_error_nomem(err);
    for (int i = 1; i <= reading->count; i++) {
        struct tw_band_info *band = &info->bands[i - 1];
        GDALRasterBandH handle = GDALGetRasterBand(reading->dataset, i);
        band->file_band = i;
        if (!type_of(handle, &band->stored))
            return complain_complex(reading->path, err);
        band->is_signed_byte = is_signed_byte(handle);
        describe_values(band, handle, reading->view);
        if (!describe_meaning(band, handle, reading))
            return tw_error_nomem(err);
    }
    return set_names(reading) ? TW_OK : tw_error_nomem(err);
}

/* The nodata value that holds for a band. Returns false when it has none. */
static bool nodata_of(const struct reading *reading, GDALRasterBandH band, double *nodata)
{
    const struct tw_raster_view *view = reading->view;
    int has_nodata = FALSE;
    double own = GDALGetRasterNoDataValue(band, &has_nodata);
    if (view->has_nodata && !(view->fallback_nodata && has_nodata)) {
        *nodata = view->nodata;
        return true;
    }
    *nodata = own;
    return has_nodata;
}

static bool read_palette(const struct reading *reading, GDALColorTableH table, bool *has_alpha)
{
    struct tw_raster_info *info = reading->info;
    double nodata = 0;
    bool has_nodata = nodata_of(reading, GDALGetRasterBand(reading->dataset, 1), &nodata);
    info->num_colours = GDALGetColorEntryCount(table);
    info->palette = tw_arena_calloc(reading->arena, (size_t)info->num_colours, sizeof(*info->palette));
    if (info->palette == NULL)
        return false;
    for (int i = 0; i < info->num_colours; i++) {
        const GDALColorEntry *entry = GDALGetColorEntry(table, i);
        const short parts[4] = {entry->c1, entry->c2, entry->c3, entry->c4};
        for (int k = 0; k < 4; k++)
            info->palette[i][k] = (uint8_t)(parts[k] < 0 ? 0 : parts[k] > 255 ? 255 : parts[k]);
        bool is_nodata = has_nodata && i == (int)nodata; /* GeoTIFF makes its colour transparent */
        *has_alpha = *has_alpha || (info->palette[i][3] < 255 && !is_nodata);
        info->palette_is_clear = info->palette_is_clear || info->palette[i][3] == 0;
    }
    return true;
}

static enum tw_status set_palette_bands(const struct reading *reading, GDALColorTableH table,
                                        struct tw_error *err)
{
    static const char *const names[] = {"red", "green", "blue", "alpha"};
    struct tw_raster_info *info = reading->info;
    bool has_alpha = false;
    info->bands = tw_arena_calloc(reading->arena, 4, sizeof(*info->bands));
    info->names = tw_arena_calloc(reading->arena, 4, sizeof(*info->names));
    if (info->bands == NULL || info->names == NULL || !read_palette(reading, table, &has_alpha))
        return tw_error_nomem(err);
    info->num_bands = has_alpha ? 4 : 3;
    for (size_t i = 0; i < info->num_bands; i++) {
        info->names[i] = names[i];
        info->bands[i] = (struct tw_band_info){
            .name = names[i], .file_band = 1, .channel = (int)i, .scale = 1, .meaning = {"", 1, 0}};
        if (!type_of(GDALGetRasterBand(reading->dataset, 1), &info->bands[i].stored))
            return complain_complex(reading->path, err);
        info->bands[i].dtype = TW_UINT8;
    }
    return TW_OK;
}

static GDALColorTableH palette_of(const struct reading *reading)
{
    GDALRasterBandH band = GDALGetRasterBand(reading->dataset, 1);
    GDALColorTableH table = GDALGetRasterColorTable(band);
    bool is_index = GDALGetRasterColorInterpretation(band) == GCI_PaletteIndex;
    if (reading->count != 1 || reading->view->keep_palette || table == NULL || !is_index ||
        GDALGetPaletteInterpretation(table) != GPI_RGB || GDALGetColorEntryCount(table) == 0)
        return NULL;
    return table;
}

static enum tw_status set_nodata(const struct reading *reading, struct tw_error *err)
{
    struct tw_raster_info *info = reading->info;
    info->nodata_bands = tw_arena_calloc(reading->arena, (size_t)reading->count, sizeof(*info->nodata_bands));
    if (info->nodata_bands == NULL)
        return tw_error_nomem(err);
    for (int i = 1; i <= reading->count; i++) {
        GDALRasterBandH band = GDALGetRasterBand(reading->dataset, i);
        struct tw_nodata_band next = {.file_band = i};
        if (i == info->alpha_band || !nodata_of(reading, band, &next.nodata))
            continue;
        if (!type_of(band, &next.dtype))
            return complain_complex(reading->path, err);
        next.is_signed_byte = is_signed_byte(band);
        info->nodata_bands[info->num_nodata_bands++] = next;
    }
    return TW_OK;
}

static void set_masks(const struct reading *reading)
{
    for (int i = 1; i <= reading->count; i++) {
        GDALRasterBandH band = GDALGetRasterBand(reading->dataset, i);
        if (GDALGetRasterColorInterpretation(band) == GCI_AlphaBand)
            reading->info->alpha_band = i;
    }
    int flags = GDALGetMaskFlags(GDALGetRasterBand(reading->dataset, 1));
    reading->info->has_mask = (flags & GMF_PER_DATASET) != 0 && (flags & GMF_ALPHA) == 0;
}

/* Overviews are taken from the first band; all bands must have them. */
static enum tw_status set_levels(const struct reading *reading, struct tw_error *err)
{
    struct tw_raster_info *info = reading->info;
    info->num_levels = GDALGetOverviewCount(GDALGetRasterBand(reading->dataset, 1));
    for (int i = 2; i <= reading->count; i++) {
        int count = GDALGetOverviewCount(GDALGetRasterBand(reading->dataset, i));
        info->num_levels = count < info->num_levels ? count : info->num_levels;
    }
    info->levels_px = tw_arena_calloc(reading->arena, (size_t)info->num_levels, sizeof(*info->levels_px));
    if (info->levels_px == NULL)
        return tw_error_nomem(err);
    for (int i = 0; i < info->num_levels; i++) {
        GDALRasterBandH level = GDALGetOverview(GDALGetRasterBand(reading->dataset, 1), i);
        if (level == NULL) {
            info->num_levels = i;
            break;
        }
        info->levels_px[i][0] = GDALGetRasterBandXSize(level);
        info->levels_px[i][1] = GDALGetRasterBandYSize(level);
    }
    return TW_OK;
}

enum tw_status tw_raster_info_read(struct tw_raster_info *info, GDALDatasetH dataset, const char *path,
                                   const struct tw_raster_view *view, struct tw_arena *arena,
                                   struct tw_error *err)
{
    struct reading reading = {info, dataset, path, view, arena, GDALGetRasterCount(dataset)};
    *info = (struct tw_raster_info){.width_px = GDALGetRasterXSize(dataset),
                                    .height_px = GDALGetRasterYSize(dataset)};
    GDALColorTableH table = palette_of(&reading);
    set_masks(&reading);
    enum tw_status status =
        table != NULL ? set_palette_bands(&reading, table, err) : set_plain_bands(&reading, err);
    if (status == TW_OK)
        status = set_nodata(&reading, err);
    if (status == TW_OK)
        status = set_levels(&reading, err);
    return status;
}

bool tw_raster_info_has_nodata(const struct tw_raster_info *info)
{
    return info->num_nodata_bands > 0 || info->alpha_band > 0 || info->has_mask || info->palette_is_clear;
}
