/* SPDX-License-Identifier: MIT */
#include "catalogue_headers.h"

#include "file.h"
#include "georeference.h"
#include "tiff_crs_key.h"
#include "vrt_sources.h"

#include <cpl_conv.h>

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_THREADS = 8, LEAST_PER_THREAD = 64 };

/* A CRS that a thread has met. */
struct tw_known_crs {
    struct tw_known_crs *next;
    struct tw_text key; /* of GeoTIFFs; empty: of another format */
    OGRSpatialReferenceH crs;
    char *wkt;
    double unit_m;        /* metres in its unit */
    const char *interned; /* the text in the arena of the source */
};

struct tw_headers {
    const struct tw_stack *stack;
    const struct tw_settings *settings;
    struct tw_header *all;
    int num_bands; /* of the first file */
    GDALDataType *types;
    atomic_size_t next; /* the file that is read next */
    atomic_bool failed; /* out of memory */
    int num_threads;
    struct reader {
        struct tw_headers *headers;
        pthread_t thread;
        struct tw_dataset_pool *pool;
        struct tw_known_crs *known; /* the last one first */
        struct tw_text key;
    } readers[MOST_THREADS];
};

static void crs_free(struct tw_known_crs *known)
{
    if (known->crs != NULL)
        OSRRelease(known->crs);
    CPLFree(known->wkt);
    tw_text_free(&known->key);
    free(known);
}

static double unit_of(OGRSpatialReferenceH crs)
{
    double unit = OSRIsGeographic(crs) ? OSRGetAngularUnits(crs, NULL) * OSRGetSemiMajor(crs, NULL)
                                       : OSRGetLinearUnits(crs, NULL);
    return unit > 0 ? unit : 1;
}

static struct tw_known_crs *crs_add(struct reader *reader, OGRSpatialReferenceH crs)
{
    struct tw_known_crs *known = calloc(1, sizeof(*known));
    if (known == NULL)
        return NULL;
    known->crs = OSRClone(crs);
    if (known->crs == NULL || OSRExportToWkt(crs, &known->wkt) != OGRERR_NONE) {
        crs_free(known);
        return NULL;
    }
    tw_text_add_bytes(&known->key, reader->key.chars, reader->key.length);
    known->unit_m = unit_of(crs);
    known->next = reader->known;
    return reader->known = known;
}

/* By the bytes that say it, or by what it means. */
static struct tw_known_crs *find_by_key(const struct reader *reader)
{
    size_t length = reader->key.length;
    for (struct tw_known_crs *known = reader->known; length > 0 && known != NULL; known = known->next)
        if (known->key.length == length && memcmp(known->key.chars, reader->key.chars, length) == 0)
            return known;
    return NULL;
}

static struct tw_known_crs *find_or_add(struct reader *reader, OGRSpatialReferenceH crs)
{
    for (struct tw_known_crs *known = reader->known; reader->key.length == 0 && known != NULL;
         known = known->next)
        if (tw_crs_is_same(known->crs, crs))
            return known;
    return crs_add(reader, crs);
}

/* What may say another CRS than the file itself does. */
static bool has_side_car(const char *path)
{
    struct tw_text name = {0};
    tw_text_printf(&name, "%s.aux.xml", path);
    bool exists = name.failed || tw_file_exists(tw_text_get(&name));
    tw_text_free(&name);
    return exists;
}

/* Six digits: grids that are meant to be the same differ by rounding. */
static double rounded(double number)
{
    double step = pow(10, floor(log10(number)) - 5);
    return isnormal(step) ? round(number / step) * step : number;
}

static void set_box(struct tw_header *header, GDALDatasetH dataset,
                    const struct tw_georeference *georeference)
{
    int width_px = GDALGetRasterXSize(dataset), height_px = GDALGetRasterYSize(dataset);
    struct tw_bounds bounds = {0};
    for (int i = 0; i < 4; i++) {
        double x = i % 2 * width_px, y = i / 2 * height_px;
        if (tw_georeference_to_crs(georeference, &x, &y))
            tw_bounds_add(&bounds, x, y);
    }
    header->box = bounds.box;
    double area = (bounds.box.right - bounds.box.left) * (bounds.box.top - bounds.box.bottom);
    header->resolution_m = rounded(sqrt(area / ((double)width_px * height_px)) * header->crs->unit_m);
}

/* The CRS of a GeoTIFF is made once for all files that say the same. */
static enum tw_status read_place(struct reader *reader, const char *path, GDALDatasetH dataset,
                                 struct tw_header *header, struct tw_error *err)
{
    struct tw_georeference georeference = {.is_affine = true};
    bool is_tiff = strcmp(GDALGetDriverShortName(GDALGetDatasetDriver(dataset)), "GTiff") == 0;
    tw_text_clear(&reader->key);
    if (is_tiff && !has_side_car(path))
        tw_tiff_crs_key(path, &reader->key);
    header->crs = find_by_key(reader);
    if (header->crs != NULL && GDALGetGeoTransform(dataset, georeference.to_crs) == CE_None) {
        set_box(header, dataset, &georeference);
        return TW_OK;
    }
    georeference = (struct tw_georeference){0};
    enum tw_status status = tw_georeference_read(&georeference, dataset, path, err);
    if (status == TW_OK) {
        header->crs = find_or_add(reader, georeference.crs);
        status = header->crs != NULL ? TW_OK : tw_error_nomem(err);
    }
    if (status == TW_OK)
        set_box(header, dataset, &georeference);
    tw_georeference_free(&georeference);
    return status;
}

