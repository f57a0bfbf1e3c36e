/* Tile indexes: features with the paths of files, as gdaltindex, GDAL's GTI and mapchete make them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "catalogue_index.h"

#include "file.h"

#include <cpl_conv.h>
#include <cpl_error.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* An index that is being read. */
struct reading {
    struct tw_catalogue *catalogue;
    struct tw_arena *arena;
    struct tw_index_layout layout;
    OGRLayerH layer;
    int location, date, rank, crs; /* fields; -1: none */
    const char *folder;            /* that locations are relative to */
    const char *layer_crs;         /* NULL: it has none */
};

static enum tw_status complain_of(const struct reading *reading, const struct tw_error *err)
{
    return err->status == TW_ENOMEM ? TW_ENOMEM
                                    : tw_catalogue_complain(reading->catalogue, "%s", err->message);
}

static bool option_text(const struct reading *reading, const char *key, const char **text)
{
    const struct tw_value *value = tw_value_get(reading->catalogue->source->value, key);
    if (value == NULL || value->kind == TW_NULL)
        return true;
    if (value->kind == TW_STRING && value->text[0] != '\0') {
        *text = value->text;
        return true;
    }
    tw_problems_add(reading->catalogue->problems, value, "%s must be a name, not %s", key,
                    tw_value_kind_name(value->kind));
    return false;
}

/* What the configuration says comes before what the index says. */
static enum tw_status read_options(struct reading *reading)
{
    struct tw_index_layout *layout = &reading->layout;
    struct tw_error err = {0};
    layout->path = reading->catalogue->path;
    if (tw_path_has_suffix(layout->path, ".gti") &&
        tw_index_layout_from_gti(layout->path, reading->arena, layout, &err) != TW_OK)
        return complain_of(reading, &err);
    bool ok = option_text(reading, "layer", &layout->layer);
    ok = option_text(reading, "location_field", &layout->location_field) && ok;
    ok = option_text(reading, "date_field", &layout->date_field) && ok;
    reading->folder = tw_path_folder(reading->arena, layout->path);
    return reading->folder == NULL ? TW_ENOMEM : ok ? TW_OK : TW_EUSAGE;
}

/* The one layer that is asked for, or the only one, or the only one that names files. */
static enum tw_status choose_layer(struct reading *reading, GDALDatasetH dataset)
{
    const struct tw_index_layout *layout = &reading->layout;
    int count = GDALDatasetGetLayerCount(dataset), suitable = 0;
    struct tw_text names = {0};
    for (int i = 0; i < count; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(dataset, i);
        tw_text_printf(&names, "%s%s", i > 0 ? ", " : "", OGR_L_GetName(layer));
        if (layout->layer != NULL ? strcmp(layout->layer, OGR_L_GetName(layer)) == 0
                                  : count == 1 || tw_index_location_field(layer) >= 0) {
            reading->layer = layer;
            suitable++;
        }
    }
    enum tw_status status = TW_OK;
    if (suitable == 0 && layout->layer != NULL)
        status = tw_catalogue_complain(reading->catalogue, "'%s' has no layer '%s'; it has: %s", layout->path,
                                       layout->layer, tw_text_get(&names));
    else if (suitable != 1)
        status = tw_catalogue_complain(reading->catalogue, "'%s' has %d layers; say which one with layer: %s",
                                       layout->path, count, tw_text_get(&names));
    tw_text_free(&names);
    return status;
}

static enum tw_status complain_of_field(const struct reading *reading, const char *format, const char *name)
{
    OGRFeatureDefnH fields = OGR_L_GetLayerDefn(reading->layer);
    struct tw_text text = {0};
    tw_text_printf(&text, "'%s' has ", reading->layout.path);
    tw_text_printf(&text, format, name);
    for (int i = 0; i < OGR_FD_GetFieldCount(fields); i++)
        tw_text_printf(&text, "%s%s", i > 0 ? ", " : "", OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(fields, i)));
    if (OGR_FD_GetFieldCount(fields) == 0)
        tw_text_add(&text, "none");
    enum tw_status status = tw_catalogue_complain(reading->catalogue, "%s", tw_text_get(&text));
    tw_text_free(&text);
    return status;
}

