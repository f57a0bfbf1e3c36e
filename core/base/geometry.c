/* SPDX-License-Identifier: MIT */
#define GEOS_USE_ONLY_R_API
#include "geometry.h"

#include <geos_c.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REASON_SIZE = 512 };

/* Each geometry has a GEOS context of its own, so that nothing is shared between threads; the prepared form
 * builds its index at the first test. */
struct tw_geometry {
    GEOSContextHandle_t geos;
    GEOSGeometry *shape;
    const GEOSPreparedGeometry *prepared; /* NULL when empty */
    struct tw_box bounds;
    char reason[REASON_SIZE]; /* the last message of GEOS */
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

static void keep_reason(const char *message, void *geometry)
{
    struct tw_geometry *failed = geometry;
    snprintf(failed->reason, sizeof(failed->reason), "%s", message);
}

static struct tw_geometry *geometry_new(void)
{
    struct tw_geometry *geometry = calloc(1, sizeof(*geometry));
    if (geometry == NULL)
        return NULL;
    geometry->geos = GEOS_init_r();
    if (geometry->geos == NULL) {
        free(geometry);
        return NULL;
    }
    GEOSContext_setErrorMessageHandler_r(geometry->geos, keep_reason, geometry);
    return geometry;
}

void tw_geometry_free(struct tw_geometry *geometry)
{
    if (geometry == NULL)
        return;
    GEOSPreparedGeom_destroy_r(geometry->geos, geometry->prepared);
    GEOSGeom_destroy_r(geometry->geos, geometry->shape);
    GEOS_finish_r(geometry->geos);
    free(geometry);
}

static bool is_polygonal(GEOSContextHandle_t geos, const GEOSGeometry *shape)
{
    int type = GEOSGeomTypeId_r(geos, shape);
    return type == GEOS_POLYGON || type == GEOS_MULTIPOLYGON;
}

/* Copies the polygons of a flat collection; the lines and points in which two areas touch are left out. */
static GEOSGeometry *polygons_of(GEOSContextHandle_t geos, const GEOSGeometry *shape)
{
    int count = GEOSGetNumGeometries_r(geos, shape);
    GEOSGeometry **polygons = calloc(count > 0 ? (size_t)count : 1, sizeof(GEOSGeometry *));
    if (polygons == NULL)
        return NULL;
    unsigned int kept = 0;
    for (int i = 0; i < count; i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(geos, shape, i);
        if (GEOSGeomTypeId_r(geos, part) == GEOS_POLYGON)
            polygons[kept++] = GEOSGeom_clone_r(geos, part);
    }
    GEOSGeometry *collected = GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, polygons, kept);
    free(polygons);
    return collected;
}

/* Replaces the shape by `changed`, of which only polygons are kept. false when it is NULL. */
static bool take_shape(struct tw_geometry *geometry, GEOSGeometry *changed)
{
    if (changed != NULL && !is_polygonal(geometry->geos, changed)) {
        GEOSGeometry *polygons = polygons_of(geometry->geos, changed);
        GEOSGeom_destroy_r(geometry->geos, changed);
        changed = polygons;
    }
    if (changed == NULL)
        return false;
    GEOSGeom_destroy_r(geometry->geos, geometry->shape);
    geometry->shape = changed;
    return true;
}

static bool read_bounds(struct tw_geometry *geometry)
{
    GEOSContextHandle_t geos = geometry->geos;
    struct tw_box *box = &geometry->bounds;
    return GEOSGeom_getXMin_r(geos, geometry->shape, &box->left) == 1 &&
           GEOSGeom_getYMin_r(geos, geometry->shape, &box->bottom) == 1 &&
           GEOSGeom_getXMax_r(geos, geometry->shape, &box->right) == 1 &&
           GEOSGeom_getYMax_r(geos, geometry->shape, &box->top) == 1;
}

/* Hands the finished geometry out; frees it when it is not fit for use. */
static enum tw_status finish(struct tw_geometry *geometry, struct tw_geometry **result, struct tw_error *err)
{
    if (GEOSisEmpty_r(geometry->geos, geometry->shape) == 0) {
        geometry->prepared = GEOSPrepare_r(geometry->geos, geometry->shape);
        if (geometry->prepared == NULL || !read_bounds(geometry)) {
            tw_geometry_free(geometry);
            return tw_error_nomem(err);
        }
    }
    *result = geometry;
    return TW_OK;
}

