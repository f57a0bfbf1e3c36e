/* Files of a folder, by their suffixes or by a pattern.
 *
 * Names that begin with a dot are left out, and links to folders are not followed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "catalogue.h"

#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_DEPTH = 64 };

struct finding {
    struct tw_arena *arena;
    struct tw_paths *paths;
    struct tw_error *err;
};

/* A folder's entry. */
struct entry {
    const char *path, *name;
    bool is_folder, is_link;
};

typedef enum tw_status (*visitor)(const struct finding *finding, const struct entry *entry,
                                  const char *pattern, int depth);

bool tw_glob_is_pattern(const char *text)
{
    return strpbrk(text, "*?[") != NULL;
}

static enum tw_status add(const struct finding *finding, const char *path)
{
    struct tw_paths *paths = finding->paths;
    if (paths->count == paths->capacity) {
        size_t capacity = paths->capacity * 2 + 64;
        const char **grown = tw_arena_calloc(finding->arena, capacity, sizeof(*grown));
        if (grown == NULL)
            return tw_error_nomem(finding->err);
        if (paths->count > 0)
            memcpy(grown, paths->paths, paths->count * sizeof(*grown));
        paths->paths = grown;
        paths->capacity = capacity;
    }
    paths->paths[paths->count++] = path;
    return TW_OK;
}

/* False for what is neither a file nor a folder. */
static bool look_at(struct entry *entry, const struct dirent *found)
{
    struct stat status;
    entry->is_link = found->d_type == DT_LNK;
    entry->is_folder = found->d_type == DT_DIR;
    if (found->d_type == DT_REG || found->d_type == DT_DIR)
        return true;
    if (found->d_type == DT_UNKNOWN && lstat(entry->path, &status) == 0)
        entry->is_link = S_ISLNK(status.st_mode);
    if (stat(entry->path, &status) != 0)
        return false;
    entry->is_folder = S_ISDIR(status.st_mode);
    return entry->is_folder || S_ISREG(status.st_mode);
}

static enum tw_status each_entry(const struct finding *finding, const char *folder, visitor visit,
                                 const char *pattern, int depth)
{
    DIR *opened = opendir(folder[0] != '\0' ? folder : ".");
    if (opened == NULL && (errno == ENOENT || errno == ENOTDIR) && depth > 0)
        return TW_OK;
    if (opened == NULL)
        return tw_error_set(finding->err, TW_EINPUT, "cannot read the folder '%s': %s", folder,
                            strerror(errno));
    enum tw_status status = TW_OK;
    for (struct dirent *found; status == TW_OK && (found = readdir(opened)) != NULL;) {
        if (found->d_name[0] == '.')
            continue;
        struct entry entry = {.path = tw_path_join(finding->arena, folder, found->d_name)};
        if (entry.path == NULL)
            status = tw_error_nomem(finding->err);
        else if (look_at(&entry, found)) {
            entry.name = tw_path_name(entry.path);
            status = visit(finding, &entry, pattern, depth);
        }
    }
    closedir(opened);
    return status;
}

static enum tw_status find(const struct finding *finding, const char *folder, const char *pattern, int depth);

/* What follows the first segment of a pattern; NULL when it is the last. */
static const char *rest_of(const char *pattern)
{
    const char *slash = strchr(pattern, '/');
    return slash != NULL ? slash + strspn(slash, "/") : NULL;
}

static bool begins_with_any_folders(const char *pattern)
{
    return strncmp(pattern, "**", 2) == 0 && (pattern[2] == '/' || pattern[2] == '\0');
}

/* `**`: the rest of the pattern is looked for in every folder below, too. */
static enum tw_status match_below(const struct finding *finding, const struct entry *entry,
                                  const char *pattern, int depth)
{
    if (entry->is_folder)
        return entry->is_link ? TW_OK : find(finding, entry->path, pattern, depth + 1);
    return rest_of(pattern) == NULL ? add(finding, entry->path) : TW_OK;
}

