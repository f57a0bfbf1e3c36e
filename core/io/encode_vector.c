/* Features as GeoJSON, FlatGeobuf and GeoPackage, written by GDAL in memory.
 *
 * GeoJSON is in the grid's CRS, with the member `crs` of its first specification (2008), as mapchete writes
 * it; RFC 7946 would have all of it in degrees. A grid whose CRS has no EPSG code has to use FlatGeobuf.
 *
 * SPDX-License-Identifier: MIT
 */
#include "crs.h"
#include "dataset.h"
#include "shape.h"
#include "vector_schema.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool vector_open(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                        struct tw_problems *problems)
{
    struct tw_vector_schema *schema = tw_arena_calloc(encoder->arena, 1, sizeof(*schema));
    encoder->settings = schema;
    return schema != NULL && tw_vector_schema_read(schema, spec, encoder->arena, problems);
}

static bool geojson_open(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                         struct tw_problems *problems)
{
    OGRSpatialReferenceH crs = NULL;
    struct tw_error err = {0};
    bool has_code = false;
    if (spec->grid != NULL && tw_crs_find_code(spec->grid->crs, &crs, &has_code, &err) == TW_OK && !has_code)
        tw_problems_add(problems, tw_value_get(spec->options, "format"),
                        "GeoJSON names its CRS by an EPSG code, and the grid's CRS has none: use FlatGeobuf");
    if (crs != NULL)
        OSRRelease(crs);
    return vector_open(encoder, spec, problems);
}

/* Columns of a GeoPackage that are not properties; SQL does not tell capitals from small letters. */
static bool gpkg_open(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                      struct tw_problems *problems)
{
    static const char *const taken[] = {"fid", "geom"};
    const struct tw_value *properties = tw_value_get(tw_value_get(spec->options, "schema"), "properties");
    bool is_map = properties != NULL && properties->kind == TW_MAP;
    for (size_t i = 0; is_map && i < properties->count; i++) {
        const struct tw_member *member = &properties->members[i];
        for (size_t k = 0; k < 2; k++)
            if (strcasecmp(member->key, taken[k]) == 0)
                tw_problems_add_key(
                    problems, member,
                    "property '%s': GeoPackage has a column '%s' of its own; give another name", member->key,
                    taken[k]);
        for (size_t k = 0; k < i; k++)
            if (strcasecmp(member->key, properties->members[k].key) == 0)
                tw_problems_add_key(problems, member,
                                    "properties '%s' and '%s' are the same column of a GeoPackage",
                                    properties->members[k].key, member->key);
    }
    return vector_open(encoder, spec, problems);
}

static size_t vector_options(const struct tw_encoder *encoder, const char *const **names)
{
    static const char *const options[] = {"schema"};
    (void)encoder;
    *names = options;
    return 1;
}

/* Features on their way to the stored form. */
struct storing {
    const struct tw_vector_schema *schema;
    struct tw_arena *arena;
    struct tw_features *stored;
    size_t capacity;
    const struct tw_value *properties; /* of the feature in work */
};

static enum tw_status add_stored(struct storing *storing, OGRGeometryH shape, struct tw_error *err)
{
    struct tw_features *stored = storing->stored;
    if (stored->count == storing->capacity) {
        size_t capacity = storing->capacity * 2;
        struct tw_feature *items = tw_arena_calloc(storing->arena, capacity, sizeof(*items));
        if (items == NULL)
            return tw_budget_error(storing->arena, err);
        memcpy(items, stored->items, stored->count * sizeof(*items));
        stored->items = items;
        storing->capacity = capacity;
    }
    struct tw_feature *feature = &stored->items[stored->count++];
    feature->properties = storing->properties;
    return tw_shape_to_feature(shape, storing->arena, feature, err);
}

/* Adds a shape as one that is multiple if the schema says so, otherwise part by part, as mapchete does. Takes
 * it over. */
static enum tw_status add_shape(struct storing *storing, OGRGeometryH shape, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(shape));
    if (tw_vector_schema_is_multi(storing->schema))
        shape = OGR_G_ForceTo(shape, storing->schema->geometry, NULL);
    bool splits =
        !tw_vector_schema_is_multi(storing->schema) && OGR_GT_IsSubClassOf(type, wkbGeometryCollection);
    if (!splits)
        status = add_stored(storing, shape, err);
    for (int i = 0; splits && status == TW_OK && i < OGR_G_GetGeometryCount(shape); i++)
        status = add_stored(storing, OGR_G_GetGeometryRef(shape, i), err);
    OGR_G_DestroyGeometry(shape);
    return status;
}

