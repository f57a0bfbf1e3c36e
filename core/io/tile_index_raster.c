/* The index as rasters: all tiles of a zoom as one (VRT), and one pixel for each (GeoTIFF).
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile_index_parts.h"

#include "crs.h"
#include "dataset.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The pixels of all tiles of the range, without pixelbuffers. */
static struct tw_window whole(const struct tw_index_zoom *zoom)
{
    const struct tw_pyramid *pyramid = &zoom->spec->output->pyramid;
    struct tw_tile first = {zoom->zoom, zoom->range.first_row, zoom->range.first_col};
    struct tw_tile last = {zoom->zoom, zoom->range.last_row, zoom->range.last_col};
    struct tw_window window = tw_tile_window(pyramid, &first), end = tw_tile_window(pyramid, &last);
    window.width_px = (int32_t)(end.col_px + end.width_px - window.col_px);
    window.height_px = (int32_t)(end.row_px + end.height_px - window.row_px);
    return window;
}

static bool is_too_large(const struct tw_index_zoom *zoom)
{
    const struct tw_pyramid *pyramid = &zoom->spec->output->pyramid;
    int64_t side = (int64_t)pyramid->tile_size_px * pyramid->metatiling;
    return (zoom->range.last_col - zoom->range.first_col + 1) * side > INT32_MAX ||
           (zoom->range.last_row - zoom->range.first_row + 1) * side > INT32_MAX;
}

/* `../a/b` from a folder to a path, both absolute and without dots. */
static void add_relative(struct tw_text *text, const char *folder, const char *path)
{
    size_t common = 0, i = 0;
    for (; folder[i] != '\0' && folder[i] == path[i]; i++)
        if (folder[i] == '/')
            common = i + 1;
    if (folder[i] == '\0' && path[i] == '/')
        common = i + 1;
    for (const char *rest = folder + (common <= strlen(folder) ? common : strlen(folder)); *rest != '\0';) {
        tw_text_add(text, "../");
        rest += strcspn(rest, "/");
        rest += *rest == '/';
    }
    tw_index_add_escaped(text, path + common);
}

/* folder: of the VRT, absolute; NULL: paths are absolute. */
static enum tw_status add_source_name(const struct tw_index_zoom *zoom, const char *folder,
                                      const struct tw_tile *tile, struct tw_text *text, struct tw_error *err)
{
    const char *location = tw_index_location(zoom, tile);
    if (location == NULL)
        return tw_error_nomem(err);
    tw_text_printf(text, "<SourceFilename relativeToVRT=\"%d\">", folder != NULL);
    if (folder != NULL)
        add_relative(text, folder, location);
    else
        tw_index_add_escaped(text, location);
    tw_text_add(text, "</SourceFilename>");
    return TW_OK;
}

struct vrt {
    const struct tw_index_zoom *zoom;
    struct tw_index_facts facts;
    struct tw_window window;
    const char *folder; /* of the VRT, when paths are relative */
    struct tw_text text;
};

/* band: -1 is the mask. */
static enum tw_status add_tile(struct vrt *vrt, int band, const struct tw_tile *tile, struct tw_error *err)
{
    const struct tw_pyramid *pyramid = &vrt->zoom->spec->output->pyramid;
    struct tw_window own = tw_tile_window(pyramid, tile);
    struct tw_window stored = tw_tile_window_buffered(pyramid, tile, pyramid->pixelbuffer_px);
    struct tw_text *text = &vrt->text;
    tw_text_add(text, "    <SimpleSource>");
    enum tw_status status = add_source_name(vrt->zoom, vrt->folder, tile, text, err);
    if (band < 0)
        tw_text_add(text, "<SourceBand>mask,1</SourceBand>");
    else
        tw_text_printf(text, "<SourceBand>%d</SourceBand>", band + 1);
    tw_text_printf(
        text,
        "<SourceProperties RasterXSize=\"%d\" RasterYSize=\"%d\" DataType=\"%s\" BlockXSize=\"%d\" "
        "BlockYSize=\"%d\"/>",
        stored.width_px, stored.height_px,
        GDALGetDataTypeName(band < 0 ? GDT_Byte : vrt->facts.bands[band].type), vrt->facts.block_width,
        vrt->facts.block_height);
    tw_text_printf(text, "<SrcRect xOff=\"%" PRId64 "\" yOff=\"%" PRId64 "\" xSize=\"%d\" ySize=\"%d\"/>",
                   own.col_px - stored.col_px, own.row_px - stored.row_px, own.width_px, own.height_px);
    tw_text_printf(text, "<DstRect xOff=\"%" PRId64 "\" yOff=\"%" PRId64 "\" xSize=\"%d\" ySize=\"%d\"/>",
                   own.col_px - vrt->window.col_px, own.row_px - vrt->window.row_px, own.width_px,
                   own.height_px);
    tw_text_add(text, "</SimpleSource>\n");
    return status;
}