static enum tw_status fail(struct tw_geometry *geometry, const char *what, struct tw_error *err)
{
    const char *reason = *geometry->reason != '\0' ? geometry->reason : "no reason given by GEOS";
    size_t length = strcspn(reason, "\n");
    enum tw_status status = tw_error_set(err, TW_EUSAGE, "%s: %.*s", what, (int)length, reason);
    tw_geometry_free(geometry);
    return status;
}

/* Rings that cross themselves are made into polygons that do not. */
static bool repair(struct tw_geometry *geometry)
{
    GEOSContextHandle_t geos = geometry->geos;
    if (GEOSisValid_r(geos, geometry->shape) == 1)
        return true;
    GEOSMakeValidParams *how = GEOSMakeValidParams_create_r(geos);
    if (how == NULL)
        return false;
    GEOSMakeValidParams_setMethod_r(geos, how, GEOS_MAKE_VALID_STRUCTURE);
    GEOSMakeValidParams_setKeepCollapsed_r(geos, how, 0);
    GEOSGeometry *valid = GEOSMakeValidWithParams_r(geos, geometry->shape, how);
    GEOSMakeValidParams_destroy_r(geos, how);
    return take_shape(geometry, valid);
}

/* Checks what was just parsed into geometry->shape. */
static enum tw_status check(struct tw_geometry *geometry, struct tw_geometry **result, struct tw_error *err)
{
    static const char *const what = "cannot read the area";
    if (geometry->shape == NULL)
        return fail(geometry, what, err);
    if (!is_polygonal(geometry->geos, geometry->shape)) {
        char *type = GEOSGeomType_r(geometry->geos, geometry->shape);
        tw_error_set(err, TW_EUSAGE, "an area must be a Polygon or a MultiPolygon, not a %s",
                     type != NULL ? type : "geometry of another type");
        GEOSFree_r(geometry->geos, type);
        tw_geometry_free(geometry);
        return TW_EUSAGE;
    }
    bool empty = GEOSisEmpty_r(geometry->geos, geometry->shape) == 1;
    if (!repair(geometry))
        return fail(geometry, what, err);
    if (!empty && GEOSisEmpty_r(geometry->geos, geometry->shape) == 1) {
        keep_reason("its rings enclose nothing", geometry);
        return fail(geometry, what, err);
    }
    return finish(geometry, result, err);
}

enum tw_status tw_geometry_from_wkt(const char *wkt, struct tw_geometry **geometry, struct tw_error *err)
{
    struct tw_geometry *made = geometry_new();
    if (made == NULL)
        return tw_error_nomem(err);
    GEOSWKTReader *reader = GEOSWKTReader_create_r(made->geos);
    if (reader != NULL)
        made->shape = GEOSWKTReader_read_r(made->geos, reader, wkt);
    GEOSWKTReader_destroy_r(made->geos, reader);
    return check(made, geometry, err);
}

enum tw_status tw_geometry_from_wkb(const void *wkb, size_t size, struct tw_geometry **geometry,
                                    struct tw_error *err)
{
    struct tw_geometry *made = geometry_new();
    if (made == NULL)
        return tw_error_nomem(err);
    GEOSWKBReader *reader = GEOSWKBReader_create_r(made->geos);
    if (reader != NULL)
        made->shape = GEOSWKBReader_read_r(made->geos, reader, wkb, size);
    GEOSWKBReader_destroy_r(made->geos, reader);
    return check(made, geometry, err);
}

enum tw_status tw_geometry_from_box(const struct tw_box *box, struct tw_geometry **geometry,
                                    struct tw_error *err)
{
    struct tw_geometry *made = geometry_new();
    if (made == NULL)
        return tw_error_nomem(err);
    made->shape = GEOSGeom_createRectangle_r(made->geos, box->left, box->bottom, box->right, box->top);
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
    if (!take_shape(made, combine(made->geos, a->shape, b->shape)))
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
    if (!take_shape(made, GEOSGeom_transformXY_r(made->geos, geometry->shape, add_to_x, &dx)))
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
    GEOSContextHandle_t geos = geometry->geos;
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
    GEOSContextHandle_t geos = geometry->geos;
    GEOSWKTWriter *writer = GEOSWKTWriter_create_r(geos);
    if (writer == NULL)
        return NULL;
    GEOSWKTWriter_setTrim_r(geos, writer, 1);
    GEOSWKTWriter_setRoundingPrecision_r(geos, writer, 17);
    GEOSWKTWriter_setOutputDimension_r(geos, writer, 2);
    char *written = GEOSWKTWriter_write_r(geos, writer, geometry->shape);
    char *wkt = written != NULL ? strdup(written) : NULL;
    GEOSFree_r(geos, written);
    GEOSWKTWriter_destroy_r(geos, writer);
    return wkt;
}
