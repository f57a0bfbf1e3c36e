/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "file.h"
#include "problem_order.h"

#include <stdlib.h>
#include <string.h>

static const size_t max_file_bytes = 16 * 1024 * 1024;

size_t tw_config_keys(const char *part, const char *const **names)
{
    static const struct {
        const char *part;
        size_t (*keys)(const char *const **names);
    } parts[] = {{"", tw_check_root_keys},
                 {"pyramid", tw_check_pyramid_keys},
                 {"zoom_levels", tw_check_zoom_keys},
                 {"baselevels", tw_check_baselevel_keys},
                 {"bounds", tw_check_bounds_keys},
                 {"notify", tw_check_notify_keys}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcmp(parts[i].part, part) == 0)
            return parts[i].keys(names);
    return 0;
}

static struct tw_config *config_new(const char *path)
{
    struct tw_config *config = calloc(1, sizeof(*config));
    if (config == NULL)
        return NULL;
    config->arena = tw_arena_new(0);
    if (config->arena != NULL) {
        config->path = tw_arena_strdup(config->arena, path);
        config->folder = tw_path_folder(config->arena, path);
    }
    if (config->path == NULL || config->folder == NULL) {
        tw_config_free(config);
        return NULL;
    }
    return config;
}

void tw_config_free(struct tw_config *config)
{
    if (config == NULL)
        return;
    tw_arena_free(config->arena);
    free(config);
}

/* How a text is read. */
struct reading {
    const char *text;
    size_t size;
    tw_grid_reader *read_grid;
    bool output_only;
};

static enum tw_status read_and_check(struct tw_config *config, const struct reading *reading,
                                     struct tw_problems *problems)
{
    struct tw_check check = {.config = config,
                             .problems = problems,
                             .read_grid = reading->read_grid,
                             .output_only = reading->output_only};
    struct tw_problem_mark start = tw_problem_mark(problems);
    enum tw_status status =
        tw_yaml_read(config->arena, config->path, reading->text, reading->size, &config->root, problems);
    if (status == TW_ENOMEM)
        return status;
    struct tw_problem_mark checks = tw_problem_mark(problems);
    if (config->root != NULL)
        tw_check_root(&check);
    tw_problems_sort(problems, start, checks, config->path);
    if (check.nomem || problems->text.failed)
        return TW_ENOMEM;
    return problems->count > start.count ? TW_EUSAGE : TW_OK;
}

static enum tw_status parse(const char *path, const struct reading *reading, struct tw_config **config,
                            struct tw_problems *problems)
{
    *config = NULL;
    struct tw_config *read = config_new(path);
    if (read == NULL)
        return TW_ENOMEM;
    enum tw_status status = read_and_check(read, reading, problems);
    if (status == TW_OK)
        *config = read;
    else
        tw_config_free(read);
    return status;
}

enum tw_status tw_config_parse(const char *path, const char *text, size_t size, tw_grid_reader *read_grid,
                               struct tw_config **config, struct tw_problems *problems)
{
    const struct reading reading = {text, size, read_grid, false};
    return parse(path, &reading, config, problems);
}

enum tw_status tw_config_make(const char *name, const struct tw_value *root, tw_grid_reader *read_grid,
                              struct tw_config **config, struct tw_problems *problems)
{
    *config = NULL;
    struct tw_config *made = config_new(name);
    if (made == NULL)
        return TW_ENOMEM;
    made->root = root;
    size_t before = problems->count;
    struct tw_check check = {.config = made, .problems = problems, .read_grid = read_grid};
    tw_check_root(&check);
    enum tw_status status = problems->count > before ? TW_EUSAGE : TW_OK;
    if (check.nomem || problems->text.failed)
        status = TW_ENOMEM;
    if (status == TW_OK)
        *config = made;
    else
        tw_config_free(made);
    return status;
}

static enum tw_status load(const char *path, struct reading *reading, struct tw_config **config,
                           struct tw_problems *problems)
{
    struct tw_error err = {0};
    char *text = NULL;
    *config = NULL;
    struct tw_arena *arena = tw_arena_new(0);
    if (arena == NULL)
        return TW_ENOMEM;
    enum tw_status status = tw_file_read(arena, path, max_file_bytes, &text, &reading->size, &err);
    reading->text = text;
    if (status == TW_OK) {
        status = parse(path, reading, config, problems);
    } else if (status != TW_ENOMEM) {
        tw_problems_add_error(problems, &err);
        status = TW_EUSAGE;
    }
    tw_arena_free(arena);
    return status;
}

enum tw_status tw_config_load(const char *path, tw_grid_reader *read_grid, struct tw_config **config,
                              struct tw_problems *problems)
{
    struct reading reading = {.read_grid = read_grid};
    return load(path, &reading, config, problems);
}

enum tw_status tw_config_load_output(const char *path, tw_grid_reader *read_grid, struct tw_config **config,
                                     struct tw_problems *problems)
{
    struct reading reading = {.read_grid = read_grid, .output_only = true};
    return load(path, &reading, config, problems);
}
