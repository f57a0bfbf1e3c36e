/* SPDX-License-Identifier: MIT */
#include "geos.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void keep_reason(const char *message, void *context)
{
    struct tw_geos *geos = context;
    snprintf(geos->reason, sizeof(geos->reason), "%s", message);
}

bool tw_geos_open(struct tw_geos *geos)
{
    geos->handle = GEOS_init_r();
    if (geos->handle != NULL)
        GEOSContext_setErrorMessageHandler_r(geos->handle, keep_reason, geos);
    return geos->handle != NULL;
}

void tw_geos_close(struct tw_geos *geos)
{
    GEOS_finish_r(geos->handle);
}

enum tw_status tw_geos_fail(struct tw_geos *geos, const char *what, struct tw_error *err)
{
    const char *reason = *geos->reason != '\0' ? geos->reason : "no reason given by GEOS";
    size_t length = strcspn(reason, "\n");
    tw_error_set(err, TW_EUSAGE, "%s: %.*s", what, (int)length, reason);
    *geos->reason = '\0';
    return TW_EUSAGE;
}

GEOSGeometry *tw_geos_read_wkt(GEOSContextHandle_t geos, const char *wkt)
{
    GEOSWKTReader *reader = GEOSWKTReader_create_r(geos);
    GEOSGeometry *geometry = reader != NULL ? GEOSWKTReader_read_r(geos, reader, wkt) : NULL;
    GEOSWKTReader_destroy_r(geos, reader);
    return geometry;
}

GEOSGeometry *tw_geos_read_wkb(GEOSContextHandle_t geos, const void *wkb, size_t size)
{
    GEOSWKBReader *reader = GEOSWKBReader_create_r(geos);
    GEOSGeometry *geometry = reader != NULL ? GEOSWKBReader_read_r(geos, reader, wkb, size) : NULL;
    GEOSWKBReader_destroy_r(geos, reader);
    return geometry;
}

GEOSGeometry *tw_geos_make_valid(GEOSContextHandle_t geos, const GEOSGeometry *geometry)
{
    GEOSMakeValidParams *how = GEOSMakeValidParams_create_r(geos);
    if (how == NULL)
        return NULL;
    GEOSMakeValidParams_setMethod_r(geos, how, GEOS_MAKE_VALID_STRUCTURE);
    GEOSMakeValidParams_setKeepCollapsed_r(geos, how, 0);
    GEOSGeometry *valid = GEOSMakeValidWithParams_r(geos, geometry, how);
    GEOSMakeValidParams_destroy_r(geos, how);
    return valid;
}

GEOSGeometry *tw_geos_parts_of(GEOSContextHandle_t geos, const GEOSGeometry *collection, int dimension)
{
    static const int types[] = {GEOS_MULTIPOINT, GEOS_MULTILINESTRING, GEOS_MULTIPOLYGON};
    int count = GEOSGetNumGeometries_r(geos, collection);
    GEOSGeometry **parts = calloc(count > 0 ? (size_t)count : 1, sizeof(GEOSGeometry *));
    if (parts == NULL)
        return NULL;
    unsigned int kept = 0;
    for (int i = 0; i < count; i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(geos, collection, i);
        if (GEOSGeom_getDimensions_r(geos, part) == dimension)
            parts[kept++] = GEOSGeom_clone_r(geos, part);
    }
    GEOSGeometry *collected = GEOSGeom_createCollection_r(geos, types[dimension], parts, kept);
    free(parts);
    return collected;
}

char *tw_geos_write_wkt(GEOSContextHandle_t geos, const GEOSGeometry *geometry)
{
    GEOSWKTWriter *writer = GEOSWKTWriter_create_r(geos);
    if (writer == NULL)
        return NULL;
    GEOSWKTWriter_setTrim_r(geos, writer, 1);
    GEOSWKTWriter_setRoundingPrecision_r(geos, writer, 17);
    GEOSWKTWriter_setOutputDimension_r(geos, writer, 2);
    char *written = GEOSWKTWriter_write_r(geos, writer, geometry);
    char *wkt = written != NULL ? strdup(written) : NULL;
    GEOSFree_r(geos, written);
    GEOSWKTWriter_destroy_r(geos, writer);
    return wkt;
}

bool tw_geos_bounds(GEOSContextHandle_t geos, const GEOSGeometry *geometry, struct tw_box *box)
{
    return GEOSGeom_getXMin_r(geos, geometry, &box->left) == 1 &&
           GEOSGeom_getYMin_r(geos, geometry, &box->bottom) == 1 &&
           GEOSGeom_getXMax_r(geos, geometry, &box->right) == 1 &&
           GEOSGeom_getYMax_r(geos, geometry, &box->top) == 1;
}
