/* sink_mbtiles.c - the output is one MBTiles archive of PNG, JPEG or WebP tiles.
 *
 * tile_archive.h and single_file.h tell how it is made and continued.
 *
 * SPDX-License-Identifier: MIT
 */
#include "file.h"
#include "mbtiles_assemble.h"
#include "tile_archive.h"

static bool database_takes(const struct tw_sink_spec *spec)
{
    return spec->path != NULL && tw_path_has_suffix(spec->path, ".mbtiles");
}

static bool database_open(struct tw_sink *sink, const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    struct tw_tile_archive *archive = tw_arena_calloc(sink->arena, 1, sizeof(*archive));
    if (archive == NULL)
        return false;
    archive->kind = "an MBTiles archive";
    archive->file.read_fingerprint = tw_mbtiles_fingerprint;
    archive->file.assemble = tw_mbtiles_assemble;
    return tw_tile_archive_open(archive, sink, spec, problems);
}

const struct tw_sink_driver tw_sink_mbtiles = {
    .name = "mbtiles",
    .about = "one MBTiles archive of all zooms: a path that ends in .mbtiles",
    .has_metadata = true,
    .takes = database_takes,
    .open = database_open,
    .close = tw_tile_archive_close,
    .begin = tw_single_begin,
    .look = tw_single_look,
    .is_new = tw_single_is_new,
    .end = tw_single_end,
    .put = tw_single_put,
    .remove = tw_single_remove,
    .get = tw_single_get,
    .finish = tw_single_finish,
    .is_done = tw_single_is_done,
    .is_known = tw_single_is_known,
    .is_assembled = tw_single_is_assembled,
    .flush = tw_single_flush,
    .beside = tw_single_beside,
    .outdate = tw_single_outdate,
};
