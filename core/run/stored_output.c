/* SPDX-License-Identifier: MIT */
#include "stored_output.h"

#include "config.h"
#include "file.h"
#include "grid_read.h"

static bool is_one_file(const char *path)
{
    return tw_path_has_suffix(path, ".tif") || tw_path_has_suffix(path, ".tiff");
}

static enum tw_status refuse_file(const char *path, struct tw_error *err)
{
    return tw_error_set(err, TW_EUSAGE,
                        "'%s' is one file, not a folder of tiles: copy it, remove it or use it as it is",
                        path);
}

static enum tw_status open_configured(const struct tw_config *config, struct tw_arena *arena,
                                      struct tw_tile_output *output, struct tw_error *err)
{
    const char *folder = config->output_path;
    if (folder == NULL)
        return tw_error_set(err, TW_EUSAGE, "the output of '%s' is not kept in a folder", config->path);
    if (is_one_file(folder))
        return refuse_file(folder, err);
    if (!tw_path_is_remote(folder) && !tw_file_exists(folder))
        return tw_error_set(err, TW_EUSAGE,
                            "there is no '%s' yet, the output of '%s': make it with 'tilewright execute %s'",
                            folder, config->path, config->path);
    return tw_tile_output_open(folder, arena, output, err);
}

enum tw_status tw_stored_output_open(const char *name, struct tw_arena *arena, struct tw_tile_output *output,
                                     struct tw_problems *problems)
{
    struct tw_error err = {0};
    struct tw_config *config = NULL;
    enum tw_status status;
    if (tw_path_is_remote(name) || tw_is_folder(name) || !tw_file_exists(name)) {
        status = tw_tile_output_open(name, arena, output, &err);
    } else if (is_one_file(name)) {
        status = refuse_file(name, &err);
    } else {
        status = tw_config_load(name, tw_grid_read, &config, problems);
        if (status != TW_OK)
            return status;
        status = open_configured(config, arena, output, &err);
        tw_config_free(config);
    }
    if (status != TW_OK && status != TW_ENOMEM) {
        tw_problems_add_error(problems, &err);
        return TW_EUSAGE;
    }
    return status;
}
