/* SPDX-License-Identifier: MIT */
#include "figure.h"

#include "geos.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct tw_figures {
    struct tw_geos geos;
    GEOSWKBReader *reader;
    GEOSWKBWriter *writer;
    struct tw_figure *first;
    size_t bytes;
    int uses_before_prepared;
};

struct tw_figure {
    struct tw_figures *set;
    struct tw_figure *previous, *next;
    GEOSGeometry *geometry;
    const GEOSPreparedGeometry *prepared; /* NULL as long as it was not asked often */
    size_t bytes;
    int uses;
};

/* The price of the index is that of a few tests without it. */
enum { USES_BEFORE_PREPARED = 3 };

/* Estimates: what GEOS takes for a coordinate, and for a geometry around its coordinates. */
enum { COORDINATE_BYTES = 24, GEOMETRY_BYTES = 160 };

struct tw_figures *tw_figures_new(bool lasting)
{
    struct tw_figures *figures = calloc(1, sizeof(*figures));
    if (figures == NULL)
        return NULL;
    figures->uses_before_prepared = lasting ? 0 : USES_BEFORE_PREPARED;
    if (tw_geos_open(&figures->geos)) {
        figures->reader = GEOSWKBReader_create_r(figures->geos.handle);
        figures->writer = GEOSWKBWriter_create_r(figures->geos.handle);
    }
    if (figures->reader == NULL || figures->writer == NULL) {
        tw_figures_free(figures);
        return NULL;
    }
    GEOSWKBWriter_setOutputDimension_r(figures->geos.handle, figures->writer, 2);
    GEOSWKBWriter_setByteOrder_r(figures->geos.handle, figures->writer, GEOS_WKB_NDR);
    return figures;
}

void tw_figures_free(struct tw_figures *figures)
{
    if (figures == NULL)
        return;
    tw_figures_clear(figures);
    if (figures->reader != NULL)
        GEOSWKBReader_destroy_r(figures->geos.handle, figures->reader);
    if (figures->writer != NULL)
        GEOSWKBWriter_destroy_r(figures->geos.handle, figures->writer);
    if (figures->geos.handle != NULL)
        tw_geos_close(&figures->geos);
    free(figures);
}

void tw_figures_clear(struct tw_figures *figures)
{
    while (figures != NULL && figures->first != NULL)
        tw_figure_free(figures->first);
}

size_t tw_figures_bytes(const struct tw_figures *figures)
{
    return figures->bytes;
}

size_t tw_figure_bytes(const struct tw_figure *figure)
{
    return figure->bytes;
}

void tw_figure_free(struct tw_figure *figure)
{
    if (figure == NULL)
        return;
    struct tw_figures *set = figure->set;
    GEOSPreparedGeom_destroy_r(set->geos.handle, figure->prepared);
    GEOSGeom_destroy_r(set->geos.handle, figure->geometry);
    set->bytes -= figure->bytes;
    if (figure->previous != NULL)
        figure->previous->next = figure->next;
    else
        set->first = figure->next;
    if (figure->next != NULL)
        figure->next->previous = figure->previous;
    free(figure);
}

static size_t bytes_of(GEOSContextHandle_t geos, const GEOSGeometry *geometry)
{
    size_t coordinates = (size_t)GEOSGetNumCoordinates_r(geos, geometry);
    size_t parts = (size_t)GEOSGetNumGeometries_r(geos, geometry);
    return sizeof(struct tw_figure) + coordinates * COORDINATE_BYTES + (parts + 1) * GEOMETRY_BYTES;
}

/* Puts what GEOS has made into the set. what: for the message when it is NULL. */
static enum tw_status take(struct tw_figures *figures, GEOSGeometry *geometry, const char *what,
                           struct tw_figure **figure, struct tw_error *err)
{
    if (geometry == NULL)
        return tw_geos_fail(&figures->geos, what, err);
    struct tw_figure *made = calloc(1, sizeof(*made));
    if (made == NULL) {
        GEOSGeom_destroy_r(figures->geos.handle, geometry);
        return tw_error_nomem(err);
    }
    *made = (struct tw_figure){.set = figures, .next = figures->first, .geometry = geometry};
    made->bytes = bytes_of(figures->geos.handle, geometry);
    figures->bytes += made->bytes;
    if (figures->first != NULL)
        figures->first->previous = made;
    figures->first = made;
    *figure = made;
    return TW_OK;
}

