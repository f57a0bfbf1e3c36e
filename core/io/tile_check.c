/* SPDX-License-Identifier: MIT */
#include "tile_check.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool tw_reason_set(struct tw_reason *reason, const char *format, ...)
{
    if (reason->text[0] != '\0')
        return false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason->text, sizeof(reason->text), format, arguments);
    va_end(arguments);
    for (char *c = reason->text; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return false;
}

/* GDAL's driver of the files with that extension; NULL: any. */
struct kind {
    const char *extension, *driver;
    bool is_vector;
};

static const struct kind *kind_of(const char *extension)
{
    static const struct kind kinds[] = {
        {"png", "PNG", false},        {"tif", "GTiff", false},     {"tiff", "GTiff", false},
        {"jpg", "JPEG", false},       {"jpeg", "JPEG", false},     {"webp", "WEBP", false},
        {"geojson", "GeoJSON", true}, {"fgb", "FlatGeobuf", true}, {"gpkg", "GPKG", true},
    };
    static const struct kind any = {"", NULL, false};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].extension, extension) == 0)
            return &kinds[i];
    return &any;
}

/* What opens, but not without failures. */
static void CPL_STDCALL take_message(CPLErr level, CPLErrorNum number, const char *message)
{
    (void)number;
    struct tw_reason *reason = CPLGetErrorHandlerUserData();
    if (level >= CE_Failure)
        tw_reason_set(reason, "it cannot be decoded: %s", message);
}

static bool decode(const struct tw_tile_output *output, const struct tw_tile *tile, const struct kind *kind,
                   const char *path, struct tw_reason *reason)
{
    struct tw_reason told = {""};
    CPLPushErrorHandlerEx(take_message, &told);
    CPLSetThreadLocalConfigOption("GDAL_ERROR_ON_LIBJPEG_WARNING", "TRUE");
    bool is_well = kind->is_vector ? tw_features_check(path, kind->driver, reason)
                                   : tw_pixels_check(output, tile, path, kind->driver, reason);
    CPLSetThreadLocalConfigOption("GDAL_ERROR_ON_LIBJPEG_WARNING", NULL);
    CPLPopErrorHandler();
    if (told.text[0] != '\0' && is_well)
        return tw_reason_set(reason, "%s", told.text);
    return is_well;
}

bool tw_tile_check(const struct tw_tile_output *output, const struct tw_tile *tile,
                   const struct tw_tile_bytes *bytes, struct tw_reason *reason)
{
    const struct kind *kind = kind_of(output->extension);
    *reason = (struct tw_reason){""};
    if (bytes->size == 0)
        return tw_reason_set(reason, "the file is empty");
    if (!tw_container_check(output->extension, bytes, reason))
        return false;
    /* The address of something that is on this thread's stack names the file. */
    char path[96];
    snprintf(path, sizeof(path), "/vsimem/tilewright/check_%p.%.16s", (void *)path, output->extension);
    VSILFILE *file = VSIFileFromMemBuffer(path, (GByte *)bytes->data, bytes->size, FALSE);
    if (file == NULL)
        return tw_reason_set(reason, "not enough memory to decode it");
    VSIFCloseL(file);
    bool is_well = decode(output, tile, kind, path, reason);
    VSIUnlink(path);
    return is_well;
}
