/* SPDX-License-Identifier: MIT */
#include "dataset.h"

#include "file.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    char *path;
    bool is_vector; /* opened as such: one file can be both */
    GDALDatasetH dataset;
    unsigned long long last_used;
};

/* A copy that is opened instead of a file. */
struct copy {
    const char *path, *copy;
};

struct tw_dataset_pool {
    struct copy *copies;
    size_t num_copies;
    struct entry *entries;
    int num_entries;
    int max_open;
    unsigned long long clock;
};

static void set_default(const char *key, const char *value)
{
    if (CPLGetConfigOption(key, NULL) == NULL)
        CPLSetConfigOption(key, value);
}

/* Folders are never listed: with a hundred thousand files in one that takes longer than the reading. Local
 * side-car files (.ovr, .msk, .aux.xml, world files) are still found by name. */
void tw_gdal_init(size_t cache_bytes)
{
    CPLSetErrorHandler(CPLQuietErrorHandler);
    set_default("GDAL_DISABLE_READDIR_ON_OPEN", "TRUE");
    set_default("GDAL_HTTP_MAX_RETRY", "3");
    set_default("GDAL_HTTP_RETRY_DELAY", "1");
    set_default("GDAL_HTTP_CONNECTTIMEOUT", "30");
    set_default("GDAL_HTTP_LOW_SPEED_TIME",
                "60"); /* a server that says nothing would be waited for without an end */
    set_default("GDAL_HTTP_LOW_SPEED_LIMIT", "1");
    set_default("GDAL_HTTP_MERGE_CONSECUTIVE_RANGES", "YES");
    set_default("VSI_CACHE", "NO");
    GDALSetCacheMax64((GIntBig)cache_bytes);
    GDALAllRegister();
}

void tw_gdal_set_cache(size_t cache_bytes)
{
    if (GDALGetCacheMax64() != (GIntBig)cache_bytes)
        GDALSetCacheMax64((GIntBig)cache_bytes);
}

const char *tw_gdal_version(void)
{
    return GDALVersionInfo("RELEASE_NAME");
}