static int is_finite(double *x, double *y, void *context)
{
    (void)context;
    return isfinite(*x) && isfinite(*y);
}

/* GEOS reads `inf` and `nan`, and crashes on them later. */
static bool has_finite_coordinates(GEOSContextHandle_t geos, const GEOSGeometry *geometry)
{
    GEOSGeometry *moved = GEOSGeom_transformXY_r(geos, geometry, is_finite, NULL);
    GEOSGeom_destroy_r(geos, moved);
    return moved != NULL;
}

enum tw_status tw_figure_from_wkt(struct tw_figures *figures, const char *wkt, struct tw_figure **figure,
                                  struct tw_error *err)
{
    GEOSGeometry *read = tw_geos_read_wkt(figures->geos.handle, wkt);
    if (read != NULL && !has_finite_coordinates(figures->geos.handle, read)) {
        GEOSGeom_destroy_r(figures->geos.handle, read);
        return tw_error_set(err, TW_EUSAGE, "cannot read the geometry: a coordinate is not finite");
    }
    return take(figures, read, "cannot read the geometry", figure, err);
}

enum tw_status tw_figure_from_wkb(struct tw_figures *figures, const void *wkb, size_t size,
                                  struct tw_figure **figure, struct tw_error *err)
{
    GEOSGeometry *read = GEOSWKBReader_read_r(figures->geos.handle, figures->reader, wkb, size);
    return take(figures, read, "cannot read the geometry", figure, err);
}

const char *tw_figure_type(const struct tw_figure *figure)
{
    static const char *const names[] = {"Point",        "LineString",        "LinearRing",
                                        "Polygon",      "MultiPoint",        "MultiLineString",
                                        "MultiPolygon", "GeometryCollection"};
    int type = GEOSGeomTypeId_r(figure->set->geos.handle, figure->geometry);
    return type >= 0 && type < (int)(sizeof(names) / sizeof(names[0])) ? names[type] : "Geometry";
}

bool tw_figure_is_empty(const struct tw_figure *figure)
{
    return GEOSisEmpty_r(figure->set->geos.handle, figure->geometry) == 1;
}

bool tw_figure_is_valid(const struct tw_figure *figure)
{
    return GEOSisValid_r(figure->set->geos.handle, figure->geometry) == 1;
}

bool tw_figure_bounds(const struct tw_figure *figure, struct tw_box *bounds)
{
    return !tw_figure_is_empty(figure) && tw_geos_bounds(figure->set->geos.handle, figure->geometry, bounds);
}

enum tw_status tw_figure_to_wkb(const struct tw_figure *figure, struct tw_arena *arena, const void **wkb,
                                size_t *size, struct tw_error *err)
{
    struct tw_figures *set = figure->set;
    unsigned char *written = GEOSWKBWriter_write_r(set->geos.handle, set->writer, figure->geometry, size);
    if (written == NULL)
        return tw_geos_fail(&set->geos, "cannot write the geometry", err);
    void *copy = tw_arena_alloc(arena, *size);
    if (copy != NULL)
        memcpy(copy, written, *size);
    GEOSFree_r(set->geos.handle, written);
    *wkb = copy;
    return copy != NULL ? TW_OK : tw_error_set(err, TW_EBUDGET, "no room for a geometry");
}

char *tw_figure_to_wkt(const struct tw_figure *figure)
{
    return tw_geos_write_wkt(figure->set->geos.handle, figure->geometry);
}

/* Which of the two is worth an index when either would do; the answer depends on nothing but the two. */
static bool is_larger(const struct tw_figure *a, const struct tw_figure *b)
{
    return a->bytes >= b->bytes;
}

/* Counts the use. Returns whether the figure is prepared by now. */
static bool prepare(struct tw_figure *figure)
{
    GEOSContextHandle_t geos = figure->set->geos.handle;
    if (figure->prepared == NULL && figure->uses++ >= figure->set->uses_before_prepared)
        figure->prepared = GEOSPrepare_r(geos, figure->geometry);
    return figure->prepared != NULL;
}