static enum tw_status find_field(const struct reading *reading, const char *name, int *field)
{
    *field = name != NULL ? tw_index_field(reading->layer, name) : -1;
    return name == NULL || *field >= 0 ? TW_OK
                                       : complain_of_field(reading, "no field '%s'; its fields: ", name);
}

static enum tw_status find_fields(struct reading *reading)
{
    const struct tw_index_layout *layout = &reading->layout;
    struct tw_catalogue *catalogue = reading->catalogue;
    enum tw_status status = find_field(reading, layout->location_field, &reading->location);
    if (status == TW_OK && layout->location_field == NULL)
        reading->location = tw_index_location_field(reading->layer);
    if (status == TW_OK && reading->location < 0)
        return complain_of_field(
            reading, "no field that names files; say which one with %s; its fields: ", "location_field");
    if (status == TW_OK)
        status = find_field(reading, layout->date_field, &reading->date);
    for (int i = 0; status == TW_OK && layout->date_field == NULL && reading->date < 0 && i < 2; i++)
        reading->date = tw_index_field(reading->layer, i == 0 ? "datetime" : "date");
    if (catalogue->rank_field == NULL && layout->sort_field != NULL) {
        catalogue->rank_field = layout->sort_field;
        catalogue->rank_descends = !layout->sort_descends; /* there, the last lies on top */
    }
    if (status == TW_OK)
        status = find_field(reading, catalogue->rank_field, &reading->rank);
    reading->crs = tw_index_field(reading->layer, "src_srs");
    return status;
}

static enum tw_status read_crs(struct reading *reading)
{
    OGRSpatialReferenceH crs = OGR_L_GetSpatialRef(reading->layer);
    char *wkt = NULL;
    if (crs == NULL && reading->crs < 0)
        return tw_catalogue_complain(reading->catalogue,
                                     "'%s' has no CRS, nor a field src_srs; add one with "
                                     "ogr2ogr -a_srs EPSG:...",
                                     reading->layout.path);
    if (crs == NULL)
        return TW_OK;
    OSRExportToWkt(crs, &wkt);
    reading->layer_crs = tw_arena_strdup(reading->arena, wkt);
    CPLFree(wkt);
    return reading->layer_crs != NULL ? TW_OK : TW_ENOMEM;
}

static enum tw_status complain_of_feature(const struct reading *reading, OGRFeatureH feature,
                                          const char *what)
{
    return tw_catalogue_complain(reading->catalogue, "'%s': feature " CPL_FRMT_GIB " %s",
                                 reading->layout.path, OGR_F_GetFID(feature), what);
}

static enum tw_status read_place(const struct reading *reading, OGRFeatureH feature,
                                 struct tw_stack_item *item)
{
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    OGREnvelope e = {0};
    if (geometry != NULL && !OGR_G_IsEmpty(geometry))
        OGR_G_GetEnvelope(geometry, &e);
    if (!(e.MinX < e.MaxX && e.MinY < e.MaxY && isfinite(e.MinX + e.MaxX + e.MinY + e.MaxY)))
        return complain_of_feature(reading, feature, "has no outline");
    item->box = (struct tw_box){e.MinX, e.MinY, e.MaxX, e.MaxY};
    item->crs = reading->layer_crs;
    if (item->crs == NULL)
        item->crs = tw_arena_strdup(reading->arena, OGR_F_GetFieldAsString(feature, reading->crs));
    return item->crs != NULL ? TW_OK : TW_ENOMEM;
}

/* A date that nothing can be made of is an error only when its field was asked for. */
static enum tw_status read_date(const struct reading *reading, OGRFeatureH feature,
                                struct tw_stack_item *item)
{
    if (reading->date < 0 || !OGR_F_IsFieldSetAndNotNull(feature, reading->date))
        return TW_OK;
    const char *text = OGR_F_GetFieldAsString(feature, reading->date);
    if (text[0] == '\0' || tw_catalogue_date(item, text, reading->arena) ||
        reading->layout.date_field == NULL)
        return TW_OK;
    char what[160];
    snprintf(what, sizeof(what), "has '%.60s' in %.40s, which is not a date, such as 2023-08-15", text,
             reading->layout.date_field);
    return complain_of_feature(reading, feature, what);
}

