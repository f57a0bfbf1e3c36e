/* SPDX-License-Identifier: MIT */
#include "source_cache.h"

#include "contents.h"
#include "dataset.h"
#include "file.h"

#include <cpl_error.h>
#include <cpl_vsi.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { CHUNK_BYTES = 1 << 20 };
static const char part_suffix[] = ".part";

static const struct tw_value *given(const struct tw_value *map, const char *key)
{
    const struct tw_value *value = tw_value_get(map, key);
    return value != NULL && value->kind != TW_NULL ? value : NULL;
}

static bool check_keys(const struct tw_value *cache, struct tw_problems *problems)
{
    static const char *const known[] = {"path", "intersection_percent", "format", "keep"};
    enum { NUM_KNOWN = sizeof(known) / sizeof(known[0]) };
    bool right = true;
    for (size_t i = 0; i < cache->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < NUM_KNOWN; k++)
            is_known = is_known || strcmp(known[k], cache->members[i].key) == 0;
        if (!is_known)
            tw_problems_add_unknown_key(problems, &cache->members[i], "cache key", known, NUM_KNOWN);
        right = right && is_known;
    }
    return right;
}

static bool read_percent(const struct tw_value *value, double *percent, struct tw_problems *problems)
{
    if (value == NULL)
        return true;
    *percent = value->number;
    if (value->kind == TW_NUMBER && *percent >= 0 && *percent <= 100)
        return true;
    char shown[TW_SHOWN_SIZE];
    tw_problems_add(problems, value, "cache.intersection_percent must be a number from 0 to 100, not %s",
                    tw_value_shown(value, shown));
    return false;
}

enum tw_status tw_source_cache_read(const struct tw_value *map, const char *folder, struct tw_arena *arena,
                                    struct tw_source_cache *cache, struct tw_problems *problems)
{
    const struct tw_value *value = given(map, "cache"), *path = given(value, "path");
    char shown[TW_SHOWN_SIZE];
    *cache = (struct tw_source_cache){0};
    if (value == NULL || (value->kind == TW_STRING && strcmp(value->text, "memory") == 0))
        return TW_OK;
    if (value->kind != TW_MAP) {
        tw_problems_add(problems, value, "cache must be a map with the path of a folder, not %s",
                        tw_value_shown(value, shown));
        return TW_EUSAGE;
    }
    if (!check_keys(value, problems) ||
        !read_percent(given(value, "intersection_percent"), &cache->intersection_percent, problems))
        return TW_EUSAGE;
    if (path == NULL || path->kind != TW_STRING || path->text[0] == '\0' || tw_path_is_remote(path->text)) {
        tw_problems_add(problems, path != NULL ? path : value, "cache.path must be a local folder, not %s",
                        path != NULL ? tw_value_shown(path, shown) : "missing");
        return TW_EUSAGE;
    }
    cache->folder = tw_path_join(arena, folder, path->text);
    return cache->folder != NULL ? TW_OK : TW_ENOMEM;
}

/* `FOLDER/TAG/name.tif`: the tag stands for the address and for what the server says of the version; the name
 * is the file's own, which some formats call their layer by. */
static const char *name_of_copy(const struct tw_source_cache *cache, const char *path, struct tw_arena *arena)
{
    const struct tw_input_part part = {.id = path, .files = &path, .num_files = 1};
    struct tw_content look;
    char tag[TW_FINGERPRINT_SIZE];
    struct tw_contents *contents = tw_contents_open("");
    enum tw_status status = contents != NULL ? tw_contents_look(contents, &part, &look, NULL) : TW_ENOMEM;
    tw_contents_free(contents);
    const char *both = status == TW_OK ? tw_arena_printf(arena, "%s %s", path, look.tag) : NULL;
    if (both == NULL)
        return NULL;
    tw_fingerprint(both, strlen(both), tag);
    const char *name = tw_path_name(path);
    return tw_arena_printf(arena, "%s/%.16s/%.*s", cache->folder, tag, (int)strcspn(name, "?"), name);
}