/* One line, without a full stop at the end. */
static void clean_message(char *message)
{
    for (char *c = message; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r' || *c == '\t')
            *c = ' ';
    size_t length = strlen(message);
    while (length > 0 && (message[length - 1] == ' ' || message[length - 1] == '.'))
        message[--length] = '\0';
}

const char *tw_gdal_reason(void)
{
    const char *raw = CPLGetLastErrorMsg();
    if (raw == NULL || raw[0] == '\0')
        return "unknown reason";
    char message[1024];
    snprintf(message, sizeof(message), "%s", raw);
    clean_message(message);
    CPLErrorSetState(CPLGetLastErrorType(), CPLGetLastErrorNo(), message);
    return CPLGetLastErrorMsg();
}

const char *tw_gdal_reason_for(const char *path)
{
    const char *reason = tw_gdal_reason();
    size_t length = strlen(path);
    if (strncmp(reason, path, length) != 0 || (reason[length] != ',' && reason[length] != ':'))
        return reason;
    return reason + length + 1 + strspn(reason + length + 1, " ");
}

struct tw_dataset_pool *tw_dataset_pool_new(int max_open)
{
    struct tw_dataset_pool *pool = calloc(1, sizeof(*pool));
    if (pool == NULL)
        return NULL;
    pool->max_open = max_open > 1 ? max_open : 1;
    pool->entries = calloc((size_t)pool->max_open, sizeof(*pool->entries));
    if (pool->entries == NULL) {
        free(pool);
        return NULL;
    }
    return pool;
}

static void entry_close(struct entry *entry)
{
    if (entry->dataset != NULL)
        GDALClose(entry->dataset);
    free(entry->path);
    *entry = (struct entry){0};
}

void tw_dataset_pool_free(struct tw_dataset_pool *pool)
{
    if (pool == NULL)
        return;
    for (int i = 0; i < pool->num_entries; i++)
        entry_close(&pool->entries[i]);
    free(pool->entries);
    free(pool->copies);
    free(pool);
}

bool tw_dataset_pool_replace(struct tw_dataset_pool *pool, const char *path, const char *copy)
{
    struct copy *more = realloc(pool->copies, (pool->num_copies + 1) * sizeof(*more));
    if (more == NULL)
        return false;
    more[pool->num_copies++] = (struct copy){path, copy};
    pool->copies = more;
    return true;
}

/* What is opened for a path. */
static const char *opened_for(const struct tw_dataset_pool *pool, const char *path)
{
    for (size_t i = 0; i < pool->num_copies; i++)
        if (strcmp(pool->copies[i].path, path) == 0)
            return pool->copies[i].copy;
    return path;
}

static struct entry *find(struct tw_dataset_pool *pool, const char *path, bool is_vector)
{
    for (int i = 0; i < pool->num_entries; i++)
        if (pool->entries[i].is_vector == is_vector && strcmp(pool->entries[i].path, path) == 0)
            return &pool->entries[i];
    return NULL;
}

/* An empty slot; the least recently used one is closed when all are taken. */
static struct entry *take_slot(struct tw_dataset_pool *pool)
{
    if (pool->num_entries < pool->max_open)
        return &pool->entries[pool->num_entries];
    struct entry *oldest = &pool->entries[0];
    for (int i = 1; i < pool->num_entries; i++)
        if (pool->entries[i].last_used < oldest->last_used)
            oldest = &pool->entries[i];
    entry_close(oldest);
    *oldest = pool->entries[--pool->num_entries];
    pool->entries[pool->num_entries] = (struct entry){0};
    return &pool->entries[pool->num_entries];
}

static enum tw_status refuse(const char *path, const char *kind, struct tw_error *err)
{
    if (!tw_path_is_remote(path)) {
        FILE *file = fopen(path, "rb");
        if (file == NULL)
            return tw_error_set(err, TW_EINPUT, "cannot open '%s': %s", path, strerror(errno));
        fclose(file);
    }
    const char *reason = tw_gdal_reason_for(path);
    if (strstr(reason, "not recognized as a supported file format") != NULL)
        return tw_error_set(err, TW_EINPUT, "'%s' is not a %s", path, kind);
    return tw_error_set(err, TW_EINPUT, "cannot open '%s': %s", path, reason);
}

/* A container such as NetCDF or HDF5 without a raster of its own: its first few parts are named. */
static enum tw_status refuse_container(GDALDatasetH dataset, const char *path, struct tw_error *err)
{
    CSLConstList parts = GDALGetMetadata(dataset, "SUBDATASETS");
    const char *first = CSLFetchNameValue(parts, "SUBDATASET_1_NAME");
    if (first == NULL)
        return tw_error_set(err, TW_EINPUT, "'%s' is not a raster", path);
    return tw_error_set(err, TW_EINPUT, "'%s' holds %d rasters; name one of them, such as '%s'", path,
                        CSLCount(parts) / 2, first);
}

static enum tw_status open_raster(const char *path, GDALDatasetH *dataset, struct tw_error *err)
{
    static const char *const alone[] = {"", NULL}; /* no side-car files are looked for on a server */
    CPLErrorReset();
    *dataset = GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, NULL, NULL,
                          tw_path_is_remote(path) ? alone : NULL);
    if (*dataset == NULL)
        return refuse(path, "raster", err);
    if (GDALGetRasterCount(*dataset) > 0)
        return TW_OK;
    enum tw_status status = refuse_container(*dataset, path, err);
    GDALClose(*dataset);
    return status;
}

static enum tw_status open_vector(const char *path, GDALDatasetH *dataset, struct tw_error *err)
{
    CPLErrorReset();
    *dataset = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, NULL, NULL, NULL);
    return *dataset != NULL ? TW_OK : refuse(path, "vector file", err);
}

