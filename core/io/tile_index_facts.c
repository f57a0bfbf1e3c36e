/* What a VRT says of its bands, as the first tile has it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile_index_parts.h"

#include "dataset.h"

#include <cpl_conv.h>
#include <cpl_string.h>

#include <string.h>

void tw_index_add_escaped(struct tw_text *text, const char *chars)
{
    char *escaped = CPLEscapeString(chars, -1, CPLES_XML);
    tw_text_add(text, escaped);
    CPLFree(escaped);
}

static void say_text(struct tw_text *text, const char *element, const char *chars)
{
    if (chars == NULL || chars[0] == '\0')
        return;
    tw_text_printf(text, "    <%s>", element);
    tw_index_add_escaped(text, chars);
    tw_text_printf(text, "</%s>\n", element);
}

static void say_number(struct tw_text *text, const char *element, double number)
{
    tw_text_printf(text, "    <%s>%.17g</%s>\n", element, number, element);
}

static void say_colors(struct tw_text *text, GDALColorTableH table)
{
    if (table == NULL)
        return;
    tw_text_add(text, "    <ColorTable>\n");
    for (int i = 0; i < GDALGetColorEntryCount(table); i++) {
        const GDALColorEntry *entry = GDALGetColorEntry(table, i);
        tw_text_printf(text, "      <Entry c1=\"%d\" c2=\"%d\" c3=\"%d\" c4=\"%d\"/>\n", entry->c1, entry->c2,
                       entry->c3, entry->c4);
    }
    tw_text_add(text, "    </ColorTable>\n");
}

static void say_scale(struct tw_text *text, GDALRasterBandH band)
{
    int has_offset = 0, has_scale = 0;
    double offset = GDALGetRasterOffset(band, &has_offset), scale = GDALGetRasterScale(band, &has_scale);
    if (has_offset != 0 && offset != 0)
        say_number(text, "Offset", offset);
    if (has_scale != 0 && scale != 1)
        say_number(text, "Scale", scale);
}

static void say_band(struct tw_text *text, GDALRasterBandH band)
{
    int has_nodata = 0;
    double nodata = GDALGetRasterNoDataValue(band, &has_nodata);
    GDALColorInterp color = GDALGetRasterColorInterpretation(band);
    const char *pixels = GDALGetMetadataItem(band, "PIXELTYPE", "IMAGE_STRUCTURE");
    say_text(text, "Description", GDALGetDescription(band));
    if (pixels != NULL && strcmp(pixels, "SIGNEDBYTE") == 0)
        tw_text_add(text, "    <Metadata domain=\"IMAGE_STRUCTURE\"><MDI "
                          "key=\"PIXELTYPE\">SIGNEDBYTE</MDI></Metadata>\n");
    say_text(text, "UnitType", GDALGetRasterUnitType(band));
    if (has_nodata != 0 && color != GCI_AlphaBand)
        say_number(text, "NoDataValue", nodata);
    say_scale(text, band);
    if (color != GCI_Undefined)
        say_text(text, "ColorInterp", GDALGetColorInterpretationName(color));
    say_colors(text, GDALGetRasterColorTable(band));
}

static enum tw_status read_band(const struct tw_index_zoom *zoom, struct tw_index_facts *facts,
                                GDALRasterBandH band, struct tw_error *err)
{
    int i = GDALGetBandNumber(band) - 1, flags = GDALGetMaskFlags(band);
    struct tw_text text = {0};
    say_band(&text, band);
    facts->bands[i].type = GDALGetRasterDataType(band);
    facts->bands[i].says = text.failed ? NULL : tw_arena_strdup(zoom->arena, tw_text_get(&text));
    facts->needs_mask = facts->needs_mask || (i == 0 && (flags & (GMF_ALPHA | GMF_NODATA)) == 0);
    GDALGetBlockSize(band, &facts->block_width, &facts->block_height);
    tw_text_free(&text);
    return facts->bands[i].says != NULL ? TW_OK : tw_error_nomem(err);
}

enum tw_status tw_index_facts_read(const struct tw_index_zoom *zoom, struct tw_index_facts *facts,
                                   struct tw_error *err)
{
    struct tw_dataset_pool *pool = tw_dataset_pool_new(1);
    const char *name = tw_index_name(zoom, zoom->tiles);
    const char *path = name != NULL ? tw_arena_printf(zoom->arena, "%s/%s", zoom->root, name) : NULL;
    GDALDatasetH dataset = NULL;
    enum tw_status status =
        path != NULL && pool != NULL ? tw_dataset_open(pool, path, &dataset, err) : tw_error_nomem(err);
    if (status == TW_OK) {
        facts->num_bands = GDALGetRasterCount(dataset);
        facts->bands = tw_arena_calloc(zoom->arena, (size_t)facts->num_bands, sizeof(*facts->bands));
        status = facts->bands != NULL ? TW_OK : tw_error_nomem(err);
    }
    for (int i = 0; status == TW_OK && i < facts->num_bands; i++)
        status = read_band(zoom, facts, GDALGetRasterBand(dataset, i + 1), err);
    tw_dataset_pool_free(pool);
    return status;
}
