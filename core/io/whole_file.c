/* SPDX-License-Identifier: MIT */
#include "whole_file.h"

#include "dataset.h"
#include "file.h"

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>

#include <errno.h>
#include <string.h>

/* *bytes is VSIFree's. */
static enum tw_status ingest(const char *path, GByte **bytes, size_t *size, struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    const char *opened = path;
    if (arena == NULL)
        return tw_error_nomem(err);
    if (tw_path_has_suffix(path, ".gz"))
        opened = tw_arena_printf(arena, "/vsigzip/%s", path);
    vsi_l_offset length = 0;
    CPLErrorReset();
    errno = 0;
    bool is_read = opened != NULL && VSIIngestFile(NULL, opened, bytes, &length, -1);
    const char *reason = CPLGetLastErrorMsg()[0] != '\0' ? tw_gdal_reason() : strerror(errno);
    tw_arena_free(arena);
    *size = (size_t)length;
    if (is_read && CPLGetLastErrorType() < CE_Failure)
        return TW_OK;
    if (is_read)
        VSIFree(*bytes);
    if (!tw_path_is_remote(path) && !tw_file_exists(path))
        reason = strerror(ENOENT);
    return tw_error_set(err, TW_EINPUT, "cannot open '%s': %s", path, reason);
}

enum tw_status tw_whole_file_read(const char *path, struct tw_arena *arena, char **bytes, size_t *size,
                                  struct tw_error *err)
{
    GByte *read = NULL;
    enum tw_status status = ingest(path, &read, size, err);
    if (status != TW_OK)
        return status;
    *bytes = tw_arena_strndup(arena, (const char *)read, *size);
    VSIFree(read);
    return *bytes != NULL ? TW_OK : tw_error_nomem(err);
}

enum tw_status tw_json_file_read(const char *path, json_t **json, struct tw_error *err)
{
    GByte *bytes = NULL;
    size_t size = 0;
    enum tw_status status = ingest(path, &bytes, &size, err);
    if (status != TW_OK)
        return status;
    json_error_t error;
    *json = json_loadb((const char *)bytes, size, 0, &error);
    VSIFree(bytes);
    if (*json != NULL)
        return TW_OK;
    return tw_error_set(err, TW_EINPUT, "%s:%d:%d: malformed JSON: %s", path, error.line, error.column,
                        error.text);
}