static enum tw_status read_rank(const struct reading *reading, OGRFeatureH feature,
                                struct tw_stack_item *item)
{
    if (reading->rank < 0 || !OGR_F_IsFieldSetAndNotNull(feature, reading->rank))
        return TW_OK;
    OGRFieldType type = OGR_Fld_GetType(OGR_F_GetFieldDefnRef(feature, reading->rank));
    if (type == OFTInteger || type == OFTInteger64 || type == OFTReal)
        item->rank = OGR_F_GetFieldAsDouble(feature, reading->rank);
    item->rank_text = tw_arena_strdup(reading->arena, OGR_F_GetFieldAsString(feature, reading->rank));
    return item->rank_text != NULL ? TW_OK : TW_ENOMEM;
}

static enum tw_status read_feature(const struct reading *reading, OGRFeatureH feature)
{
    struct tw_stack_item *item = NULL;
    const char *location = OGR_F_GetFieldAsString(feature, reading->location);
    if (location[0] == '\0')
        return complain_of_feature(reading, feature, "names no file");
    const char *path = tw_source_resolve(reading->arena, reading->folder, location);
    if (path == NULL)
        return TW_ENOMEM;
    enum tw_status status = tw_catalogue_add(reading->catalogue, path, reading->catalogue->place, &item);
    if (status == TW_OK)
        status = read_place(reading, feature, item);
    if (status == TW_OK)
        status = read_date(reading, feature, item);
    return status == TW_OK ? read_rank(reading, feature, item) : status;
}

static enum tw_status read_features(const struct reading *reading)
{
    enum tw_status status = TW_OK;
    const char *filter = reading->layout.filter;
    if (filter != NULL && OGR_L_SetAttributeFilter(reading->layer, filter) != OGRERR_NONE)
        return tw_catalogue_complain(reading->catalogue, "'%s': wrong filter '%s': %s", reading->layout.path,
                                     filter, tw_gdal_reason());
    OGR_L_ResetReading(reading->layer);
    CPLErrorReset();
    for (OGRFeatureH feature; status == TW_OK && (feature = OGR_L_GetNextFeature(reading->layer)) != NULL;) {
        status = read_feature(reading, feature);
        OGR_F_Destroy(feature);
    }
    if (status == TW_OK && CPLGetLastErrorType() >= CE_Failure)
        return tw_catalogue_complain(reading->catalogue, "cannot read '%s': %s", reading->layout.path,
                                     tw_gdal_reason());
    if (status == TW_OK && reading->catalogue->stack->num_items == 0)
        return tw_catalogue_complain(reading->catalogue, "the index '%s' holds no files",
                                     reading->layout.path);
    return status;
}

static enum tw_status open_index(const struct reading *reading, struct tw_dataset_pool *pool,
                                 GDALDatasetH *dataset)
{
    const char *path = reading->layout.path;
    struct tw_error err = {0};
    if (tw_path_has_suffix(path, ".parquet") && GDALGetDriverByName("Parquet") == NULL)
        return tw_catalogue_complain(
            reading->catalogue,
            "cannot open '%s': this GDAL has no driver for Parquet; make a GeoPackage "
            "of it where there is one: ogr2ogr index.gpkg '%s'",
            path, path);
    return tw_dataset_open_vector(pool, path, dataset, &err) == TW_OK ? TW_OK : complain_of(reading, &err);
}

enum tw_status tw_catalogue_read_index(struct tw_catalogue *catalogue)
{
    struct reading reading = {.catalogue = catalogue, .arena = catalogue->source->arena, .date = -1};
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    GDALDatasetH dataset = NULL;
    enum tw_status status = pool != NULL ? read_options(&reading) : TW_ENOMEM;
    if (status == TW_OK)
        status = open_index(&reading, pool, &dataset);
    if (status == TW_OK)
        status = choose_layer(&reading, dataset);
    if (status == TW_OK)
        status = tw_index_layout_from_layer(reading.layer, reading.arena, &reading.layout);
    if (status == TW_OK)
        status = find_fields(&reading);
    if (status == TW_OK)
        status = read_crs(&reading);
    if (status == TW_OK)
        status = read_features(&reading);
    tw_dataset_pool_free(pool);
    return status;
}
