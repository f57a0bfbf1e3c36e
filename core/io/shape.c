/* SPDX-License-Identifier: MIT */
#include "shape.h"

#include "dataset.h"

#include <cpl_error.h>

OGRGeometryH tw_shape_from_box(const struct tw_box *box)
{
    OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing), polygon = OGR_G_CreateGeometry(wkbPolygon);
    OGR_G_AddPoint_2D(ring, box->left, box->bottom);
    OGR_G_AddPoint_2D(ring, box->right, box->bottom);
    OGR_G_AddPoint_2D(ring, box->right, box->top);
    OGR_G_AddPoint_2D(ring, box->left, box->top);
    OGR_G_AddPoint_2D(ring, box->left, box->bottom);
    OGR_G_AddGeometryDirectly(polygon, ring);
    return polygon;
}

enum tw_status tw_shape_from_feature(const struct tw_feature *feature, OGRGeometryH *shape,
                                     struct tw_error *err)
{
    *shape = NULL;
    CPLErrorReset();
    if (OGR_G_CreateFromWkbEx(feature->wkb, NULL, shape, feature->wkb_size) == OGRERR_NONE)
        return TW_OK;
    return tw_error_set(err, TW_ESCRIPT, "a feature has no readable geometry: %s", tw_gdal_reason());
}

enum tw_status tw_shape_to_feature(OGRGeometryH shape, struct tw_arena *arena, struct tw_feature *feature,
                                   struct tw_error *err)
{
    size_t size = (size_t)OGR_G_WkbSize(shape);
    unsigned char *wkb = tw_arena_alloc(arena, size);
    if (wkb == NULL)
        return tw_error_set(err, TW_EBUDGET, "no memory left for features; raise --memory");
    if (OGR_G_ExportToIsoWkb(shape, wkbNDR, wkb) != OGRERR_NONE)
        return tw_error_set(err, TW_EINPUT, "a geometry cannot be written as WKB");
    feature->wkb = wkb;
    feature->wkb_size = size;
    return TW_OK;
}

OGRGeometryH tw_shape_flatten(OGRGeometryH shape)
{
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(shape));
    if (type == wkbPolyhedralSurface || type == wkbTIN)
        shape = OGR_G_ForceTo(shape, wkbMultiPolygon, NULL);
    else if (type == wkbTriangle)
        shape = OGR_G_ForceTo(shape, wkbPolygon, NULL);
    if (shape != NULL && OGR_G_HasCurveGeometry(shape, FALSE)) {
        OGRGeometryH linear = OGR_G_GetLinearGeometry(shape, 0, NULL);
        OGR_G_DestroyGeometry(shape);
        shape = linear;
    }
    if (shape != NULL)
        OGR_G_FlattenTo2D(shape);
    return shape;
}

/* Takes the shape over, or destroys it when it is NULL or empty. */
static OGRGeometryH unless_empty(OGRGeometryH shape)
{
    if (shape == NULL || !OGR_G_IsEmpty(shape))
        return shape;
    OGR_G_DestroyGeometry(shape);
    return NULL;
}

static void collect(OGRGeometryH shape, int dimension, OGRGeometryH result)
{
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(shape));
    if (type == wkbPoint || type == wkbLineString || type == wkbPolygon) {
        if (OGR_G_GetDimension(shape) == dimension && !OGR_G_IsEmpty(shape))
            OGR_G_AddGeometry(result, shape);
        return;
    }
    for (int i = 0; i < OGR_G_GetGeometryCount(shape); i++)
        collect(OGR_G_GetGeometryRef(shape, i), dimension, result);
}

OGRGeometryH tw_shape_keep_dimension(OGRGeometryH shape, int dimension)
{
    static const OGRwkbGeometryType types[] = {wkbMultiPoint, wkbMultiLineString, wkbMultiPolygon};
    OGRwkbGeometryType type = OGR_GT_Flatten(OGR_G_GetGeometryType(shape));
    if (type != wkbGeometryCollection && OGR_G_GetDimension(shape) == dimension)
        return unless_empty(shape);
    OGRGeometryH kept = OGR_G_CreateGeometry(types[dimension]);
    collect(shape, dimension, kept);
    OGR_G_DestroyGeometry(shape);
    return unless_empty(kept);
}

OGRGeometryH tw_shape_repair(OGRGeometryH shape)
{
    static const char *const how[] = {"METHOD=STRUCTURE", NULL};
    if (OGR_G_IsValid(shape))
        return shape;
    int dimension = OGR_G_GetDimension(shape);
    OGRGeometryH valid = OGR_G_MakeValidEx(shape, (char **)how);
    OGR_G_DestroyGeometry(shape);
    return valid != NULL ? tw_shape_keep_dimension(valid, dimension) : NULL;
}

static struct tw_box bounds_of(OGRGeometryH shape)
{
    OGREnvelope envelope;
    OGR_G_GetEnvelope(shape, &envelope);
    return (struct tw_box){envelope.MinX, envelope.MinY, envelope.MaxX, envelope.MaxY};
}

static bool boxes_meet(const struct tw_box *a, const struct tw_box *b)
{
    return a->left <= b->right && b->left <= a->right && a->bottom <= b->top && b->bottom <= a->top;
}

bool tw_shape_is_near(OGRGeometryH shape, const struct tw_box *box)
{
    struct tw_box bounds = bounds_of(shape);
    return boxes_meet(&bounds, box);
}

bool tw_shape_meets(OGRGeometryH shape, const struct tw_box *box)
{
    struct tw_box bounds = bounds_of(shape);
    if (!boxes_meet(&bounds, box))
        return false;
    if (tw_box_contains(box, &bounds))
        return true;
    OGRGeometryH frame = tw_shape_from_box(box);
    bool meets = OGR_G_Intersects(shape, frame);
    OGR_G_DestroyGeometry(frame);
    return meets;
}

OGRGeometryH tw_shape_clip(OGRGeometryH shape, const struct tw_box *box)
{
    struct tw_box bounds = bounds_of(shape);
    if (OGR_G_IsEmpty(shape) || !boxes_meet(&bounds, box)) {
        OGR_G_DestroyGeometry(shape);
        return NULL;
    }
    if (tw_box_contains(box, &bounds) || (shape = tw_shape_repair(shape)) == NULL)
        return shape;
    bool is_mixed = OGR_GT_Flatten(OGR_G_GetGeometryType(shape)) == wkbGeometryCollection;
    int dimension = OGR_G_GetDimension(shape);
    OGRGeometryH frame = tw_shape_from_box(box), cut = OGR_G_Intersection(shape, frame);
    OGR_G_DestroyGeometry(frame);
    OGR_G_DestroyGeometry(shape);
    if (cut == NULL)
        return NULL;
    return is_mixed ? unless_empty(cut) : tw_shape_keep_dimension(cut, dimension);
}

bool tw_shape_map(OGRGeometryH shape, tw_shape_move *move, void *context)
{
    for (int i = 0; i < OGR_G_GetGeometryCount(shape); i++)
        if (!tw_shape_map(OGR_G_GetGeometryRef(shape, i), move, context))
            return false;
    for (int i = 0; i < OGR_G_GetPointCount(shape); i++) {
        double x = OGR_G_GetX(shape, i), y = OGR_G_GetY(shape, i);
        if (!move(context, &x, &y))
            return false;
        OGR_G_SetPoint_2D(shape, i, x, y);
    }
    return true;
}
