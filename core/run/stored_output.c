/* SPDX-License-Identifier: MIT */
#include "stored_output.h"

#include "archive.h"
#include "config.h"
#include "bucket.h"
#include "file.h"
#include "grid_read.h"
#include "path.h"
#include "sink.h"

static enum tw_status refuse_file(const char *path, struct tw_error *err)
{
    return tw_error_set(err, TW_EUSAGE,
                        "'%s' is one file, not a folder of tiles: copy it, remove it or use it as it is",
                        path);
}

static enum tw_status open_place(struct tw_stored *stored, struct tw_arena *arena, struct tw_error *err)
{
    bool is_archive = tw_path_is_archive(stored->path);
    if (is_archive || tw_output_is_gtiff(stored->path)) {
        stored->kind = is_archive ? TW_STORED_ARCHIVE : TW_STORED_FILE;
        return TW_OK;
    }
    return tw_tile_output_open(stored->path, arena, &stored->tiles, err);
}

static enum tw_status open_archive(struct tw_stored *stored, struct tw_error *err)
{
    stored->kind = TW_STORED_ARCHIVE;
    return tw_path_is_remote(stored->path) || tw_file_exists(stored->path)
               ? TW_OK
               : tw_error_set(err, TW_EUSAGE, "no file '%s'", stored->path);
}

static enum tw_status open_configured(const struct tw_config *config, struct tw_arena *arena,
                                      struct tw_stored *stored, struct tw_error *err)
{
    stored->configuration = tw_arena_strdup(arena, config->path);
    stored->path = tw_arena_strdup(arena, config->output_path);
    const char *path = stored->path;
    if (path == NULL)
        return tw_error_set(err, TW_EUSAGE, "the output of '%s' is not kept in a folder", config->path);
    if (!tw_output_is_gtiff(path) && !tw_path_is_remote(path) && !tw_file_exists(path))
        return tw_error_set(err, TW_EUSAGE,
                            "there is no '%s' yet, the output of '%s': make it with 'tilewright execute %s'",
                            path, config->path, config->path);
    return open_place(stored, arena, err);
}

static enum tw_status end(enum tw_status status, const struct tw_error *err, struct tw_problems *problems)
{
    if (status == TW_OK || status == TW_ENOMEM)
        return status;
    tw_problems_add_error(problems, err);
    return TW_EUSAGE;
}

enum tw_status tw_stored_open(const char *name, struct tw_arena *arena, struct tw_stored *stored,
                              struct tw_problems *problems)
{
    struct tw_error err = {0};
    struct tw_config *config = NULL;
    *stored = (struct tw_stored){.path = tw_arena_strdup(arena, name)};
    if (stored->path == NULL)
        return TW_ENOMEM;
    if (tw_path_is_archive(name))
        return end(open_archive(stored, &err), &err, problems);
    bool is_local_file = !tw_path_is_remote(name) && tw_file_exists(name) && !tw_is_folder(name);
    bool is_file =
        is_local_file || (tw_path_is_bucket(name) && tw_output_is_gtiff(name) && tw_file_exists(name));
    if (!is_file || tw_output_is_gtiff(name))
        return end(is_file ? open_place(stored, arena, &err)
                           : tw_tile_output_open(name, arena, &stored->tiles, &err),
                   &err, problems);
    enum tw_status status = tw_config_load(name, tw_grid_read, &config, problems);
    if (status != TW_OK)
        return status;
    status = open_configured(config, arena, stored, &err);
    tw_config_free(config);
    return end(status, &err, problems);
}

enum tw_status tw_stored_output_open(const char *name, struct tw_arena *arena, struct tw_tile_output *output,
                                     struct tw_problems *problems)
{
    struct tw_stored stored;
    struct tw_error err = {0};
    enum tw_status status = tw_stored_open(name, arena, &stored, problems);
    if (status == TW_OK && stored.kind != TW_STORED_TILES)
        return end(refuse_file(stored.path, &err), &err, problems);
    if (status == TW_OK && tw_path_is_bundled(stored.tiles.schema)) {
        tw_error_set(
            &err, TW_EUSAGE,
            "'%s' is a compact cache, whose tiles are no files of their own: 'tilewright convert' makes "
            "them so",
            stored.path);
        return end(err.status, &err, problems);
    }
    if (status == TW_OK)
        *output = stored.tiles;
    return status;
}