static enum tw_status add_tiles(struct vrt *vrt, int band, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < vrt->zoom->count; i++) {
        struct tw_arena_mark mark = tw_arena_mark(vrt->zoom->arena);
        status = add_tile(vrt, band, &vrt->zoom->tiles[i], err);
        tw_arena_release(vrt->zoom->arena, mark);
    }
    return status;
}

static enum tw_status add_band(struct vrt *vrt, int band, struct tw_error *err)
{
    tw_text_printf(&vrt->text, "  <VRTRasterBand dataType=\"%s\" band=\"%d\">\n",
                   GDALGetDataTypeName(vrt->facts.bands[band].type), band + 1);
    tw_text_add(&vrt->text, vrt->facts.bands[band].says);
    enum tw_status status = add_tiles(vrt, band, err);
    tw_text_add(&vrt->text, "  </VRTRasterBand>\n");
    return status;
}

/* Where there is no tile nothing is valid, either. */
static enum tw_status add_mask(struct vrt *vrt, struct tw_error *err)
{
    tw_text_add(&vrt->text, "  <MaskBand>\n  <VRTRasterBand dataType=\"Byte\">\n");
    enum tw_status status = add_tiles(vrt, -1, err);
    tw_text_add(&vrt->text, "  </VRTRasterBand>\n  </MaskBand>\n");
    return status;
}

