/* SPDX-License-Identifier: MIT */
#include "own_file.h"
#include "report.h"

#include "dataset_pool.h"
#include "schema.h"

#include <stdio.h>
#include <string.h>

static const char help[] = "usage: tilewright schema [FILE]\n\n"
                           "Prints the JSON Schema (draft 7) of configurations, or writes it to FILE. "
                           "Editors complete, explain and\n"
                           "check with it: begin a configuration with\n\n"
                           "  # yaml-language-server: $schema=tilewright.schema.json\n\n"
                           "examples:\n"
                           "  tilewright schema tilewright.schema.json\n"
                           "  tilewright schema | less\n";

static int schema(const struct tw_command *command, int argc, char **argv)
{
    struct tw_error err = {0};
    struct tw_text json = {0};
    enum tw_status status = tw_check_one_file(command, argc, argv, &err);
    if (status == TW_OK) {
        tw_gdal_init(0);
        status = tw_schema_make(&json, &err);
    }
    if (status == TW_OK && argc > 1)
        status = tw_write_own_file(argv[1], &json, strlen("{\n \"$schema\": "), &err);
    else if (status == TW_OK)
        fputs(tw_text_get(&json), stdout);
    tw_text_free(&json);
    return status == TW_OK ? TW_EXIT_DONE : tw_report_error(&err);
}

const struct tw_command tw_command_schema = {"schema", "print the schema of configurations, for editors",
                                             help, schema};