typedef char test_plain(GEOSContextHandle_t, const GEOSGeometry *, const GEOSGeometry *);
typedef char test_prepared(GEOSContextHandle_t, const GEOSPreparedGeometry *, const GEOSGeometry *);

/* How to ask: with nothing prepared, with a prepared, with b prepared. NULL: GEOS gains nothing from it.
 * Where either would do, the larger one is. */
struct relation {
    const char *name;
    test_plain *plain;
    test_prepared *with_a, *with_b;
};

static const struct relation relations[TW_NUM_RELATIONS] = {
    {"intersects", GEOSIntersects_r, GEOSPreparedIntersects_r, GEOSPreparedIntersects_r},
    {"disjoint", GEOSDisjoint_r, GEOSPreparedDisjoint_r, GEOSPreparedDisjoint_r},
    {"contains", GEOSContains_r, GEOSPreparedContains_r, NULL},
    {"within", GEOSWithin_r, NULL, GEOSPreparedContains_r},
    {"touches", GEOSTouches_r, NULL, NULL},
    {"overlaps", GEOSOverlaps_r, NULL, NULL},
    {"crosses", GEOSCrosses_r, NULL, NULL},
    {"equals", GEOSEquals_r, NULL, NULL},
};

enum tw_status tw_figure_relate(struct tw_figure *a, enum tw_figure_relation relation, struct tw_figure *b,
                                bool *holds, struct tw_error *err)
{
    const struct relation *ask = &relations[relation];
    struct tw_geos *geos = &a->set->geos;
    bool use_a = ask->with_a != NULL && (ask->with_b == NULL || is_larger(a, b));
    char answer;
    if (use_a && prepare(a))
        answer = ask->with_a(geos->handle, a->prepared, b->geometry);
    else if (!use_a && ask->with_b != NULL && prepare(b))
        answer = ask->with_b(geos->handle, b->prepared, a->geometry);
    else
        answer = ask->plain(geos->handle, a->geometry, b->geometry);
    *holds = answer == 1;
    return answer <= 1 ? TW_OK : tw_geos_fail(geos, ask->name, err);
}

enum tw_status tw_figure_distance(struct tw_figure *a, struct tw_figure *b, double *distance,
                                  struct tw_error *err)
{
    struct tw_geos *geos = &a->set->geos;
    int ok = 1;
    *distance = (double)NAN;
    if (tw_figure_is_empty(a) || tw_figure_is_empty(b))
        return TW_OK;
    struct tw_figure *large = is_larger(a, b) ? a : b, *small = large == a ? b : a;
    if (prepare(large))
        ok = GEOSPreparedDistance_r(geos->handle, large->prepared, small->geometry, distance);
    else
        ok = GEOSDistance_r(geos->handle, a->geometry, b->geometry, distance);
    return ok == 1 ? TW_OK : tw_geos_fail(geos, "distance", err);
}

enum tw_status tw_figure_measure(const struct tw_figure *figure, enum tw_figure_measure measure,
                                 double *number, struct tw_error *err)
{
    struct tw_geos *geos = &figure->set->geos;
    if (measure == TW_AREA)
        return GEOSArea_r(geos->handle, figure->geometry, number) == 1 ? TW_OK
                                                                       : tw_geos_fail(geos, "area", err);
    return GEOSLength_r(geos->handle, figure->geometry, number) == 1 ? TW_OK
                                                                     : tw_geos_fail(geos, "length", err);
}

enum tw_status tw_figure_overlay(struct tw_figures *figures, enum tw_figure_overlay overlay,
                                 const struct tw_figure *const pair[2], struct tw_figure **figure,
                                 struct tw_error *err)
{
    static const struct {
        const char *name;
        GEOSGeometry *(*combine)(GEOSContextHandle_t, const GEOSGeometry *, const GEOSGeometry *);
    } overlays[] = {{"union", GEOSUnion_r},
                    {"intersection", GEOSIntersection_r},
                    {"difference", GEOSDifference_r},
                    {"symmetric_difference", GEOSSymDifference_r}};
    GEOSGeometry *made =
        overlays[overlay].combine(figures->geos.handle, pair[0]->geometry, pair[1]->geometry);
    return take(figures, made, overlays[overlay].name, figure, err);
}

