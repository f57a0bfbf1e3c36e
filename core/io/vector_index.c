/* SPDX-License-Identifier: MIT */
#include "vector_index.h"

#include "box_index.h"
#include "dataset.h"

#include <cpl_error.h>

#include <math.h>
#include <stdlib.h>

struct tw_vector_index {
    struct tw_box_index *boxes;
    GIntBig *fids; /* by the box's number */
};

/* Features on their way into an index. */
struct collection {
    struct tw_box *boxes;
    GIntBig *fids;
    size_t count, capacity;
};

bool tw_vector_index_helps(OGRLayerH layer)
{
    return !OGR_L_TestCapability(layer, OLCFastSpatialFilter) && OGR_L_TestCapability(layer, OLCRandomRead);
}

static bool add(struct collection *collection, OGRFeatureH feature)
{
    OGRGeometryH geometry = OGR_F_GetGeometryRef(feature);
    if (geometry == NULL || OGR_G_IsEmpty(geometry))
        return true;
    if (collection->count == collection->capacity) {
        size_t capacity = collection->capacity * 2 + 256;
        struct tw_box *boxes = realloc(collection->boxes, capacity * sizeof(*boxes));
        collection->boxes = boxes != NULL ? boxes : collection->boxes;
        GIntBig *fids = realloc(collection->fids, capacity * sizeof(*fids));
        collection->fids = fids != NULL ? fids : collection->fids;
        if (boxes == NULL || fids == NULL)
            return false;
        collection->capacity = capacity;
    }
    OGREnvelope envelope;
    OGR_G_GetEnvelope(geometry, &envelope);
    if (!isfinite(envelope.MinX + envelope.MinY + envelope.MaxX + envelope.MaxY))
        return true;
    collection->boxes[collection->count] =
        (struct tw_box){envelope.MinX, envelope.MinY, envelope.MaxX, envelope.MaxY};
    collection->fids[collection->count++] = OGR_F_GetFID(feature);
    return true;
}

static enum tw_status collect(struct collection *collection, OGRLayerH layer, struct tw_error *err)
{
    bool added = true;
    OGR_L_SetSpatialFilter(layer, NULL);
    OGR_L_ResetReading(layer);
    CPLErrorReset();
    for (OGRFeatureH feature; added && (feature = OGR_L_GetNextFeature(layer)) != NULL;) {
        added = add(collection, feature);
        OGR_F_Destroy(feature);
    }
    if (!added)
        return tw_error_nomem(err);
    if (CPLGetLastErrorType() >= CE_Failure)
        return tw_error_set(err, TW_EINPUT, "cannot read layer '%s': %s", OGR_L_GetName(layer),
                            tw_gdal_reason());
    return TW_OK;
}

enum tw_status tw_vector_index_make(OGRLayerH layer, struct tw_vector_index **index, struct tw_box *extent,
                                    struct tw_error *err)
{
    struct collection collection = {0};
    *index = NULL;
    enum tw_status status = collect(&collection, layer, err);
    if (status == TW_OK && collection.count > 0) {
        struct tw_vector_index *made = calloc(1, sizeof(*made));
        struct tw_box_index *boxes = tw_box_index_new(collection.boxes, collection.count);
        *extent = collection.boxes[0];
        for (size_t i = 1; i < collection.count; i++)
            *extent = tw_box_union(extent, &collection.boxes[i]);
        if (made == NULL || boxes == NULL) {
            tw_box_index_free(boxes);
            free(made);
            status = tw_error_nomem(err);
        } else {
            *made = (struct tw_vector_index){boxes, collection.fids};
            *index = made;
            collection.fids = NULL;
        }
    }
    free(collection.boxes);
    free(collection.fids);
    return status;
}

void tw_vector_index_free(struct tw_vector_index *index)
{
    if (index == NULL)
        return;
    tw_box_index_free(index->boxes);
    free(index->fids);
    free(index);
}

/* Numbers that are being found. */
struct search {
    const struct tw_vector_index *index;
    GIntBig *fids;
    size_t count, capacity;
    bool failed;
};

static void take(void *context, size_t number)
{
    struct search *search = context;
    if (search->count == search->capacity) {
        size_t capacity = search->capacity * 2 + 64;
        GIntBig *fids = realloc(search->fids, capacity * sizeof(*fids));
        search->failed = search->failed || fids == NULL;
        if (fids == NULL)
            return;
        search->fids = fids;
        search->capacity = capacity;
    }
    search->fids[search->count++] = search->index->fids[number];
}

static int compare(const void *a, const void *b)
{
    GIntBig left = *(const GIntBig *)a, right = *(const GIntBig *)b;
    return (left > right) - (left < right);
}

/* The index leaves out what only touches the box: it is asked with a larger one. */
GIntBig *tw_vector_index_find(const struct tw_vector_index *index, const struct tw_box *box, size_t *count)
{
    double x = (box->right - box->left) / 100 + fabs(box->left) * 1e-12;
    double y = (box->top - box->bottom) / 100 + fabs(box->top) * 1e-12;
    struct tw_box larger = {box->left - x, box->bottom - y, box->right + x, box->top + y};
    struct search search = {.index = index, .fids = malloc(sizeof(GIntBig))};
    search.capacity = search.fids != NULL ? 1 : 0;
    search.failed = search.fids == NULL;
    tw_box_index_find(index->boxes, &larger, take, &search);
    if (search.failed) {
        free(search.fids);
        return NULL;
    }
    qsort(search.fids, search.count, sizeof(*search.fids), compare);
    *count = search.count;
    return search.fids;
}