/* What is left of copies that were broken off: nobody else is writing now. */
static void sweep(const char *folder, struct tw_arena *arena)
{
    DIR *entries = opendir(folder);
    if (entries == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        char *path = tw_path_has_suffix(entry->d_name, part_suffix)
                         ? tw_arena_printf(arena, "%s/%s", folder, entry->d_name)
                         : NULL;
        if (path != NULL)
            unlink(path);
    }
    closedir(entries);
}

static enum tw_status cannot_write(const char *path, struct tw_error *err)
{
    return tw_error_set(err, TW_ESTORAGE, "cannot write '%s': %s", path, strerror(errno));
}

/* All bytes of the remote file, as many as the server says there are. */
static enum tw_status copy_bytes(VSILFILE *from, FILE *to, const char *path, const char *part,
                                 struct tw_error *err)
{
    char *chunk = malloc(CHUNK_BYTES);
    enum tw_status status = chunk != NULL ? TW_OK : tw_error_nomem(err);
    VSIFSeekL(from, 0, SEEK_END);
    vsi_l_offset size = VSIFTellL(from), done = 0;
    VSIFSeekL(from, 0, SEEK_SET);
    CPLErrorReset();
    while (status == TW_OK && done < size) {
        size_t got = VSIFReadL(chunk, 1, CHUNK_BYTES, from);
        if (got == 0)
            status = tw_error_set(err, TW_EINPUT, "cannot copy '%s': it ends after %llu of %llu bytes", path,
                                  (unsigned long long)done, (unsigned long long)size);
        else if (fwrite(chunk, 1, got, to) != got)
            status = cannot_write(part, err);
        done += got;
    }
    free(chunk);
    return status;
}

static enum tw_status copy_file(const char *path, const char *part, struct tw_error *err)
{
    CPLErrorReset();
    VSILFILE *from = VSIFOpenL(path, "rb");
    if (from == NULL)
        return tw_error_set(err, TW_EINPUT, "cannot copy '%s': %s", path, tw_gdal_reason_for(path));
    FILE *to = fopen(part, "wb");
    enum tw_status status = to != NULL ? copy_bytes(from, to, path, part, err) : cannot_write(part, err);
    if (status == TW_OK && (fflush(to) != 0 || fsync(fileno(to)) != 0))
        status = cannot_write(part, err);
    if (to != NULL && fclose(to) != 0 && status == TW_OK)
        status = cannot_write(part, err);
    VSIFCloseL(from);
    return status;
}

static enum tw_status make_copy(const struct tw_source_cache *cache, const char *path, const char *name,
                                struct tw_arena *arena, struct tw_error *err)
{
    const char *part = tw_arena_printf(arena, "%s/copy%s", cache->folder, part_suffix);
    const char *folder = tw_path_folder(arena, name);
    if (part == NULL || folder == NULL)
        return tw_error_nomem(err);
    sweep(cache->folder, arena);
    enum tw_status status = tw_make_folders(folder, err);
    if (status == TW_OK)
        status = copy_file(path, part, err);
    if (status == TW_OK && rename(part, name) != 0)
        status = cannot_write(name, err);
    if (status != TW_OK)
        unlink(part);
    return status;
}

/* The lock is that of the folder: it ends with the process, however that ends. */
enum tw_status tw_source_cache_fill(struct tw_source_cache *cache, const char *path, struct tw_arena *arena,
                                    bool *is_new, struct tw_error *err)
{
    *is_new = false;
    const char *name = name_of_copy(cache, path, arena);
    if (name == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_make_folders(cache->folder, err);
    if (status != TW_OK)
        return status;
    int folder = open(cache->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || (flock(folder, LOCK_EX) != 0 && errno == EINTR))
        status = cannot_write(cache->folder, err);
    if (status == TW_OK && !tw_file_exists(name)) {
        *is_new = true;
        status = make_copy(cache, path, name, arena, err);
    }
    if (folder >= 0)
        close(folder);
    if (status == TW_OK)
        cache->copy = name;
    return status;
}
