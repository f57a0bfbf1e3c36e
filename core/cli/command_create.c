/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "options.h"
#include "report.h"
#include "templates.h"

#include "encoder.h"
#include "file.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: tilewright create NAME [OPTIONS]\n"
    "       tilewright create --mapchete-file CONFIG --process-file SCRIPT [OPTIONS]\n\n"
    "Writes NAME.yaml and NAME.lua, commented, to start from. Existing files are kept unless --force is "
    "given.\n\n"
    "options:\n"
    "      --mapchete-file FILE       the configuration's name, instead of NAME.yaml\n"
    "      --process-file FILE        the script's name, instead of NAME.lua\n"
    "      --pyramid-type GRID        the grid (default: mercator)\n"
    "      --out-format FORMAT        the output's format (default: PNG)\n"
    "      --out-path PATH            the output's path (default: NAME_tiles)\n"
    "  -f, --force                    replace files that exist\n\n"
    "examples:\n"
    "  tilewright create ndvi\n"
    "  tilewright create processes/hillshade --out-format GTiff --pyramid-type geodetic\n";

enum { MAPCHETE_FILE, PROCESS_FILE, PYRAMID_TYPE, OUT_FORMAT, OUT_PATH, FORCE, NUM_KEYS };
static const struct tw_option options[NUM_KEYS] = {
    [MAPCHETE_FILE] = {0, "mapchete-file", 1}, [PROCESS_FILE] = {0, "process-file", 1},
    [PYRAMID_TYPE] = {0, "pyramid-type", 1},   [OUT_FORMAT] = {0, "out-format", 1},
    [OUT_PATH] = {0, "out-path", 1},           [FORCE] = {'f', "force", 0},
};

struct request {
    const char *name;
    const char *given[NUM_KEYS]; /* NULL: not given */
    bool force;
};

/* What is written, in the arena. */
struct files {
    struct tw_arena *arena;
    const char *config, *script; /* their paths */
    struct tw_template_words words;
};

static bool has_ending(const char *name)
{
    return tw_path_has_suffix(name, ".yaml") || tw_path_has_suffix(name, ".mapchete") ||
           tw_path_has_suffix(name, ".lua");
}

static enum tw_status check_known(const char *what, const char *word, const char *const *known, size_t count,
                                  struct tw_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(known[i], word) == 0)
            return TW_OK;
    struct tw_text text = {0};
    tw_text_add_known(&text, word, known, count);
    tw_error_set(err, TW_EUSAGE, "unknown %s '%s'%s", what, word, tw_text_get(&text));
    tw_text_free(&text);
    return TW_EUSAGE;
}

static enum tw_status check_values(const struct request *request, struct tw_error *err)
{
    const char *config = request->given[MAPCHETE_FILE], *script = request->given[PROCESS_FILE],
               *format = request->given[OUT_FORMAT];
    if (config != NULL && !tw_path_has_suffix(config, ".mapchete") && !tw_path_has_suffix(config, ".yaml"))
        return tw_error_set(err, TW_EUSAGE, "--mapchete-file must end in .yaml or .mapchete, not '%s'",
                            config);
    if (script != NULL && !tw_path_has_suffix(script, ".lua"))
        return tw_error_set(err, TW_EUSAGE,
                            "--process-file: scripts are written in Lua; give a name that ends "
                            "in .lua, not '%s'",
                            script);
    const char *names[TW_MOST_FORMATS], *about[TW_MOST_FORMATS];
    size_t count = tw_encoder_formats(names, about);
    return format != NULL ? check_known("format", format, names, count, err) : TW_OK;
}

static enum tw_status check_request(const struct request *request, struct tw_error *err)
{
    bool has_files = request->given[MAPCHETE_FILE] != NULL && request->given[PROCESS_FILE] != NULL;
    if (request->name == NULL && !has_files)
        return tw_error_set(err, TW_EUSAGE, "what name? usage: tilewright create NAME");
    if (request->name != NULL && has_ending(request->name))
        return tw_error_set(err, TW_EUSAGE, "'%s': a name without '.yaml' or '.lua', which are added",
                            request->name);
    return check_values(request, err);
}

static enum tw_status read_request(struct request *request, int argc, char **argv, struct tw_error *err)
{
    struct tw_arguments arguments = {.argc = argc, .argv = argv, .options = options, .num_options = NUM_KEYS};
    for (;;) {
        struct tw_given given;
        const char *operand;
        enum tw_argument argument = tw_arguments_next(&arguments, &given, &operand, err);
        if (argument == TW_ARGUMENT_BAD)
            return err->status;
        if (argument == TW_ARGUMENT_END)
            return check_request(request, err);
        if (argument == TW_ARGUMENT_OPERAND && request->name != NULL)
            return tw_error_set(err, TW_EUSAGE, "one name at a time: '%s' or '%s'", request->name, operand);
        if (argument == TW_ARGUMENT_OPERAND)
            request->name = operand;
        else if (given.option == &options[FORCE])
            request->force = true;
        else
            request->given[given.option - options] = given.values[0];
    }
}

