/* SPDX-License-Identifier: MIT */
#include "plan_config_input.h"

#include "file.h"
#include "grid_read.h"
#include "tile_output.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 32 };

/* The configurations between this one and the one that is looked at. */
struct chain {
    struct tw_arena *arena;
    const char *target;             /* the real path of the plan's configuration */
    const char *names[MAX_DEPTH];   /* as they are written */
    const char *visited[MAX_DEPTH]; /* real paths */
    int depth, num_visited;
};

bool tw_path_is_config(const char *path)
{
    return tw_path_has_suffix(path, ".yaml") || tw_path_has_suffix(path, ".yml") ||
           tw_path_has_suffix(path, ".mapchete");
}

static bool is_config_format(const struct tw_value *format)
{
    return format->kind == TW_STRING &&
           (strcmp(format->text, "config") == 0 || strcmp(format->text, "Mapchete") == 0 ||
            strcmp(format->text, "mapchete") == 0);
}

bool tw_value_is_config(const struct tw_value *value)
{
    const struct tw_value *format = tw_value_get(value, "format");
    const struct tw_value *path = value->kind == TW_MAP ? tw_value_get(value, "path") : value;
    if (format != NULL && format->kind != TW_NULL)
        return is_config_format(format);
    return path != NULL && path->kind == TW_STRING && tw_path_is_config(path->text);
}

static const char *config_path(const struct tw_value *value)
{
    const struct tw_value *path = value->kind == TW_MAP ? tw_value_get(value, "path") : value;
    return path != NULL && path->kind == TW_STRING && path->text[0] != '\0' ? path->text : NULL;
}

static bool leads_back(struct chain *chain, const char *path);

/* Whether an input of a configuration in that folder, at any zoom and in any group, leads back to the target.
 */
static bool has_way_back(struct chain *chain, const struct tw_value *value, const char *folder)
{
    if (value->kind != TW_NULL && tw_value_is_config(value) && config_path(value) != NULL) {
        const char *path = tw_path_join(chain->arena, folder, config_path(value));
        return path != NULL && leads_back(chain, path);
    }
    bool found = false;
    for (size_t i = 0; value->kind == TW_MAP && i < value->count && !found; i++)
        found = has_way_back(chain, &value->members[i].value, folder);
    for (size_t i = 0; value->kind == TW_LIST && i < value->count && !found; i++)
        found = has_way_back(chain, &value->items[i], folder);
    return found;
}

static bool is_visited(const struct chain *chain, const char *real)
{
    for (int i = 0; i < chain->num_visited; i++)
        if (strcmp(chain->visited[i], real) == 0)
            return true;
    return false;
}

/* Leaves the way in the chain when there is one. What is wrong with configurations on the way does not matter
 * here. */
static bool leads_back(struct chain *chain, const char *path)
{
    const char *real = tw_path_real(chain->arena, path);
    if (real == NULL || chain->depth == MAX_DEPTH)
        return false;
    chain->names[chain->depth++] = path;
    if (strcmp(real, chain->target) == 0)
        return true;
    if (!is_visited(chain, real) && chain->num_visited < MAX_DEPTH) {
        struct tw_problems ignored = {0};
        struct tw_config *config = NULL;
        chain->visited[chain->num_visited++] = real;
        bool found = tw_config_load_output(path, tw_grid_read, &config, &ignored) == TW_OK &&
                     has_way_back(chain, config->input, config->folder);
        tw_config_free(config);
        tw_problems_free(&ignored);
        if (found)
            return true;
    }
    chain->depth--;
    return false;
}

/* Adds a problem when the way from the configuration at path leads back to the plan's own. */
static bool is_circle(const struct tw_plan *plan, const char *name, const struct tw_value *value,
                      const char *path, struct tw_problems *problems)
{
    struct chain chain = {.arena = plan->arena, .target = tw_path_real(plan->arena, plan->config->path)};
    if (chain.target == NULL || !leads_back(&chain, path))
        return false;
    tw_problems_add(problems, value, "input '%s' leads back to this configuration: %s", name,
                    plan->config->path);
    for (int i = 0; i < chain.depth; i++)
        tw_text_printf(&problems->text, " -> %s", chain.names[i]);
    return true;
}

static bool is_there(struct tw_arena *arena, const char *path)
{
    if (tw_path_is_remote(path))
        return true;
    return tw_is_folder(path) ? tw_is_tile_folder(path, arena) : tw_file_exists(path);
}

