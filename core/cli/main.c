/* The command line: finds the command, prints help and version.
 *
 * SPDX-License-Identifier: MIT
 */
#include "command.h"

#include "dataset_pool.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

static const struct tw_command *const commands[] = {
    &tw_command_execute,   &tw_command_serve,  &tw_command_convert, &tw_command_create,
    &tw_command_check,     &tw_command_info,   &tw_command_verify,  &tw_command_formats,
    &tw_command_processes, &tw_command_schema, &tw_command_index,   &tw_command_types,
    &tw_command_services,  &tw_command_cp,     &tw_command_rm,      &tw_command_stac};
static const struct tw_command_parts *const parts[] = {&tw_command_stac_parts};
enum { NUM_COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_help(FILE *stream)
{
    fputs("Tilewright processes rasters that are larger than memory, tile by tile: a Lua script and a YAML\n"
          "file in; tiles, GeoTIFFs and overviews out.\n\n"
          "usage: tilewright COMMAND [OPTIONS]\n\n"
          "commands:\n",
          stream);
    for (int i = 0; i < NUM_COMMANDS; i++)
        fprintf(stream, "  %-10s %s\n", commands[i]->name, commands[i]->about);
    fputs("\n"
          "  --help     this page; 'tilewright COMMAND --help' explains one command\n"
          "  --version  the version\n\n"
          "examples:\n"
          "  tilewright create ndvi               write ndvi.yaml and ndvi.lua to start from\n"
          "  tilewright execute ndvi.yaml         run them on every core; run again to continue\n"
          "  tilewright execute ndvi.yaml --dry-run\n\n"
          "exit codes: 0 done, 1 some tiles failed, 2 wrong usage or configuration, 3 storage or system "
          "failure,\n"
          "130 interrupted\n",
          stream);
}

static int unknown_command(const char *name)
{
    const char *names[NUM_COMMANDS];
    for (int i = 0; i < NUM_COMMANDS; i++)
        names[i] = commands[i]->name;
    struct tw_text text = {0};
    tw_text_printf(&text, "unknown command '%s'", name);
    tw_text_add_known(&text, name, names, NUM_COMMANDS);
    fprintf(stderr, "tilewright: %s\n", tw_text_get(&text));
    tw_text_free(&text);
    return TW_EXIT_USAGE;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

/* The second word of a command of two. */
static const struct tw_command *part_of(const struct tw_command *command, const char *name)
{
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        for (size_t k = 0; parts[i]->command == command && k < parts[i]->count; k++)
            if (strcmp(parts[i]->parts[k]->name, name) == 0)
                return parts[i]->parts[k];
    return NULL;
}

static int run_part(const struct tw_command *command, const struct tw_command *part, int argc, char **argv)
{
    if (!asks_for_help(argc, argv))
        return part->run(part, argc, argv);
    printf("tilewright %s %s - %s\n\n%s", command->name, part->name, part->about, part->help);
    return TW_EXIT_DONE;
}

static int run_command(const struct tw_command *command, int argc, char **argv)
{
    const struct tw_command *part = argc > 1 ? part_of(command, argv[1]) : NULL;
    if (part != NULL)
        return run_part(command, part, argc - 1, argv + 1);
    if (asks_for_help(argc, argv)) {
        printf("tilewright %s - %s\n\n%s", command->name, command->about, command->help);
        return TW_EXIT_DONE;
    }
    return command->run(command, argc, argv);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--version") == 0) {
        printf("tilewright %s (GDAL %s)\n", TW_VERSION, tw_gdal_version());
        return TW_EXIT_DONE;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help(stdout);
        return TW_EXIT_DONE;
    }
    for (int i = 0; i < NUM_COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return run_command(commands[i], argc - 1, argv + 1);
    if (argc > 1)
        return unknown_command(name);
    print_help(stderr);
    return TW_EXIT_USAGE;
}