static const char *or_else(const char *given, const char *otherwise)
{
    return given != NULL ? given : otherwise;
}

/* The script's path as the configuration names it: by its name where both lie in one folder. */
static const char *script_from_config(const struct files *files)
{
    const char *config_folder = tw_path_folder(files->arena, files->config);
    const char *script_folder = tw_path_folder(files->arena, files->script);
    if (config_folder == NULL || script_folder == NULL)
        return NULL;
    if (strcmp(config_folder, script_folder) == 0)
        return tw_path_name(files->script);
    if (files->script[0] == '/')
        return files->script;
    char *here = realpath(".", NULL);
    const char *path = here != NULL ? tw_arena_printf(files->arena, "%s/%s", here, files->script) : NULL;
    free(here);
    return path;
}

static const char *without_ending(struct tw_arena *arena, const char *path)
{
    const char *name = tw_path_name(path), *dot = strrchr(name, '.');
    return tw_arena_printf(arena, "%.*s", dot != NULL ? (int)(dot - name) : (int)strlen(name), name);
}

static bool name_files(struct files *files, const struct request *request)
{
    const char *name = request->name;
    files->config = name != NULL ? tw_arena_printf(files->arena, "%s.yaml", name) : NULL;
    files->script = name != NULL ? tw_arena_printf(files->arena, "%s.lua", name) : NULL;
    files->config = or_else(request->given[MAPCHETE_FILE], files->config);
    files->script = or_else(request->given[PROCESS_FILE], files->script);
    if (files->config == NULL || files->script == NULL)
        return false;
    const char *short_name = without_ending(files->arena, files->config);
    files->words = (struct tw_template_words){
        .script = script_from_config(files),
        .grid = or_else(request->given[PYRAMID_TYPE], "mercator"),
        .format = or_else(request->given[OUT_FORMAT], "PNG"),
        .output = or_else(request->given[OUT_PATH], tw_arena_printf(files->arena, "%s_tiles", short_name))};
    return short_name != NULL && files->words.script != NULL && files->words.output != NULL;
}

/* The folder that a file goes to, as in `create processes/hillshade`. */
static enum tw_status make_folder(struct tw_arena *arena, const char *path, struct tw_error *err)
{
    const char *folder = tw_path_folder(arena, path);
    if (folder == NULL)
        return tw_error_nomem(err);
    return *folder != '\0' && !tw_is_folder(folder) ? tw_make_folders(folder, err) : TW_OK;
}

static enum tw_status write_template(const struct files *files, const char *path, const char *template,
                                     struct tw_error *err)
{
    struct tw_text text = {0};
    tw_template_fill(&text, template, &files->words);
    enum tw_status status = text.failed ? tw_error_nomem(err) : make_folder(files->arena, path, err);
    if (status == TW_OK)
        status = tw_file_write(path, tw_text_get(&text), text.length, err);
    tw_text_free(&text);
    if (status == TW_OK)
        printf("%s\n", path);
    return status;
}

static enum tw_status write_files(const struct request *request, struct tw_arena *arena, struct tw_error *err)
{
    struct files files = {.arena = arena};
    if (!name_files(&files, request))
        return tw_error_nomem(err);
    const char *const paths[] = {files.script, files.config};
    for (int i = 0; i < 2 && !request->force; i++) /* before the first file is written */
        if (tw_file_exists(paths[i]))
            return tw_error_set(err, TW_EUSAGE, "'%s' exists already; --force replaces it", paths[i]);
    enum tw_status status = write_template(&files, files.config, tw_template_config, err);
    return status == TW_OK ? write_template(&files, files.script, tw_template_script, err) : status;
}

static int create(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct request request = {0};
    struct tw_error err = {0};
    struct tw_arena *arena = tw_arena_new(0);
    enum tw_status status = arena != NULL ? read_request(&request, argc, argv, &err) : tw_error_nomem(&err);
    if (status == TW_OK)
        status = write_files(&request, arena, &err);
    tw_arena_free(arena);
    return status == TW_OK ? TW_EXIT_DONE : tw_report_error(&err);
}

const struct tw_command tw_command_create = {"create", "write a configuration and a script to start from",
                                             help, create};