/* Whether a configuration has made something that can be read. */
static bool has_output(struct tw_arena *arena, const struct tw_value *value, const struct tw_config *other,
                       struct tw_problems *problems)
{
    if (other->output_path == NULL)
        tw_problems_add(problems, value, "'%s' writes nothing that can be read: its output has no path",
                        other->path);
    else if (!is_there(arena, other->output_path))
        tw_problems_add(problems, value, "'%s' has no output yet; run it first: tilewright execute %s",
                        other->path, other->path);
    else
        return true;
    return false;
}

/* Whether there is something of the other configuration that this one may read. */
static bool is_usable(const struct tw_plan *plan, const struct tw_value *value, const struct tw_config *other,
                      struct tw_problems *problems)
{
    const char *path = other->output_path, *own = plan->config->output_path;
    if (path == NULL)
        return has_output(plan->arena, value, other, problems);
    const char *real = tw_path_real(plan->arena, path);
    if (own != NULL && real != NULL && strcmp(real, tw_path_real(plan->arena, own)) == 0) {
        tw_problems_add(problems, value, "'%s' writes to '%s', where this configuration writes, too",
                        other->path, path);
        return false;
    }
    return has_output(plan->arena, value, other, problems);
}

/* The input's own options, with the output's path in the place of the configuration's; a folder is one of
 * tiles, of a file its kind is found out. */
static enum tw_status replace(const struct tw_plan *plan, const struct tw_value *value, const char *path,
                              const struct tw_value **output)
{
    const struct tw_value *place = tw_value_get(value, "path");
    const char *absolute = tw_path_is_remote(path) ? path : tw_path_real(plan->arena, path);
    struct tw_value *text = absolute != NULL ? tw_value_string(plan->arena, absolute) : NULL;
    struct tw_value *format = tw_value_string(plan->arena, "tile_directory");
    if (text == NULL || format == NULL)
        return TW_ENOMEM;
    place = place != NULL ? place : value;
    text->file = place->file;
    text->line = place->line;
    text->col = place->col;
    struct tw_value *map = tw_value_with(plan->arena, value->kind == TW_MAP ? value : NULL, "path", text);
    if (map != NULL && !tw_is_folder(path))
        *format = (struct tw_value){.kind = TW_NULL, .text = ""};
    if (map != NULL)
        map = tw_value_with(plan->arena, map, "format", format);
    if (map == NULL)
        return TW_ENOMEM;
    map->file = value->file;
    map->line = value->line;
    map->col = value->col;
    *output = map;
    return TW_OK;
}

enum tw_status tw_plan_config_input(const struct tw_plan *plan, const char *name,
                                    const struct tw_value *value, const struct tw_value **output,
                                    struct tw_problems *problems)
{
    const char *written = config_path(value);
    if (written == NULL) {
        tw_problems_add(problems, value, "input '%s' needs the path of a configuration", name);
        return TW_EUSAGE;
    }
    const char *path = tw_path_join(plan->arena, plan->config->folder, written);
    if (path == NULL)
        return TW_ENOMEM;
    if (is_circle(plan, name, value, path, problems))
        return TW_EUSAGE;
    struct tw_config *other = NULL;
    struct tw_problems its = {0};
    enum tw_status status = tw_config_load_output(path, tw_grid_read, &other, &its);
    if (status == TW_EUSAGE) {
        tw_problems_add(problems, value, "input '%s' is the output of '%s', which is wrong:", name, path);
        tw_text_printf(&problems->text, "\n%s", tw_text_get(&its.text));
    }
    if (status == TW_OK && !is_usable(plan, value, other, problems))
        status = TW_EUSAGE;
    if (status == TW_OK)
        status = replace(plan, value, other->output_path, output);
    tw_config_free(other);
    tw_problems_free(&its);
    return status;
}

enum tw_status tw_config_made(const char *path, struct tw_arena *arena, const char **output,
                              struct tw_problems *problems)
{
    struct tw_config *config = NULL;
    enum tw_status status = tw_config_load_output(path, tw_grid_read, &config, problems);
    if (status == TW_OK && !has_output(arena, NULL, config, problems))
        status = TW_EUSAGE;
    if (status == TW_OK && (*output = tw_arena_strdup(arena, config->output_path)) == NULL)
        status = TW_ENOMEM;
    tw_config_free(config);
    return status;
}