static enum tw_status add_place(struct vrt *vrt, struct tw_error *err)
{
    OGRSpatialReferenceH crs = NULL;
    bool has_code;
    char *wkt = NULL;
    double numbers[6];
    enum tw_status status =
        tw_crs_find_code(vrt->zoom->spec->output->pyramid.grid->crs, &crs, &has_code, err);
    if (status != TW_OK)
        return status;
    OSRExportToWkt(crs, &wkt);
    tw_window_geotransform(&vrt->window, numbers);
    tw_text_add(&vrt->text, "  <SRS dataAxisToSRSAxisMapping=\"");
    int count = 0;
    const int *mapping = OSRGetDataAxisToSRSAxisMapping(crs, &count);
    tw_text_printf(&vrt->text, "%d,%d\">", count > 0 ? mapping[0] : 1, count > 1 ? mapping[1] : 2);
    tw_index_add_escaped(&vrt->text, wkt != NULL ? wkt : "");
    tw_text_printf(&vrt->text,
                   "</SRS>\n  <GeoTransform>%.17g, %.17g, %.17g, %.17g, %.17g, %.17g</GeoTransform>\n",
                   numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
    CPLFree(wkt);
    OSRRelease(crs);
    return TW_OK;
}

static enum tw_status make_vrt(struct vrt *vrt, struct tw_error *err)
{
    char *folder = vrt->zoom->spec->base_path == NULL ? realpath(vrt->zoom->spec->folder, NULL) : NULL;
    vrt->folder = folder;
    vrt->window = whole(vrt->zoom);
    tw_text_printf(&vrt->text, "<VRTDataset rasterXSize=\"%d\" rasterYSize=\"%d\">\n", vrt->window.width_px,
                   vrt->window.height_px);
    enum tw_status status = add_place(vrt, err);
    for (int i = 0; status == TW_OK && i < vrt->facts.num_bands; i++)
        status = add_band(vrt, i, err);
    if (status == TW_OK && vrt->facts.needs_mask)
        status = add_mask(vrt, err);
    tw_text_add(&vrt->text, "</VRTDataset>\n");
    free(folder);
    return status;
}

enum tw_status tw_index_vrt(const struct tw_index_zoom *zoom, struct tw_error *err)
{
    struct vrt vrt = {.zoom = zoom};
    if (is_too_large(zoom))
        return tw_error_set(
            err, TW_EUSAGE,
            "--vrt: the tiles of zoom %d lie too far apart for one raster; choose with --bounds", zoom->zoom);
    enum tw_status status = tw_index_facts_read(zoom, &vrt.facts, err);
    if (status == TW_OK)
        status = make_vrt(&vrt, err);
    if (status == TW_OK)
        status = tw_index_save(zoom, "vrt", &vrt.text, err);
    tw_text_free(&vrt.text);
    return status;
}

static enum tw_status tif_failed(const struct tw_index_zoom *zoom, struct tw_error *err)
{
    return tw_error_set(err, TW_ESTORAGE, "cannot make '%s/%d.tif': %s", zoom->spec->folder, zoom->zoom,
                        tw_gdal_reason());
}

/* A row of pixels from the first tile of a row to the last. */
static enum tw_status write_rows(const struct tw_index_zoom *zoom, GDALRasterBandH band, struct tw_error *err)
{
    size_t width = (size_t)(zoom->range.last_col - zoom->range.first_col + 1);
    unsigned char *pixels = tw_arena_calloc(zoom->arena, width, 1);
    if (pixels == NULL)
        return tw_error_nomem(err);
    for (size_t i = 0; i < zoom->count;) {
        int64_t row = zoom->tiles[i].row, first = zoom->tiles[i].col, last = first;
        for (; i < zoom->count && zoom->tiles[i].row == row; i++) {
            last = zoom->tiles[i].col;
            pixels[last - first] = 1;
        }
        int length = (int)(last - first + 1);
        if (GDALRasterIO(band, GF_Write, (int)(first - zoom->range.first_col),
                         (int)(row - zoom->range.first_row), length, 1, pixels, length, 1, GDT_Byte, 0,
                         0) != CE_None)
            return tif_failed(zoom, err);
        memset(pixels, 0, (size_t)length);
    }
    return TW_OK;
}

static enum tw_status place(const struct tw_index_zoom *zoom, GDALDatasetH dataset, struct tw_error *err)
{
    const struct tw_pyramid *pyramid = &zoom->spec->output->pyramid;
    /* all tiles but those at the grid's right and lower edges are as large */
    const struct tw_tile first = {zoom->zoom, zoom->range.first_row, zoom->range.first_col};
    struct tw_window window = tw_tile_window(pyramid, &first);
    OGRSpatialReferenceH crs = NULL;
    bool has_code;
    double numbers[6];
    enum tw_status status = tw_crs_find_code(pyramid->grid->crs, &crs, &has_code, err);
    if (status != TW_OK)
        return status;
    tw_window_geotransform(&window, numbers);
    numbers[1] *= window.width_px;
    numbers[5] *= window.height_px;
    if (GDALSetGeoTransform(dataset, numbers) != CE_None || GDALSetSpatialRef(dataset, crs) != CE_None)
        status = tif_failed(zoom, err);
    OSRRelease(crs);
    return status;
}

static enum tw_status make_tif(const struct tw_index_zoom *zoom, const char *path, struct tw_error *err)
{
    static const char *const options[] = {"TILED=YES", "COMPRESS=DEFLATE", "SPARSE_OK=TRUE", NULL};
    CPLErrorReset();
    GDALDatasetH dataset = GDALCreate(
        GDALGetDriverByName("GTiff"), path, (int)(zoom->range.last_col - zoom->range.first_col + 1),
        (int)(zoom->range.last_row - zoom->range.first_row + 1), 1, GDT_Byte, (char **)options);
    if (dataset == NULL)
        return tw_error_set(err, TW_ESTORAGE, "cannot make '%s/%d.tif': %s", zoom->spec->folder, zoom->zoom,
                            tw_gdal_reason());
    enum tw_status status = place(zoom, dataset, err);
    if (status == TW_OK)
        status = write_rows(zoom, GDALGetRasterBand(dataset, 1), err);
    CPLErrorReset();
    GDALClose(dataset);
    if (status == TW_OK && CPLGetLastErrorType() >= CE_Failure)
        status = tif_failed(zoom, err);
    return status;
}

enum tw_status tw_index_tif(const struct tw_index_zoom *zoom, struct tw_error *err)
{
    /* the address of something that is on this thread's stack names the file */
    char path[80];
    snprintf(path, sizeof(path), "/vsimem/tilewright/index_%p.tif", (void *)path);
    if (zoom->range.last_col - zoom->range.first_col >= INT32_MAX ||
        zoom->range.last_row - zoom->range.first_row >= INT32_MAX)
        return tw_error_set(
            err, TW_EUSAGE,
            "--tif: the tiles of zoom %d lie too far apart for one raster; choose with --bounds", zoom->zoom);
    enum tw_status status = make_tif(zoom, path, err);
    if (status == TW_OK)
        return tw_index_save_memory(zoom, "tif", path, err);
    VSIUnlink(path);
    return status;
}
