/* SPDX-License-Identifier: MIT */
#include "bucket_place.h"
#include "bucket.h"
#include "bucket_language.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *tw_environment(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

bool tw_environment_is_on(const char *name, bool otherwise)
{
    const char *value = tw_environment(name);
    if (value == NULL)
        return otherwise;
    return strcasecmp(value, "NO") != 0 && strcasecmp(value, "FALSE") != 0 && strcasecmp(value, "OFF") != 0 &&
           strcmp(value, "0") != 0;
}

static const struct {
    const char *prefix, *scheme;
    const struct tw_bucket_language *language;
} known[] = {{"s3://", "s3", &tw_language_s3},    {"/vsis3/", "s3", &tw_language_s3},
             {"gs://", "gs", &tw_language_s3},    {"/vsigs/", "gs", &tw_language_s3},
             {"az://", "az", &tw_language_azure}, {"/vsiaz/", "az", &tw_language_azure}};
enum { NUM_KNOWN = sizeof(known) / sizeof(known[0]) };

static int find_scheme(const char *path)
{
    for (int i = 0; i < NUM_KNOWN; i++)
        if (strncmp(path, known[i].prefix, strlen(known[i].prefix)) == 0)
            return i;
    return -1;
}

bool tw_path_is_bucket(const char *path)
{
    return find_scheme(path) >= 0;
}

bool tw_path_knows_acl(const char *path)
{
    int scheme = find_scheme(path);
    return scheme >= 0 && known[scheme].language->acl != NULL;
}

/* Slashes at the end go, and of several in a row all but one. */
static char *clean_prefix(struct tw_arena *arena, const char *rest)
{
    char *prefix = tw_arena_strdup(arena, rest), *to = prefix;
    for (const char *from = prefix; from != NULL && *from != '\0'; from++)
        if (*from != '/' || (from[1] != '/' && from[1] != '\0' && to > prefix))
            *to++ = *from;
    if (to != NULL)
        *to = '\0';
    return prefix;
}

/* Folders that mean others: servers take them for names, and what lies between for mistakes. */
static bool has_dots(const char *prefix)
{
    for (const char *at = prefix; *at != '\0'; at += at[0] == '/') {
        size_t length = strcspn(at, "/");
        if ((length == 1 || length == 2) && strspn(at, ".") >= length)
            return true;
        at += length;
    }
    return false;
}

/* `s3://bucket/prefix`. */
static enum tw_status read_url(const char *url, struct tw_arena *arena, struct tw_bucket_place *place,
                               struct tw_error *err)
{
    int scheme = find_scheme(url);
    const char *rest = scheme >= 0 ? url + strlen(known[scheme].prefix) : "";
    size_t length = strcspn(rest, "/");
    place->language = scheme >= 0 ? known[scheme].language : &tw_language_s3;
    if (length == 0)
        return tw_error_set(err, TW_EUSAGE, "'%s' names no %s", url, place->language->example);
    place->scheme = known[scheme].scheme;
    place->bucket = tw_arena_strndup(arena, rest, length);
    place->prefix = clean_prefix(arena, rest + length);
    if (place->bucket == NULL || place->prefix == NULL)
        return tw_error_nomem(err);
    if (has_dots(place->prefix))
        return tw_error_set(err, TW_EUSAGE,
                            "'%s': names in object storage have no '.' and '..' between slashes", url);
    place->url = tw_arena_printf(arena, "%s://%s%s%s", place->scheme, place->bucket,
                                 place->prefix[0] != '\0' ? "/" : "", place->prefix);
    return place->url != NULL ? TW_OK : tw_error_nomem(err);
}

const char *tw_bucket_clean_url(struct tw_arena *arena, const char *path)
{
    struct tw_bucket_place place = {0};
    struct tw_error ignored;
    if (!tw_path_is_bucket(path) || read_url(path, arena, &place, &ignored) == TW_EUSAGE)
        return tw_arena_strdup(arena, path);
    return place.url;
}

enum tw_status tw_bucket_place_read(const char *url, struct tw_arena *arena, struct tw_bucket_place *place,
                                    struct tw_error *err)
{
    *place = (struct tw_bucket_place){0};
    enum tw_status status = read_url(url, arena, place, err);
    return status == TW_OK ? place->language->find(arena, place, err) : status;
}
