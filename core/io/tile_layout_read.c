/* The bytes of single tiles of a folder or an archive.
 *
 * SPDX-License-Identifier: MIT
 */
#include "archive.h"
#include "encoder.h"
#include "tile_check.h"
#include "tile_layout.h"

#include <cpl_conv.h>
#include <cpl_vsi.h>

#include <string.h>

static enum tw_status read_file(const struct tw_tile_layout *layout, const struct tw_tile *tile,
                                struct tw_arena *arena, void **bytes, size_t *size, struct tw_error *err)
{
    const char *path;
    GByte *data = NULL;
    vsi_l_offset length = 0;
    enum tw_status status = tw_tile_layout_find(layout, tile, arena, &path, err);
    if (status != TW_OK || path == NULL)
        return status;
    if (!VSIIngestFile(NULL, path, &data, &length, -1))
        return tw_error_set(err, TW_EINPUT, "cannot read '%s': %s", path, CPLGetLastErrorMsg());
    *bytes = data;
    *size = (size_t)length;
    return TW_OK;
}

static enum tw_status check(const struct tw_tile_layout *layout, const struct tw_tile *tile,
                            struct tw_arena *arena, const struct tw_bytes *bytes, struct tw_error *err)
{
    const struct tw_tile_bytes checked = {bytes->data, bytes->size};
    struct tw_reason reason = {""};
    if (tw_container_check(layout->extension, &checked, &reason))
        return TW_OK;
    const char *path = tw_tile_layout_path(layout, tile, arena);
    return tw_error_set(err, TW_EINPUT, "'%s': %s", path != NULL ? path : layout->folder, reason.text);
}

enum tw_status tw_tile_layout_read(const struct tw_tile_layout *layout, const struct tw_tile *tile,
                                   struct tw_arena *arena, struct tw_bytes *bytes, bool *found,
                                   struct tw_error *err)
{
    void *data = NULL;
    size_t size = 0;
    enum tw_status status = layout->archive != NULL
                                ? tw_archive_read(layout->archive, tile, &data, &size, err)
                                : read_file(layout, tile, arena, &data, &size, err);
    *found = status == TW_OK && data != NULL;
    if (*found && !tw_bytes_reserve(bytes, size))
        status = tw_error_nomem(err);
    if (*found && status == TW_OK) {
        memcpy(bytes->data, data, size);
        bytes->size = size;
        status = check(layout, tile, arena, bytes, err);
    }
    VSIFree(data);
    return status;
}