enum tw_status tw_figure_union(struct tw_figures *figures, const struct tw_figure *const *all, size_t count,
                               struct tw_figure **figure, struct tw_error *err)
{
    GEOSContextHandle_t geos = figures->geos.handle;
    GEOSGeometry **parts = calloc(count > 0 ? count : 1, sizeof(GEOSGeometry *)), *joined = NULL;
    if (parts == NULL)
        return tw_error_nomem(err);
    for (size_t i = 0; i < count; i++)
        parts[i] = GEOSGeom_clone_r(geos, all[i]->geometry);
    GEOSGeometry *collection =
        GEOSGeom_createCollection_r(geos, GEOS_GEOMETRYCOLLECTION, parts, (unsigned int)count);
    free(parts);
    if (collection != NULL)
        joined = GEOSUnaryUnion_r(geos, collection);
    GEOSGeom_destroy_r(geos, collection);
    return take(figures, joined, "union", figure, err);
}

enum tw_status tw_figure_change(struct tw_figures *figures, enum tw_figure_change change,
                                const struct tw_figure *of, struct tw_figure **figure, struct tw_error *err)
{
    static const struct {
        const char *name;
        GEOSGeometry *(*make)(GEOSContextHandle_t, const GEOSGeometry *);
    } changes[] = {{"centroid", GEOSGetCentroid_r},
                   {"make_valid", tw_geos_make_valid},
                   {"convex_hull", GEOSConvexHull_r},
                   {"boundary", GEOSBoundary_r}};
    GEOSGeometry *made = changes[change].make(figures->geos.handle, of->geometry);
    return take(figures, made, changes[change].name, figure, err);
}

enum tw_status tw_figure_buffer(struct tw_figures *figures, const struct tw_figure *of,
                                const struct tw_figure_buffer *buffer, struct tw_figure **figure,
                                struct tw_error *err)
{
    static const double mitre_limit = 5; /* round joins have none */
    GEOSGeometry *made =
        GEOSBufferWithStyle_r(figures->geos.handle, of->geometry, buffer->distance, buffer->segments,
                              buffer->cap, GEOSBUF_JOIN_ROUND, mitre_limit);
    return take(figures, made, "buffer", figure, err);
}

enum tw_status tw_figure_simplify(struct tw_figures *figures, const struct tw_figure *of, double tolerance,
                                  struct tw_figure **figure, struct tw_error *err)
{
    GEOSGeometry *made = GEOSTopologyPreserveSimplify_r(figures->geos.handle, of->geometry, tolerance);
    return take(figures, made, "simplify", figure, err);
}

/* The intersection with the box; where the two only touch, it has parts of a lower dimension. */
static GEOSGeometry *clipped(GEOSContextHandle_t geos, const GEOSGeometry *geometry, const struct tw_box *box)
{
    int dimension = GEOSGeom_getDimensions_r(geos, geometry);
    GEOSGeometry *frame = GEOSGeom_createRectangle_r(geos, box->left, box->bottom, box->right, box->top);
    GEOSGeometry *inside = frame != NULL ? GEOSIntersection_r(geos, geometry, frame) : NULL;
    GEOSGeom_destroy_r(geos, frame);
    bool is_mixed = inside != NULL && GEOSGeomTypeId_r(geos, inside) == GEOS_GEOMETRYCOLLECTION;
    bool is_lower = inside != NULL && GEOSGeom_getDimensions_r(geos, inside) < dimension;
    if (!is_mixed && !is_lower)
        return inside;
    GEOSGeometry *kept = tw_geos_parts_of(geos, inside, dimension);
    GEOSGeom_destroy_r(geos, inside);
    return kept;
}

enum tw_status tw_figure_clip(struct tw_figures *figures, const struct tw_figure *of,
                              const struct tw_box *box, struct tw_figure **figure, struct tw_error *err)
{
    GEOSContextHandle_t geos = figures->geos.handle;
    struct tw_box bounds;
    bool is_inside = tw_figure_bounds(of, &bounds) && tw_box_contains(box, &bounds);
    GEOSGeometry *made = is_inside ? GEOSGeom_clone_r(geos, of->geometry) : clipped(geos, of->geometry, box);
    return take(figures, made, "clip", figure, err);
}