static enum tw_status store_feature(struct storing *storing, const struct tw_feature *feature,
                                    const struct tw_box *bounds, struct tw_error *err)
{
    OGRGeometryH shape = NULL;
    enum tw_status status = tw_vector_schema_check(storing->schema, feature->properties, err);
    if (status == TW_OK)
        status = tw_shape_from_feature(feature, &shape, err);
    if (status != TW_OK)
        return status;
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(shape));
    if (!OGR_G_IsEmpty(shape) && !tw_vector_schema_takes(storing->schema, type)) {
        OGR_G_DestroyGeometry(shape);
        return tw_error_set(err, TW_ESCRIPT, "a %s; output.schema.geometry is %s",
                            OGRGeometryTypeToName(type), storing->schema->geometry_name);
    }
    shape = tw_shape_clip(shape, bounds);
    storing->properties = feature->properties;
    return shape != NULL ? add_shape(storing, shape, err) : TW_OK;
}

static enum tw_status vector_store(const struct tw_encoder *encoder, const struct tw_features *features,
                                   const struct tw_window *window, struct tw_arena *arena,
                                   struct tw_features *stored, struct tw_error *err)
{
    struct storing storing = {
        .schema = encoder->settings, .arena = arena, .stored = stored, .capacity = features->count + 1};
    struct tw_box bounds = tw_window_bounds(window);
    stored->count = 0;
    stored->items = tw_arena_calloc(arena, storing.capacity, sizeof(*stored->items));
    if (stored->items == NULL)
        return tw_budget_error(arena, err);
    for (size_t i = 0; i < features->count; i++)
        if (store_feature(&storing, &features->items[i], &bounds, err) != TW_OK)
            return tw_error_prefix(err, "feature %zu: ", i + 1);
    return TW_OK;
}

static enum tw_status failed(const struct tw_encoder *encoder, struct tw_error *err)
{
    return tw_error_set(err, TW_ESTORAGE, "cannot write a %s: %s", encoder->driver->format, tw_gdal_reason());
}

/* value NULL: there is none. */
static void set_field(OGRFeatureH written, int index, const struct tw_value *value)
{
    OGRFieldType type = OGR_Fld_GetType(OGR_F_GetFieldDefnRef(written, index));
    if (value == NULL || value->kind == TW_NULL || (value->kind == TW_NUMBER && !isfinite(value->number)))
        OGR_F_SetFieldNull(written, index);
    else if (value->kind == TW_BOOL)
        OGR_F_SetFieldInteger(written, index, value->boolean ? 1 : 0);
    else if (value->kind == TW_STRING)
        OGR_F_SetFieldString(written, index, value->text);
    else if (type == OFTReal)
        OGR_F_SetFieldDouble(written, index, value->number);
    else
        OGR_F_SetFieldInteger64(written, index, (GIntBig)value->number);
}

static enum tw_status write_feature(const struct tw_encoder *encoder, OGRLayerH layer,
                                    const struct tw_feature *feature, struct tw_error *err)
{
    const struct tw_vector_schema *schema = encoder->settings;
    OGRGeometryH shape = NULL;
    enum tw_status status = tw_shape_from_feature(feature, &shape, err);
    if (status != TW_OK)
        return status;
    OGRFeatureH written = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    for (size_t i = 0; i < schema->num_fields; i++)
        set_field(written, (int)i, tw_value_get(feature->properties, schema->fields[i].name));
    OGR_F_SetGeometryDirectly(written, shape);
    CPLErrorReset();
    if (OGR_L_CreateFeature(layer, written) != OGRERR_NONE || CPLGetLastErrorType() >= CE_Failure)
        status = failed(encoder, err);
    OGR_F_Destroy(written);
    return status;
}

static enum tw_status create_layer(const struct tw_encoder *encoder, GDALDatasetH dataset,
                                   const struct tw_grid *grid, OGRLayerH *layer, struct tw_error *err)
{
    const struct tw_vector_schema *schema = encoder->settings;
    OGRSpatialReferenceH crs = NULL;
    bool has_code = false, is_geojson = encoder->driver == &tw_encode_geojson;
    enum tw_status status = tw_crs_find_code(grid->crs, &crs, &has_code, err);
    if (status != TW_OK)
        return status;
    /* a tenth of a micrometre, either way */
    const char *const geojson[] = {
        "WRITE_NAME=NO", OSRIsGeographic(crs) ? "COORDINATE_PRECISION=12" : "COORDINATE_PRECISION=7", NULL};
    CPLErrorReset();
    *layer = GDALDatasetCreateLayer(dataset, "features", crs, schema->geometry,
                                    is_geojson ? (char **)geojson : NULL);
    OSRRelease(crs);
    bool made = *layer != NULL;
    for (size_t i = 0; made && i < schema->num_fields; i++) {
        bool is_text = encoder->driver == &tw_encode_gpkg && schema->fields[i].type == OFTTime;
        OGRFieldDefnH field =
            OGR_Fld_Create(schema->fields[i].name, is_text ? OFTString : schema->fields[i].type);
        OGR_Fld_SetSubType(field, schema->fields[i].subtype);
        made = OGR_L_CreateField(*layer, field, FALSE) == OGRERR_NONE;
        OGR_Fld_Destroy(field);
    }
    return made ? TW_OK : failed(encoder, err);
}

