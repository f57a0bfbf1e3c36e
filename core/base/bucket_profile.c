/* The files of Amazon's tools: sections `[name]` or `[profile name]` of `key = value` lines.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bucket_place.h"
#include "file.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct reading {
    struct tw_arena *arena;
    struct tw_bucket_place *place;
    const char *profile;
    bool found;
};

static char *trimmed(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
    return text;
}

static bool is_section_of(char *line, const char *profile)
{
    line[strcspn(line, "]")] = '\0';
    char *name = trimmed(line + 1);
    if (strncmp(name, "profile ", 8) == 0)
        name = trimmed(name + 8);
    return strcmp(name, profile) == 0;
}

static void take(struct reading *reading, const char *name, const char *value)
{
    struct tw_bucket_place *place = reading->place;
    if (strcmp(name, "aws_access_key_id") == 0)
        place->key = tw_arena_strdup(reading->arena, value);
    else if (strcmp(name, "aws_secret_access_key") == 0)
        place->secret = tw_arena_strdup(reading->arena, value);
    else if (strcmp(name, "aws_session_token") == 0)
        place->token = tw_arena_strdup(reading->arena, value);
    else if (strcmp(name, "region") == 0)
        snprintf(place->region, sizeof(place->region), "%s", value);
}

static void read_lines(struct reading *reading, char *text)
{
    bool is_ours = false;
    for (char *line, *rest = text; (line = strsep(&rest, "\n")) != NULL;) {
        line = trimmed(line);
        char *sign = strchr(line, '=');
        if (*line == '[') {
            is_ours = is_section_of(line, reading->profile);
            reading->found = reading->found || is_ours;
        } else if (is_ours && sign != NULL && *line != '#' && *line != ';') {
            *sign = '\0';
            take(reading, trimmed(line), trimmed(sign + 1));
        }
    }
}

static void read_file(struct reading *reading, const char *variable, const char *name)
{
    const char *path = tw_environment(variable), *home = tw_environment("HOME");
    if (path == NULL && home != NULL)
        path = tw_arena_printf(reading->arena, "%s/.aws/%s", home, name);
    char *text;
    size_t size;
    struct tw_error ignored;
    if (path != NULL && tw_file_read(reading->arena, path, 1 << 20, &text, &size, &ignored) == TW_OK)
        read_lines(reading, text);
}

enum tw_status tw_bucket_profile_read(struct tw_arena *arena, struct tw_bucket_place *place,
                                      struct tw_error *err)
{
    const char *named = tw_environment("AWS_PROFILE");
    if (named == NULL)
        named = tw_environment("AWS_DEFAULT_PROFILE");
    struct reading reading = {arena, place, named != NULL ? named : "default", false};
    read_file(&reading, "AWS_CONFIG_FILE", "config");
    read_file(&reading, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
    if (named != NULL && !reading.found)
        return tw_error_set(err, TW_EUSAGE,
                            "no profile '%s' (AWS_PROFILE) in ~/.aws/credentials and ~/.aws/config", named);
    return TW_OK;
}
