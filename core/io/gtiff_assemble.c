/* SPDX-License-Identifier: MIT */
#include "gtiff_assemble.h"
#include "encode_gtiff.h"
#include "dataset.h"
#include "file.h"
#include "resampling.h"
#include "sink_reader.h"

#include <cpl_string.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char tw_fingerprint_key[] = "TILEWRIGHT_FINGERPRINT";
static const char plain_name[] = "assembled.tif", cog_name[] = "assembled.cog.tif", prefix[] = "assembled.";

/* Pixels of a side of what is assembled at once, and its memory. */
enum { CHUNK_PX = 2048, CHUNK_BYTES = 128 << 20 };

static bool is_cancelled(const struct tw_assembly *assembly)
{
    return assembly->cancel != NULL && __atomic_load_n(assembly->cancel, __ATOMIC_RELAXED) != 0;
}

/* A GDALProgressFunc. */
static int CPL_STDCALL go_on(double share, const char *message, void *assembly)
{
    (void)share;
    (void)message;
    return !is_cancelled(assembly);
}

/* What GDAL could not finish, because of an error or because it was told to stop. */
static enum tw_status unfinished(const struct tw_assembly *assembly, const char *what, struct tw_error *err)
{
    if (is_cancelled(assembly))
        return tw_error_set(err, TW_ECANCELLED, "interrupted");
    return tw_error_set(err, TW_ESTORAGE, "cannot make %s: %s", what, tw_gdal_reason());
}

/* A multiple of the block size. */
static int chunk_size_px(const struct tw_encoder *encoder)
{
    const struct tw_gtiff_settings *settings = encoder->settings;
    size_t pixel = (size_t)encoder->num_bands * (tw_dtype_size(encoder->dtype) + 1);
    int size = CHUNK_PX;
    while (size > settings->blocksize_px && pixel * (size_t)size * (size_t)size > CHUNK_BYTES)
        size /= 2;
    return size < settings->blocksize_px ? settings->blocksize_px
                                         : size / settings->blocksize_px * settings->blocksize_px;
}

static enum tw_status copy_chunk(const struct tw_assembly *assembly, GDALDatasetH dataset,
                                 const int offset_px[2], struct tw_arena *arena, struct tw_error *err)
{
    const struct tw_window *all = &assembly->window;
    int size = chunk_size_px(assembly->sink->encoder);
    struct tw_window window = *all;
    window.col_px += offset_px[0];
    window.row_px += offset_px[1];
    window.width_px = all->width_px - offset_px[0] < size ? all->width_px - offset_px[0] : size;
    window.height_px = all->height_px - offset_px[1] < size ? all->height_px - offset_px[1] : size;
    tw_arena_reset(arena);
    struct tw_raster stored;
    bool found;
    enum tw_status status = tw_sink_read(assembly->sink, &window, arena, &stored, &found, err);
    if (status != TW_OK || !found)
        return status;
    return tw_gtiff_write(assembly->sink->encoder, dataset, &stored, offset_px, err);
}

static enum tw_status copy_tiles(const struct tw_assembly *assembly, GDALDatasetH dataset,
                                 struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    if (arena == NULL)
        return tw_error_nomem(err);
    enum tw_status status = TW_OK;
    int size = chunk_size_px(assembly->sink->encoder);
    for (int y = 0; status == TW_OK && y < assembly->window.height_px; y += size)
        for (int x = 0; status == TW_OK && x < assembly->window.width_px; x += size)
            status = is_cancelled(assembly) ? unfinished(assembly, "the file", err)
                                            : copy_chunk(assembly, dataset, (const int[2]){x, y}, arena, err);
    tw_arena_free(arena);
    return status;
}

/* 2, 4, 8 ... until the smaller side fits into one block. Returns the number of levels. */
static int default_levels(const struct tw_assembly *assembly, int levels[32])
{
    const struct tw_gtiff_settings *settings = assembly->sink->encoder->settings;
    int width = assembly->window.width_px, height = assembly->window.height_px, count = 0;
    int smaller = width < height ? width : height;
    for (int level = 2; count < 30 && smaller / (level / 2) > settings->blocksize_px; level *= 2)
        levels[count++] = level;
    return count;
}

static enum tw_status build_overviews(const struct tw_assembly *assembly, GDALDatasetH dataset,
                                      struct tw_error *err)
{
    int defaults[32];
    int count = assembly->levels != NULL ? assembly->num_levels : default_levels(assembly, defaults);
    int *levels = assembly->levels != NULL ? assembly->levels : defaults;
    CPLErrorReset();
    if (count > 0 && GDALBuildOverviews(dataset, assembly->overview_resampling, count, levels, 0, NULL, go_on,
                                        (void *)assembly) != CE_None)
        return unfinished(assembly, "the overviews", err);
    return TW_OK;
}

static enum tw_status close_dataset(GDALDatasetH dataset, struct tw_error *err)
{
    CPLErrorReset();
    GDALClose(dataset);
    if (CPLGetLastErrorType() >= CE_Failure)
        return tw_error_set(err, TW_ESTORAGE, "cannot write a GeoTIFF: %s", tw_gdal_reason());
    return TW_OK;
}