static enum tw_status match_name(const struct finding *finding, const struct entry *entry,
                                 const char *pattern, int depth)
{
    const char *rest = rest_of(pattern);
    char *segment = tw_arena_strndup(finding->arena, pattern, strcspn(pattern, "/"));
    if (segment == NULL)
        return tw_error_nomem(finding->err);
    if (fnmatch(segment, entry->name, FNM_PERIOD) != 0)
        return TW_OK;
    if (rest != NULL)
        return entry->is_folder ? find(finding, entry->path, rest, depth + 1) : TW_OK;
    return entry->is_folder ? TW_OK : add(finding, entry->path);
}

/* A segment without wildcards is a name. */
static enum tw_status find_by_name(const struct finding *finding, const char *folder, const char *pattern,
                                   int depth)
{
    const char *rest = rest_of(pattern);
    char *segment = tw_arena_strndup(finding->arena, pattern, strcspn(pattern, "/"));
    char *path = segment != NULL ? tw_path_join(finding->arena, folder, segment) : NULL;
    if (path == NULL)
        return tw_error_nomem(finding->err);
    if (rest != NULL)
        return find(finding, path, rest, depth + 1);
    return tw_file_exists(path) && !tw_is_folder(path) ? add(finding, path) : TW_OK;
}

static enum tw_status find(const struct finding *finding, const char *folder, const char *pattern, int depth)
{
    if (depth > MAX_DEPTH)
        return TW_OK;
    if (!begins_with_any_folders(pattern)) {
        size_t length = strcspn(pattern, "/");
        bool is_name = strcspn(pattern, "*?[") >= length;
        return is_name ? find_by_name(finding, folder, pattern, depth)
                       : each_entry(finding, folder, match_name, pattern, depth + 1);
    }
    const char *rest = rest_of(pattern);
    enum tw_status status = rest != NULL ? find(finding, folder, rest, depth) : TW_OK;
    return status == TW_OK ? each_entry(finding, folder, match_below, pattern, depth + 1) : status;
}

bool tw_glob_is_raster_name(const char *name)
{
    static const char *const suffixes[] = {".tif",  ".tiff", ".vrt", ".jp2", ".png", ".jpg", ".jpeg",
                                           ".webp", ".img",  ".asc", ".bil", ".hgt", ".dem"};
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        if (tw_path_has_suffix(name, suffixes[i]))
            return true;
    return false;
}

static enum tw_status match_rasters(const struct finding *finding, const struct entry *entry,
                                    const char *pattern, int depth)
{
    if (!entry->is_folder)
        return tw_glob_is_raster_name(entry->name) ? add(finding, entry->path) : TW_OK;
    if (entry->is_link || depth > MAX_DEPTH)
        return TW_OK;
    return each_entry(finding, entry->path, match_rasters, pattern, depth + 1);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A pattern such as `**` twice finds files more than once. */
static void sort(struct tw_paths *paths)
{
    size_t kept = 0;
    if (paths->count > 0)
        qsort(paths->paths, paths->count, sizeof(*paths->paths), by_path);
    for (size_t i = 0; i < paths->count; i++)
        if (kept == 0 || strcmp(paths->paths[kept - 1], paths->paths[i]) != 0)
            paths->paths[kept++] = paths->paths[i];
    paths->count = kept;
}

enum tw_status tw_glob_find(struct tw_arena *arena, const char *folder, const char *pattern,
                            struct tw_paths *paths, struct tw_error *err)
{
    const struct finding finding = {arena, paths, err};
    bool is_absolute = pattern[0] == '/';
    enum tw_status status =
        find(&finding, is_absolute ? "/" : folder, pattern + (is_absolute ? strspn(pattern, "/") : 0), 0);
    sort(paths);
    return status;
}

enum tw_status tw_glob_find_rasters(struct tw_arena *arena, const char *folder, struct tw_paths *paths,
                                    struct tw_error *err)
{
    const struct finding finding = {arena, paths, err};
    enum tw_status status = each_entry(&finding, folder, match_rasters, NULL, 0);
    sort(paths);
    return status;
}
