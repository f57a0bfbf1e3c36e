/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "options.h"
#include "report.h"
#include "templates.h"

#include "file.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

static const char help[] = "usage: tilewright create NAME [--force]\n\n"
                           "Writes NAME.yaml and NAME.lua, commented, to start from. Existing files are kept "
                           "unless --force is given.\n\n"
                           "examples:\n"
                           "  tilewright create ndvi\n"
                           "  tilewright create processes/hillshade\n";

enum { FORCE, NUM_KEYS };
static const struct tw_option options[NUM_KEYS] = {[FORCE] = {'f', "force", 0}};

struct request {
    const char *name;
    bool force;
};

static bool has_ending(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL &&
           (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".mapchete") == 0 || strcmp(dot, ".lua") == 0);
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
        if (argument == TW_ARGUMENT_OPTION)
            request->force = true;
        else if (argument == TW_ARGUMENT_OPERAND && request->name != NULL)
            return tw_error_set(err, TW_EUSAGE, "one name at a time: '%s' or '%s'", request->name, operand);
        else if (argument == TW_ARGUMENT_OPERAND)
            request->name = operand;
        else if (request->name == NULL)
            return tw_error_set(err, TW_EUSAGE, "what name? usage: tilewright create NAME");
        else if (has_ending(request->name))
            return tw_error_set(err, TW_EUSAGE, "'%s': a name without '.yaml' or '.lua', which are added",
                                request->name);
        else
            return TW_OK;
    }
}

/* The template with every NAME replaced by the last part of the path. */
static void fill_template(struct tw_text *text, const char *template, const char *name)
{
    for (const char *at; (at = strstr(template, "NAME")) != NULL; template = at + 4) {
        tw_text_add_bytes(text, template, (size_t)(at - template));
        tw_text_add(text, name);
    }
    tw_text_add(text, template);
}

static enum tw_status write_template(const char *path, const char *template, const struct request *request,
                                     struct tw_error *err)
{
    if (!request->force && tw_file_exists(path))
        return tw_error_set(err, TW_EUSAGE, "'%s' exists already; --force replaces it", path);
    struct tw_text text = {0};
    fill_template(&text, template, tw_path_name(request->name));
    enum tw_status status =
        text.failed ? tw_error_nomem(err) : tw_file_write(path, tw_text_get(&text), text.length, err);
    tw_text_free(&text);
    if (status == TW_OK)
        printf("%s\n", path);
    return status;
}

/* The folder that the files go to, as in `create processes/hillshade`. */
static enum tw_status make_folder(const char *name, struct tw_error *err)
{
    struct tw_arena *arena = tw_arena_new(0);
    const char *folder = arena != NULL ? tw_path_folder(arena, name) : NULL;
    enum tw_status status = TW_OK;
    if (folder == NULL)
        status = tw_error_nomem(err);
    else if (*folder != '\0' && !tw_is_folder(folder))
        status = tw_make_folders(folder, err);
    tw_arena_free(arena);
    return status;
}

static int create(const struct tw_command *command, int argc, char **argv)
{
    (void)command;
    struct request request = {0};
    struct tw_error err = {0};
    struct tw_text config = {0}, script = {0};
    enum tw_status status = read_request(&request, argc, argv, &err);
    if (status == TW_OK) {
        tw_text_printf(&config, "%s.yaml", request.name);
        tw_text_printf(&script, "%s.lua", request.name);
        if (!request.force && tw_file_exists(tw_text_get(&script))) /* before the first file is written */
            status = tw_error_set(&err, TW_EUSAGE, "'%s' exists already; --force replaces it",
                                  tw_text_get(&script));
    }
    if (status == TW_OK)
        status = make_folder(request.name, &err);
    if (status == TW_OK)
        status = write_template(tw_text_get(&config), tw_template_config, &request, &err);
    if (status == TW_OK)
        status = write_template(tw_text_get(&script), tw_template_script, &request, &err);
    tw_text_free(&config);
    tw_text_free(&script);
    return status == TW_OK ? TW_EXIT_DONE : tw_report_error(&err);
}

const struct tw_command tw_command_create = {"create", "write a configuration and a script to start from",
                                             help, create};
