/* SPDX-License-Identifier: MIT */
#include "geos.h"

#include <math.h>
#include <stdlib.h>

/* Each geometry has a GEOS context of its own, so that nothing is shared between threads; the prepared form
 * builds its index at the first test. */
struct tw_geometry {
    struct tw_geos geos;
    GEOSGeometry *shape;
    const GEOSPreparedGeometry *prepared; /* NULL when empty */
    struct tw_box bounds;
};

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

bool tw_box_overlaps(const struct tw_box *a, const struct tw_box *b)
{
    return a->left < b->right && b->left < a->right && a->bottom < b->top && b->bottom < a->top;
}

bool tw_box_contains(const struct tw_box *outer, const struct tw_box *inner)
{
    return outer->left <= inner->left && outer->right >= inner->right && outer->bottom <= inner->bottom &&
           outer->top >= inner->top;
}

struct tw_box tw_box_intersection(const struct tw_box *a, const struct tw_box *b)
{
    return (struct tw_box){larger(a->left, b->left), larger(a->bottom, b->bottom),
                           smaller(a->right, b->right), smaller(a->top, b->top)};
}

struct tw_box tw_box_union(const struct tw_box *a, const struct tw_box *b)
{
    return (struct tw_box){smaller(a->left, b->left), smaller(a->bottom, b->bottom),
                           larger(a->right, b->right), larger(a->top, b->top)};
}

static struct tw_geometry *geometry_new(void)
{
    struct tw_geometry *geometry = calloc(1, sizeof(*geometry));
    if (geometry != NULL && !tw_geos_open(&geometry->geos)) {
        free(geometry);
        return NULL;
    }
    return geometry;
}

void tw_geometry_free(struct tw_geometry *geometry)
{
    if (geometry == NULL)
        return;
    GEOSPreparedGeom_destroy_r(geometry->geos.handle, geometry->prepared);
    GEOSGeom_destroy_r(geometry->geos.handle, geometry->shape);
    tw_geos_close(&geometry->geos);
    free(geometry);
}

static bool is_polygonal(GEOSContextHandle_t geos, const GEOSGeometry *shape)
{
    int type = GEOSGeomTypeId_r(geos, shape);
    return type == GEOS_POLYGON || type == GEOS_MULTIPOLYGON;
}

/* Replaces the shape by `changed`, of which only polygons are kept: the lines and points in which two areas
 * touch are left out. false when it is NULL. */
static bool take_shape(struct tw_geometry *geometry, GEOSGeometry *changed)
{
    GEOSContextHandle_t geos = geometry->geos.handle;
    if (changed != NULL && !is_polygonal(geos, changed)) {
        GEOSGeometry *polygons = tw_geos_parts_of(geos, changed, 2);
        GEOSGeom_destroy_r(geos, changed);
        changed = polygons;
    }
    if (changed == NULL)
        return false;
    GEOSGeom_destroy_r(geos, geometry->shape);
    geometry->shape = changed;
    return true;
}

/* Hands the finished geometry out; frees it when it is not fit for use. */
static enum tw_status finish(struct tw_geometry *geometry, struct tw_geometry **result, struct tw_error *err)
{
    GEOSContextHandle_t geos = geometry->geos.handle;
    if (GEOSisEmpty_r(geos, geometry->shape) == 0) {
        geometry->prepared = GEOSPrepare_r(geos, geometry->shape);
        if (geometry->prepared == NULL || !tw_geos_bounds(geos, geometry->shape, &geometry->bounds)) {
            tw_geometry_free(geometry);
            return tw_error_nomem(err);
        }
    }
    *result = geometry;
    return TW_OK;
}

static enum tw_status fail(struct tw_geometry *geometry, const char *what, struct tw_error *err)
{
    enum tw_status status = tw_geos_fail(&geometry->geos, what, err);
    tw_geometry_free(geometry);
    return status;
}

/* Rings that cross themselves are made into polygons that do not. */
static bool repair(struct tw_geometry *geometry)
{
    GEOSContextHandle_t geos = geometry->geos.handle;
    return GEOSisValid_r(geos, geometry->shape) == 1 ||
           take_shape(geometry, tw_geos_make_valid(geos, geometry->shape));
}

/* Checks what was just parsed into geometry->shape. */
static enum tw_status check(struct tw_geometry *geometry, struct tw_geometry **result, struct tw_error *err)
{
    static const char *const what = "cannot read the area";
    GEOSContextHandle_t geos = geometry->geos.handle;
    if (geometry->shape == NULL)
        return fail(geometry, what, err);
    if (!is_polygonal(geos, geometry->shape)) {
        char *type = GEOSGeomType_r(geos, geometry->shape);
        tw_error_set(err, TW_EUSAGE, "an area must be a Polygon or a MultiPolygon, not a %s",
                     type != NULL ? type : "geometry of another type");
        GEOSFree_r(geos, type);
        tw_geometry_free(geometry);
        return TW_EUSAGE;
    }
    bool empty = GEOSisEmpty_r(geos, geometry->shape) == 1;
    if (!repair(geometry))
        return fail(geometry, what, err);
    if (!empty && GEOSisEmpty_r(geos, geometry->shape) == 1) {
        tw_geometry_free(geometry);
        return tw_error_set(err, TW_EUSAGE, "%s: its rings enclose nothing", what);
    }
    return finish(geometry, result, err);
}

