/* SPDX-License-Identifier: MIT */
#include "single_file.h"
#include "file.h"
#include "hash.h"
#include "tile_output.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Beside the file; or, for one in object storage, on this machine:
 * `/var/tmp/tilewright-0/HASH-out.tif.tilewright`. */
static const char *find_folder(const struct tw_sink *sink)
{
    if (!tw_path_is_bucket(sink->path))
        return tw_arena_printf(sink->arena, "%s.tilewright", sink->path);
    const char *url = tw_bucket_clean_url(sink->arena, sink->path), *place = getenv("TMPDIR");
    if (url == NULL)
        return NULL;
    return tw_arena_printf(sink->arena, "%s/tilewright-%ld/%016" PRIx64 "-%s.tilewright",
                           place != NULL && place[0] != '\0' ? place : "/var/tmp", (long)geteuid(),
                           tw_hash(url, strlen(url)), tw_path_name(url));
}

/* Others must not get in between: everybody may write where temporary folders are. */
static enum tw_status make_private(const struct tw_single_file *file, struct tw_error *err)
{
    struct stat info;
    char *parent = tw_path_folder(file->sink->arena, file->folder);
    if (!tw_path_is_bucket(file->sink->path))
        return TW_OK;
    if (parent == NULL)
        return tw_error_nomem(err);
    if (mkdir(parent, 0700) != 0 && errno != EEXIST)
        return tw_error_set(err, TW_ESTORAGE, "cannot make the folder '%s': %s", parent, strerror(errno));
    if (lstat(parent, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid())
        return TW_OK;
    return tw_error_set(err, TW_ESTORAGE, "cannot use the folder '%s': it belongs to somebody else", parent);
}

bool tw_single_init(struct tw_single_file *file, struct tw_sink *sink)
{
    file->sink = sink;
    file->folder = find_folder(sink);
    const char *lock = tw_arena_printf(sink->arena, "%s.tilewright/lock", sink->path);
    if (file->folder == NULL || lock == NULL)
        return false;
    struct tw_directory_spec tiles = {.sink = sink,
                                      .root = file->folder,
                                      .work = file->folder,
                                      .lock = lock,
                                      .schema = tw_tile_default_schema,
                                      .is_spooled = file->is_spooled,
                                      .is_bare = file->is_bare};
    file->tiles = tw_directory_new(&tiles);
    return file->tiles != NULL;
}

/* In object storage the fingerprint is kept with the file. */
static enum tw_status look_at_file(const struct tw_single_file *file, bool *exists, const char **fingerprint,
                                   struct tw_error *err)
{
    const char *path = file->sink->path;
    struct tw_bucket *bucket = NULL;
    struct tw_bucket_file there;
    *fingerprint = NULL;
    if (!tw_path_is_bucket(path) || file->marker != NULL) {
        const char *told =
            tw_path_is_bucket(path) ? tw_path_join(file->sink->arena, path, file->marker) : path;
        *exists = told != NULL && tw_file_exists(told);
        *fingerprint = *exists ? file->read_fingerprint(path, file->sink->arena) : NULL;
        return told != NULL ? TW_OK : tw_error_nomem(err);
    }
    enum tw_status status = tw_bucket_open(path, &bucket, err);
    if (status == TW_OK)
        status = tw_bucket_look(bucket, "", &there, err);
    *exists = status == TW_OK && there.found;
    if (*exists && there.fingerprint[0] != '\0')
        *fingerprint = tw_arena_strdup(file->sink->arena, there.fingerprint);
    tw_bucket_close(bucket);
    return status;
}

/* Whether tiles lie in the folder; of one that is being removed the journal goes first. */
static bool is_begun(const struct tw_single_file *file)
{
    char *journal;
    if (asprintf(&journal, "%s/journal", file->folder) < 0)
        return true;
    bool begun = tw_file_exists(journal);
    free(journal);
    return begun;
}

static enum tw_status check_existing(struct tw_single_file *file, const struct tw_sink_begin *begin,
                                     struct tw_error *err)
{
    const char *path = file->sink->path, *found;
    bool exists;
    if (begin->overwrite || is_begun(file))
        return TW_OK;
    enum tw_status status = look_at_file(file, &exists, &found, err);
    if (status != TW_OK || !exists)
        return status;
    file->is_done = found != NULL && strcmp(found, file->fingerprint) == 0;
    if (file->is_done)
        return TW_OK;
    size_t length = begin->settings != NULL ? strlen(begin->settings) : 0;
    bool is_ours = length > 0 && found != NULL && strncmp(found, begin->settings, length) == 0;
    if (begin->update && is_ours)
        return TW_OK; /* no tile is left of it: all of it is made anew */
    if (begin->update && found != NULL)
        return tw_sink_settings_changed(path, err);
    return tw_error_set(err, TW_EUSAGE, "'%s' exists already; use --overwrite to replace it", path);
}

/* A file of another area, or of a part of it, is another file. */
static bool set_fingerprint(struct tw_single_file *file, const struct tw_sink_begin *begin)
{
    const char *part = file->is_pyramid && begin->is_partial ? " part" : "";
    file->fingerprint =
        tw_arena_printf(file->sink->arena, "%s%s%s %s%s", begin->settings != NULL ? begin->settings : "",
                        begin->settings != NULL ? " " : "", begin->fingerprint, file->extent, part);
    return file->fingerprint != NULL;
}

enum tw_status tw_single_look(void *state, const struct tw_sink_begin *begin, enum tw_sink_found *found,
                              struct tw_problems *problems)
{
    struct tw_single_file *file = state;
    struct tw_error err = {0};
    if (!set_fingerprint(file, begin))
        return TW_ENOMEM;
    enum tw_status status = tw_directory_look(tw_directory_spec(file->tiles), begin, found, problems);
    if (status == TW_OK && check_existing(file, begin, &err) != TW_OK)
        tw_problems_add_error(problems, &err);
    if (file->is_done)
        *found = TW_FOUND_DONE;
    return status;
}

static bool remove_tree(const char *path);

static bool remove_inside(const char *path, const char *name)
{
    char *inside;
    if (asprintf(&inside, "%s/%s", path, name) < 0)
        return false;
    bool removed = tw_is_folder(inside) ? remove_tree(inside) : unlink(inside) == 0;
    free(inside);
    return removed;
}

static bool remove_tree(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return false;
    bool removed = true;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            removed = remove_inside(path, entry->d_name) && removed;
    closedir(folder);
    return rmdir(path) == 0 && removed;
}

/* The journal first: what lies in a folder without one does not count. */
static bool remove_folder(const struct tw_single_file *file)
{
    struct tw_error ignored;
    char *journal = tw_arena_printf(file->sink->arena, "%s/journal", file->folder);
    return journal != NULL && tw_file_remove(journal, &ignored) == TW_OK && remove_tree(file->folder);
}

/* Of a run that was killed after the file had got its name; nobody must be at work there now. */
static void remove_leftovers(const struct tw_single_file *file)
{
    struct tw_lock_holder holder;
    const char *lock = tw_directory_spec(file->tiles)->lock;
    if (tw_is_folder(file->folder) && !tw_lock_is_held(lock, &holder))
        remove_folder(file);
}

enum tw_status tw_single_begin(void *state, const struct tw_sink_begin *begin, struct tw_error *err)
{
    struct tw_single_file *file = state;
    file->is_done = false;
    file->cancel = begin->cancel;
    if (!set_fingerprint(file, begin))
        return tw_error_nomem(err);
    enum tw_status status = check_existing(file, begin, err);
    if (status == TW_OK && !file->is_done)
        status = make_private(file, err);
    if (status == TW_OK && file->is_done)
        remove_leftovers(file);
    return status != TW_OK || file->is_done ? status : tw_directory_begin(file->tiles, begin, err);
}

bool tw_single_is_new(const void *state)
{
    const struct tw_single_file *file = state;
    return !file->is_done && tw_directory_is_new(file->tiles);
}

static enum tw_status finish_file(struct tw_single_file *file, struct tw_error *err)
{
    enum tw_status status = file->assemble(file, err);
    if (status != TW_OK)
        return status;
    tw_directory_free(file->tiles);
    file->tiles = NULL;
    if (!remove_folder(file))
        return tw_error_set(err, TW_ESTORAGE, "cannot remove the folder '%s': %s", file->folder,
                            strerror(errno));
    return TW_OK;
}

/* The store stays open while the file is assembled: it reads the tiles through it. */
enum tw_status tw_single_end(void *state, bool complete, struct tw_error *err)
{
    struct tw_single_file *file = state;
    if (file->is_done)
        return TW_OK;
    enum tw_status status = TW_OK;
    if (complete && (status = tw_directory_flush(file->tiles, err)) == TW_OK)
        return finish_file(file, err);
    if (status == TW_OK)
        status = tw_directory_finish_files(file->tiles, err);
    tw_directory_unlock(file->tiles);
    return status;
}

enum tw_status tw_single_put(void *state, const struct tw_sink_put *put, struct tw_arena *scratch,
                             struct tw_error *err)
{
    return tw_directory_put(((struct tw_single_file *)state)->tiles, put, scratch, err);
}

enum tw_status tw_single_remove(void *state, const struct tw_tile *tile, struct tw_arena *scratch,
                                struct tw_error *err)
{
    return tw_directory_remove(((struct tw_single_file *)state)->tiles, tile, scratch, err);
}

enum tw_status tw_single_get(void *state, const struct tw_tile *tile, struct tw_arena *arena,
                             struct tw_blob *blob, struct tw_error *err)
{
    struct tw_single_file *file = state;
    blob->found = false;
    return file->is_done ? TW_OK : tw_directory_get(file->tiles, tile, arena, blob, err);
}

enum tw_status tw_single_finish(void *state, const struct tw_tile *metatile, uint32_t files,
                                struct tw_error *err)
{
    return tw_directory_finish(((struct tw_single_file *)state)->tiles, metatile, files, err);
}

enum tw_status tw_single_is_done(void *state, const struct tw_tile *metatile, struct tw_arena *scratch,
                                 bool *done, struct tw_error *err)
{
    struct tw_single_file *file = state;
    *done = true;
    return file->is_done ? TW_OK : tw_directory_is_done(file->tiles, metatile, scratch, done, err);
}

bool tw_single_is_assembled(const void *state)
{
    return ((const struct tw_single_file *)state)->is_done;
}

bool tw_single_is_known(void *state, const struct tw_tile *metatile)
{
    struct tw_single_file *file = state;
    return file->is_done || tw_directory_is_known(file->tiles, metatile);
}

enum tw_status tw_single_flush(void *state, struct tw_error *err)
{
    return tw_directory_flush(((struct tw_single_file *)state)->tiles, err);
}

/* Hidden, and not in the folder, which is removed with the tiles. */
char *tw_single_beside(const void *state, const char *name, struct tw_arena *arena)
{
    const char *path = ((const struct tw_single_file *)state)->sink->path, *file = tw_path_name(path);
    return tw_arena_printf(arena, "%.*s.%s.%s", (int)(file - path), path, file, name);
}

enum tw_status tw_single_outdate(void *state, const struct tw_tile *metatile, struct tw_error *err)
{
    return tw_directory_outdate(((struct tw_single_file *)state)->tiles, metatile, err);
}