/* What GDAL says of a failed write is less than what the folder knows. */
static enum tw_status prefer_reason(const struct tw_checked_folder *folder, enum tw_status status,
                                    struct tw_error *err)
{
    enum tw_status checked = tw_checked_status(folder, NULL);
    return checked != TW_OK ? tw_checked_status(folder, err) : status;
}

/* Blocks are compressed by all processors, and written in order all the same. The COG is compressed as asked
 * for; what it is made from need not be small. */
static char **choose_options(const struct tw_assembly *assembly)
{
    const struct tw_gtiff_settings *settings = assembly->sink->encoder->settings;
    char **options = NULL;
    if (CSLFetchNameValue(settings->creation, "NUM_THREADS") == NULL)
        options = CSLSetNameValue(options, "NUM_THREADS", "ALL_CPUS");
    if (assembly->is_cog) {
        options = CSLSetNameValue(options, "COMPRESS", "DEFLATE");
        options = CSLSetNameValue(options, "ZLEVEL", "1");
        options = CSLAddString(options, "PHOTOMETRIC=");
    }
    return options;
}

static enum tw_status write_plain(const struct tw_assembly *assembly, const struct tw_checked_folder *folder,
                                  struct tw_error *err)
{
    char path[TW_CHECKED_PATH_SIZE];
    tw_checked_path(folder, plain_name, path);
    char **extra = choose_options(assembly);
    GDALDatasetH dataset;
    enum tw_status status =
        tw_gtiff_create(assembly->sink->encoder, path, &assembly->window, extra, &dataset, err);
    CSLDestroy(extra);
    if (status != TW_OK)
        return status;
    if (assembly->sink->encoder->is_lossy && !tw_gtiff_add_mask(dataset))
        status = tw_error_set(err, TW_ESTORAGE, "cannot write a GeoTIFF: %s", tw_gdal_reason());
    if (status == TW_OK &&
        GDALSetMetadataItem(dataset, tw_fingerprint_key, assembly->fingerprint, NULL) != CE_None)
        status = tw_error_set(err, TW_ESTORAGE, "cannot write a GeoTIFF: %s", tw_gdal_reason());
    if (status == TW_OK)
        status = copy_tiles(assembly, dataset, err);
    if (status == TW_OK)
        tw_gtiff_add_statistics(assembly->sink->encoder, dataset);
    if (status == TW_OK && assembly->has_overviews && !assembly->is_cog) {
        GDALFlushCache(dataset);
        status = build_overviews(assembly, dataset, err);
    }
    enum tw_status closed = close_dataset(dataset, status == TW_OK ? err : NULL);
    return status != TW_OK ? status : closed;
}

static enum tw_status write_cog(const struct tw_assembly *assembly, const struct tw_checked_folder *folder,
                                struct tw_error *err)
{
    char from_path[TW_CHECKED_PATH_SIZE], to_path[TW_CHECKED_PATH_SIZE];
    tw_checked_path(folder, plain_name, from_path);
    tw_checked_path(folder, cog_name, to_path);
    GDALDatasetH from = GDALOpenEx(from_path, GDAL_OF_RASTER | GDAL_OF_INTERNAL, NULL, NULL, NULL);
    if (from == NULL)
        return tw_error_set(err, TW_ESTORAGE, "cannot read '%s' back: %s", plain_name, tw_gdal_reason());
    CPLErrorReset();
    GDALDatasetH to = GDALCreateCopy(GDALGetDriverByName("COG"), to_path, from, FALSE, assembly->cog_options,
                                     go_on, (void *)assembly);
    enum tw_status status = TW_OK;
    if (to == NULL)
        status = unfinished(assembly, "a COG", err);
    else
        status = close_dataset(to, err);
    GDALClose(from);
    return status;
}

static enum tw_status write_files(const struct tw_assembly *assembly, const struct tw_checked_folder *folder,
                                  struct tw_error *err)
{
    enum tw_status status = write_plain(assembly, folder, err);
    if (status == TW_OK && assembly->is_cog)
        status = write_cog(assembly, folder, err);
    return prefer_reason(folder, status, err);
}

/* Also of what GDAL keeps beside the files: `assembled.cog.tif.ovr.tmp`, left by a run that was killed, would
 * be taken for overviews. */
static void remove_temporary(const char *work)
{
    DIR *folder = opendir(work);
    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
}

enum tw_status tw_assemble(const struct tw_assembly *assembly, const char *work, struct tw_error *err)
{
    struct tw_checked_folder *folder = tw_checked_folder_new(work, assembly->ops);
    char *made = NULL;
    if (folder == NULL || asprintf(&made, "%s/%s", work, assembly->is_cog ? cog_name : plain_name) < 0) {
        tw_checked_folder_free(folder);
        return tw_error_nomem(err);
    }
    remove_temporary(work);
    enum tw_status status = write_files(assembly, folder, err);
    tw_checked_folder_free(folder);
    if (status == TW_OK)
        status = tw_sink_place_file(assembly->sink, made, assembly->fingerprint, err);
    remove_temporary(work);
    free(made);
    return status;
}

char *tw_assembly_fingerprint(const char *path, struct tw_arena *arena)
{
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_RASTER, NULL, NULL, NULL);
    if (dataset == NULL)
        return NULL;
    const char *found = GDALGetMetadataItem(dataset, tw_fingerprint_key, NULL);
    char *copy = found != NULL ? tw_arena_strdup(arena, found) : NULL;
    GDALClose(dataset);
    return copy;
}