/* Where there are transactions, each feature would be one. */
static enum tw_status write_features(const struct tw_encoder *encoder, OGRLayerH layer,
                                     const struct tw_features *stored, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    bool in_one = OGR_L_TestCapability(layer, OLCTransactions) != 0;
    CPLErrorReset();
    if (in_one && OGR_L_StartTransaction(layer) != OGRERR_NONE)
        return failed(encoder, err);
    for (size_t i = 0; status == TW_OK && i < stored->count; i++)
        status = write_feature(encoder, layer, &stored->items[i], err);
    if (in_one && status == TW_OK && OGR_L_CommitTransaction(layer) != OGRERR_NONE)
        status = failed(encoder, err);
    return status;
}

static enum tw_status write_file(const struct tw_encoder *encoder, const char *path,
                                 const struct tw_features *stored, const struct tw_grid *grid,
                                 struct tw_error *err)
{
    CPLErrorReset();
    GDALDatasetH dataset =
        GDALCreate(GDALGetDriverByName(encoder->driver->format), path, 0, 0, 0, GDT_Unknown, NULL);
    if (dataset == NULL)
        return failed(encoder, err);
    OGRLayerH layer = NULL;
    enum tw_status status = create_layer(encoder, dataset, grid, &layer, err);
    if (status == TW_OK)
        status = write_features(encoder, layer, stored, err);
    CPLErrorReset();
    GDALClose(dataset);
    if (status == TW_OK && CPLGetLastErrorType() >= CE_Failure)
        status = failed(encoder, err);
    return status;
}

static enum tw_status vector_encode(const struct tw_encoder *encoder, const struct tw_features *stored,
                                    const struct tw_window *window, struct tw_bytes *bytes,
                                    struct tw_error *err)
{
    /* The address of something that is on this thread's stack names the file. */
    char path[80];
    snprintf(path, sizeof(path), "/vsimem/tilewright/features_%p.%s", (void *)path,
             encoder->driver->extension);
    enum tw_status status = write_file(encoder, path, stored, window->grid, err);
    if (status == TW_OK)
        return tw_bytes_take(path, bytes, err);
    VSIUnlink(path);
    return status;
}

void tw_gpkg_in_memory(bool begins)
{
    CPLSetThreadLocalConfigOption("OGR_CURRENT_DATE", begins ? "2000-01-01T00:00:00.000Z" : NULL);
    CPLSetThreadLocalConfigOption("OGR_SQLITE_SYNCHRONOUS", begins ? "OFF" : NULL);
    CPLSetThreadLocalConfigOption("OGR_SQLITE_JOURNAL", begins ? "OFF" : NULL);
}

static enum tw_status gpkg_encode(const struct tw_encoder *encoder, const struct tw_features *stored,
                                  const struct tw_window *window, struct tw_bytes *bytes,
                                  struct tw_error *err)
{
    tw_gpkg_in_memory(true);
    enum tw_status status = vector_encode(encoder, stored, window, bytes, err);
    tw_gpkg_in_memory(false);
    return status;
}

const struct tw_encoder_driver tw_encode_geojson = {
    .format = "GeoJSON",
    .about = "features as text, in the grid's CRS",
    .extension = "geojson",
    .content_type = "application/geo+json",
    .open = geojson_open,
    .options = vector_options,
    .store_features = vector_store,
    .encode_features = vector_encode,
};

const struct tw_encoder_driver tw_encode_flatgeobuf = {
    .format = "FlatGeobuf",
    .about = "features with a spatial index, in the grid's CRS",
    .extension = "fgb",
    .content_type = "application/flatgeobuf",
    .open = vector_open,
    .options = vector_options,
    .store_features = vector_store,
    .encode_features = vector_encode,
};

const struct tw_encoder_driver tw_encode_gpkg = {
    .format = "GPKG",
    .alias = "GeoPackage",
    .about = "features in a database with a spatial index, in the grid's CRS (also: GeoPackage)",
    .extension = "gpkg",
    .content_type = "application/geopackage+sqlite3",
    .open = gpkg_open,
    .options = vector_options,
    .store_features = vector_store,
    .encode_features = gpkg_encode,
};