enum tw_status tw_geometry_from_wkt(const char *wkt, struct tw_geometry **geometry, struct tw_error *err)
{
    struct tw_geometry *made = geometry_new();
    if (made == NULL)
        return tw_error_nomem(err);
    made->shape = tw_geos_read_wkt(made->geos.handle, wkt);
    return check(made, geometry, err);
}

enum tw_status tw_geometry_from_wkb(const void *wkb, size_t size, struct tw_geometry **geometry,
                                    struct tw_error *err)
{
    struct tw_geometry *made = geometry_new();
    if (made == NULL)
        return tw_error_nomem(err);
    made->shape = tw_geos_read_wkb(made->geos.handle, wkb, size);
    return check(made, geometry, err);
}

enum tw_status tw_geometry_from_box(const struct tw_box *box, struct tw_geometry **geometry,
                                    struct tw_error *err)
{
    struct tw_geometry *made = geometry_new();
    if (made == NULL)
        return tw_error_nomem(err);
    made->shape = GEOSGeom_createRectangle_r(made->geos.handle, box->left, box->bottom, box->right, box->top);
    if (made->shape == NULL)
        return fail(made, "cannot make an area of a box", err);
    return check(made, geometry, err);
}

/* GEOS objects are not tied to the context that made them: the result's context works on both. */
static enum tw_status overlay(const struct tw_geometry *a, const struct tw_geometry *b,
                              GEOSGeometry *combine(GEOSContextHandle_t, const GEOSGeometry *,
                                                    const GEOSGeometry *),
                              struct tw_geometry **result, struct tw_error *err)
{
    struct tw_geometry *made = geometry_new();
    if (made == NULL)
        return tw_error_nomem(err);
    if (!take_shape(made, combine(made->geos.handle, a->shape, b->shape)))
        return fail(made, "cannot combine the areas", err);
    return finish(made, result, err);
}

enum tw_status tw_geometry_union(const struct tw_geometry *a, const struct tw_geometry *b,
                                 struct tw_geometry **result, struct tw_error *err)
{
    return overlay(a, b, GEOSUnion_r, result, err);
}

enum tw_status tw_geometry_intersection(const struct tw_geometry *a, const struct tw_geometry *b,
                                        struct tw_geometry **result, struct tw_error *err)
{
    return overlay(a, b, GEOSIntersection_r, result, err);
}

static int add_to_x(double *x, double *y, void *dx)
{
    (void)y;
    *x += *(const double *)dx;
    return 1;
}

enum tw_status tw_geometry_shift(const struct tw_geometry *geometry, double dx, struct tw_geometry **result,
                                 struct tw_error *err)
{
    struct tw_geometry *made = geometry_new();
    if (made == NULL)
        return tw_error_nomem(err);
    if (!take_shape(made, GEOSGeom_transformXY_r(made->geos.handle, geometry->shape, add_to_x, &dx)))
        return fail(made, "cannot move the area", err);
    return finish(made, result, err);
}

bool tw_geometry_is_empty(const struct tw_geometry *geometry)
{
    return geometry->prepared == NULL;
}

struct tw_box tw_geometry_bounds(const struct tw_geometry *geometry)
{
    return geometry->bounds;
}

/* The box, smaller by a few units in the last place of its coordinates on each side: what only touches the
 * box misses this one. GEOS has no fast test of its own for "touches" on prepared geometries. */
static struct tw_box shrunk(const struct tw_box *box)
{
    double x = larger(fabs(box->left), fabs(box->right)) * 0x1p-50;
    double y = larger(fabs(box->bottom), fabs(box->top)) * 0x1p-50;
    struct tw_box inner = {box->left + x, box->bottom + y, box->right - x, box->top - y};
    return inner.left < inner.right && inner.bottom < inner.top ? inner : *box;
}

/* The relation; with only_overlap, TW_PARTLY also stands for TW_INSIDE. */
static enum tw_relation relate(const struct tw_geometry *geometry, const struct tw_box *box,
                               bool only_overlap)
{
    if (geometry->prepared == NULL || !tw_box_overlaps(&geometry->bounds, box))
        return TW_OUTSIDE;
    struct tw_box inner = shrunk(box);
    GEOSContextHandle_t geos = geometry->geos.handle;
    GEOSGeometry *shape = GEOSGeom_createRectangle_r(geos, inner.left, inner.bottom, inner.right, inner.top);
    enum tw_relation relation = TW_PARTLY; /* when GEOS fails: rather one tile too many */
    if (shape == NULL)
        return relation;
    if (GEOSPreparedIntersects_r(geos, geometry->prepared, shape) == 0)
        relation = TW_OUTSIDE;
    else if (!only_overlap && tw_box_contains(&geometry->bounds, &inner) &&
             GEOSPreparedCovers_r(geos, geometry->prepared, shape) == 1)
        relation = TW_INSIDE;
    GEOSGeom_destroy_r(geos, shape);
    return relation;
}

enum tw_relation tw_geometry_relation(const struct tw_geometry *geometry, const struct tw_box *box)
{
    return relate(geometry, box, false);
}

bool tw_geometry_overlaps(const struct tw_geometry *geometry, const struct tw_box *box)
{
    return relate(geometry, box, true) != TW_OUTSIDE;
}

char *tw_geometry_to_wkt(const struct tw_geometry *geometry)
{
    return tw_geos_write_wkt(geometry->geos.handle, geometry->shape);
}