/* Puts what was opened, and is the pool's now, in a slot. */
static enum tw_status keep(struct tw_dataset_pool *pool, const char *path, bool is_vector,
                           GDALDatasetH opened, struct entry **kept, struct tw_error *err)
{
    struct entry *entry = take_slot(pool);
    entry->dataset = opened;
    entry->is_vector = is_vector;
    entry->path = strdup(path);
    if (entry->path == NULL) {
        entry_close(entry);
        return tw_error_nomem(err);
    }
    pool->num_entries++;
    *kept = entry;
    return TW_OK;
}

static enum tw_status get(struct tw_dataset_pool *pool, const char *path, bool is_vector,
                          GDALDatasetH *dataset, struct tw_error *err)
{
    struct entry *entry = find(pool, path, is_vector);
    if (entry == NULL) {
        GDALDatasetH opened = NULL;
        const char *file = opened_for(pool, path);
        enum tw_status status = is_vector ? open_vector(file, &opened, err) : open_raster(file, &opened, err);
        if (status == TW_OK)
            status = keep(pool, path, is_vector, opened, &entry, err);
        if (status != TW_OK)
            return status;
    }
    entry->last_used = ++pool->clock;
    *dataset = entry->dataset;
    return TW_OK;
}

enum tw_status tw_dataset_open(struct tw_dataset_pool *pool, const char *path, GDALDatasetH *dataset,
                               struct tw_error *err)
{
    return get(pool, path, false, dataset, err);
}

/* The name in GDAL's memory goes at once; the bytes stay as long as the dataset is open. */
static enum tw_status open_memory(const char *name, void *bytes, size_t size, GDALDatasetH *opened,
                                  struct tw_error *err)
{
    static const char *const alone[] = {"", NULL};
    char path[64];
    snprintf(path, sizeof(path), "/vsimem/tilewright/pool_%p", bytes);
    VSILFILE *file = VSIFileFromMemBuffer(path, bytes, size, TRUE);
    if (file == NULL) {
        VSIFree(bytes);
        return tw_error_nomem(err);
    }
    VSIFCloseL(file);
    CPLErrorReset();
    *opened = GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, NULL, NULL, alone);
    const char *reason = tw_gdal_reason_for(path);
    bool is_picture = strstr(reason, "not recognized as a supported file format") == NULL;
    if (*opened == NULL)
        tw_error_set(err, TW_EINPUT, "'%s' cannot be decoded: %s", name,
                     is_picture ? reason : "it is no picture");
    VSIUnlink(path);
    return *opened != NULL ? TW_OK : TW_EINPUT;
}

enum tw_status tw_dataset_open_bytes(struct tw_dataset_pool *pool, const struct tw_dataset_bytes *bytes,
                                     GDALDatasetH *dataset, struct tw_error *err)
{
    struct entry *entry = find(pool, bytes->name, false);
    GDALDatasetH opened = NULL;
    void *data = NULL;
    size_t size = 0;
    *dataset = NULL;
    if (entry == NULL) {
        enum tw_status status = bytes->read(bytes->context, &data, &size, err);
        if (status != TW_OK || data == NULL)
            return status;
        status = open_memory(bytes->name, data, size, &opened, err);
        if (status == TW_OK)
            status = keep(pool, bytes->name, false, opened, &entry, err);
        if (status != TW_OK)
            return status;
    }
    entry->last_used = ++pool->clock;
    *dataset = entry->dataset;
    return TW_OK;
}

enum tw_status tw_dataset_open_vector(struct tw_dataset_pool *pool, const char *path, GDALDatasetH *dataset,
                                      struct tw_error *err)
{
    return get(pool, path, true, dataset, err);
}

bool tw_dataset_opens(const char *path, bool as_vector)
{
    GDALDatasetH dataset =
        GDALOpenEx(path, (as_vector ? GDAL_OF_VECTOR : GDAL_OF_RASTER) | GDAL_OF_READONLY, NULL, NULL, NULL);
    bool opens = dataset != NULL && (!as_vector || GDALDatasetGetLayerCount(dataset) > 0);
    if (dataset != NULL)
        GDALClose(dataset);
    return opens;
}
