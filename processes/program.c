/* SPDX-License-Identifier: MIT */
#include "program.h"

#include "declaration.h"
#include "embedded.h"
#include "file.h"
#include "hash.h"
#include "state.h"

#include <string.h>

enum { SCRIPT_LIMIT_BYTES = 16 * 1024 * 1024 };

static struct tw_program *program_new(void)
{
    struct tw_arena *arena = tw_arena_new(0);
    struct tw_program *program = arena != NULL ? tw_arena_calloc(arena, 1, sizeof(*program)) : NULL;
    if (program == NULL) {
        tw_arena_free(arena);
        return NULL;
    }
    program->arena = arena;
    return program;
}

void tw_program_free(struct tw_program *program)
{
    if (program != NULL)
        tw_arena_free(program->arena);
}

const struct tw_declaration *tw_program_declaration(const struct tw_program *program)
{
    return &program->declaration;
}

static enum tw_status read_script(struct tw_program *program, const char *path, struct tw_error *err)
{
    char *text;
    enum tw_status status =
        tw_file_read(program->arena, path, SCRIPT_LIMIT_BYTES, &text, &program->size, err);
    if (status != TW_OK)
        return status;
    program->text = text;
    program->folder = tw_path_folder(program->arena, path);
    program->declaration.path = tw_arena_strdup(program->arena, path);
    if (program->folder == NULL || program->declaration.path == NULL)
        return tw_error_nomem(err);
    program->name = tw_path_name(program->declaration.path);
    return TW_OK;
}

static enum tw_status unknown_process(const char *name, struct tw_error *err)
{
    const char *const *names;
    size_t count = tw_builtin_processes(&names);
    struct tw_text text = {0};
    tw_text_add_known(&text, name, names, count);
    tw_error_set(err, TW_EUSAGE, "unknown process '%s'%s; a script's name ends in .lua", name,
                 tw_text_get(&text));
    tw_text_free(&text);
    return TW_EUSAGE;
}

static enum tw_status read_builtin(struct tw_program *program, const char *name, struct tw_error *err)
{
    const char *plain = tw_builtin_plain_name(name);
    program->text = tw_builtin_text(name);
    if (program->text == NULL)
        return unknown_process(name, err);
    program->size = strlen(program->text);
    program->declaration.path = tw_arena_strdup(program->arena, plain);
    program->declaration.is_builtin = true;
    program->name = tw_arena_printf(program->arena, "%s.lua", plain);
    return program->name != NULL && program->declaration.path != NULL ? TW_OK : tw_error_nomem(err);
}

static struct tw_module *find_module(const struct tw_program *program, const char *path)
{
    struct tw_module *module = program->modules;
    while (module != NULL && strcmp(module->path, path) != 0)
        module = module->next;
    return module;
}

static enum tw_status read_module(struct tw_program *program, const char *path,
                                  const struct tw_module **module, struct tw_error *err)
{
    struct tw_module *made = tw_arena_calloc(program->arena, 1, sizeof(*made));
    char *full = tw_path_join(program->arena, program->folder, path), *text;
    if (made == NULL || full == NULL || (made->path = tw_arena_strdup(program->arena, path)) == NULL)
        return tw_error_nomem(err);
    if (!tw_file_exists(full))
        return tw_error_set(err, TW_ESCRIPT, "no file '%s'", full);
    enum tw_status status = tw_file_read(program->arena, full, SCRIPT_LIMIT_BYTES, &text, &made->size, err);
    if (status != TW_OK)
        return status;
    made->text = text;
    struct tw_module **tail = &program->modules;
    while (*tail != NULL)
        tail = &(*tail)->next;
    *tail = made;
    *module = made;
    return TW_OK;
}

enum tw_status tw_program_module(struct tw_program *program, const char *path,
                                 const struct tw_module **module, struct tw_error *err)
{
    *module = find_module(program, path);
    if (*module != NULL)
        return TW_OK;
    if (program->folder == NULL)
        return tw_error_set(err, TW_ESCRIPT, "built-in processes have no modules");
    if (!program->is_loading)
        return tw_error_set(err, TW_ESCRIPT,
                            "modules are loaded with the script: write 'local x = require ...' at its top");
    return read_module(program, path, module, err);
}

static void hash_text(struct tw_text *all, const char *name, const char *bytes, size_t size)
{
    char digest[TW_FINGERPRINT_SIZE];
    tw_fingerprint(bytes, size, digest);
    tw_text_printf(all, "%s %s\n", name, digest);
}

/* Everything that decides on the result: the library, the script, its modules in their order. */
static const char *fingerprint(const struct tw_program *program)
{
    struct tw_text all = {0};
    char digest[TW_FINGERPRINT_SIZE];
    for (size_t i = 0; i < tw_num_embedded_files; i++)
        if (strncmp(tw_embedded_files[i].name, "lib/", 4) == 0)
            hash_text(&all, tw_embedded_files[i].name, tw_embedded_files[i].text, tw_embedded_files[i].size);
    hash_text(&all, "script", program->text, program->size);
    for (const struct tw_module *module = program->modules; module != NULL; module = module->next)
        hash_text(&all, module->path, module->text, module->size);
    tw_fingerprint(tw_text_get(&all), all.length, digest);
    bool failed = all.failed;
    tw_text_free(&all);
    return failed ? NULL : tw_arena_strdup(program->arena, digest);
}

static enum tw_status declare(struct tw_program *program, const struct tw_script_limits *limits,
                              struct tw_error *err)
{
    struct tw_declaration *declaration = &program->declaration;
    program->is_loading = true;
    struct tw_state *state = tw_state_new(program, limits, err);
    program->is_loading = false;
    if (state == NULL)
        return err->status;
    bool read = tw_declaration_read(state->lua, program->arena, declaration);
    tw_state_free(state);
    declaration->fingerprint = fingerprint(program);
    if (!read || declaration->fingerprint == NULL)
        return tw_error_nomem(err);
    if (declaration->has_nodata && declaration->has_dtype &&
        !tw_dtype_holds(declaration->dtype, declaration->nodata))
        return tw_error_set(err, TW_ESCRIPT, "%s: output.nodata %g does not fit into %s", program->name,
                            declaration->nodata, tw_dtype_name(declaration->dtype));
    return TW_OK;
}

enum tw_status tw_program_load(const char *name, const struct tw_value *place,
                               const struct tw_script_limits *limits, struct tw_program **program,
                               struct tw_problems *problems)
{
    struct tw_error err = {0};
    struct tw_program *made = program_new();
    *program = NULL;
    if (made == NULL) {
        tw_problems_add(problems, place, "out of memory");
        return TW_EUSAGE;
    }
    bool is_script = tw_path_has_suffix(name, ".lua");
    enum tw_status status = is_script ? read_script(made, name, &err) : read_builtin(made, name, &err);
    if (status != TW_OK)
        tw_problems_add(problems, place, "%s", err.message);
    else if ((status = declare(made, limits, &err)) != TW_OK)
        tw_problems_add_error(problems, &err);
    if (status != TW_OK) {
        tw_program_free(made);
        return TW_EUSAGE;
    }
    *program = made;
    return TW_OK;
}