static bool differs(const struct tw_headers *headers, GDALDatasetH dataset)
{
    if (GDALGetRasterCount(dataset) != headers->num_bands)
        return true;
    for (int i = 0; i < headers->num_bands; i++)
        if (GDALGetRasterDataType(GDALGetRasterBand(dataset, i + 1)) != headers->types[i])
            return true;
    return false;
}

static enum tw_status read_header(struct reader *reader, const struct tw_stack_item *item,
                                  struct tw_header *header, struct tw_error *err)
{
    GDALDatasetH dataset = NULL;
    enum tw_status status = tw_dataset_open(reader->pool, item->origin, &dataset, err);
    if (status == TW_OK)
        status = tw_vrt_check_sources(dataset, item->origin, err);
    if (status == TW_OK)
        status = read_place(reader, item->origin, dataset, header, err);
    if (status != TW_OK)
        return status;
    header->differs = differs(reader->headers, dataset);
    const char *date =
        item->datetime[0] == '\0' ? GDALGetMetadataItem(dataset, "TIFFTAG_DATETIME", NULL) : NULL;
    snprintf(header->date, sizeof(header->date), "%.31s", date != NULL ? date : "");
    return TW_OK;
}

static void read_all(struct reader *reader)
{
    struct tw_headers *headers = reader->headers;
    for (size_t number; (number = atomic_fetch_add(&headers->next, 1)) < headers->stack->num_items;) {
        struct tw_error err = {0};
        struct tw_header *header = &headers->all[number];
        if (read_header(reader, &headers->stack->items[number], header, &err) == TW_OK)
            continue;
        header->failure = malloc(sizeof(*header->failure));
        if (header->failure == NULL)
            atomic_store(&headers->failed, true);
        else
            *header->failure = err;
    }
}

/* Settings hold for a thread. */
static void *read_headers(void *context)
{
    struct reader *reader = context;
    const struct tw_settings *settings = reader->headers->settings;
    bool begun = tw_settings_use(settings);
    read_all(reader);
    if (begun)
        tw_settings_leave(settings);
    return NULL;
}

static bool note_first(struct tw_headers *headers, GDALDatasetH first)
{
    headers->num_bands = GDALGetRasterCount(first);
    headers->types = calloc((size_t)headers->num_bands, sizeof(*headers->types));
    for (int i = 0; headers->types != NULL && i < headers->num_bands; i++)
        headers->types[i] = GDALGetRasterDataType(GDALGetRasterBand(first, i + 1));
    return headers->types != NULL;
}

static int threads_for(size_t count)
{
    long most = sysconf(_SC_NPROCESSORS_ONLN);
    most = most > MOST_THREADS ? MOST_THREADS : most < 1 ? 1 : most;
    size_t useful = count / LEAST_PER_THREAD + 1;
    return useful < (size_t)most ? (int)useful : (int)most;
}

/* The calling thread is one of them. */
static bool run(struct tw_headers *headers)
{
    int wanted = threads_for(headers->stack->num_items), started = 1;
    for (int i = 0; i < wanted; i++) {
        headers->readers[i].headers = headers;
        headers->readers[i].pool = tw_dataset_pool_new(1);
        if (headers->readers[i].pool == NULL)
            return false;
        headers->num_threads++;
    }
    for (; started < wanted; started++)
        if (pthread_create(&headers->readers[started].thread, NULL, read_headers,
                           &headers->readers[started]) != 0)
            break; /* fewer do */
    read_headers(&headers->readers[0]);
    for (int i = 1; i < started; i++)
        pthread_join(headers->readers[i].thread, NULL);
    return !atomic_load(&headers->failed);
}

struct tw_headers *tw_headers_read(const struct tw_stack *stack, const struct tw_settings *settings,
                                   GDALDatasetH first)
{
    struct tw_headers *headers = calloc(1, sizeof(*headers));
    if (headers == NULL)
        return NULL;
    headers->stack = stack;
    headers->settings = settings;
    headers->all = calloc(stack->num_items, sizeof(*headers->all));
    bool ok = headers->all != NULL && note_first(headers, first) && run(headers);
    if (ok)
        return headers;
    tw_headers_free(headers);
    return NULL;
}

const struct tw_header *tw_headers_all(const struct tw_headers *headers)
{
    return headers->all;
}

void tw_headers_free(struct tw_headers *headers)
{
    if (headers == NULL)
        return;
    for (size_t i = 0; headers->all != NULL && i < headers->stack->num_items; i++)
        free(headers->all[i].failure);
    for (int i = 0; i < headers->num_threads; i++) {
        struct reader *reader = &headers->readers[i];
        tw_dataset_pool_free(reader->pool);
        tw_text_free(&reader->key);
        for (struct tw_known_crs *known = reader->known, *next; known != NULL; known = next) {
            next = known->next;
            crs_free(known);
        }
    }
    free(headers->types);
    free(headers->all);
    free(headers);
}

const char *tw_header_crs(const struct tw_header *header, struct tw_arena *arena)
{
    struct tw_known_crs *known = header->crs;
    if (known->interned == NULL)
        known->interned = tw_arena_strdup(arena, known->wkt);
    return known->interned;
}
