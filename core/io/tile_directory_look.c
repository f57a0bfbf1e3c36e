/* What lies in a folder of tiles before a run, found without touching anything; whether it fits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "tile_directory.h"
#include "file.h"
#include "journal.h"
#include "lock.h"
#include "spool.h"
#include "tile_metadata.h"

#include <stdlib.h>
#include <string.h>

enum tw_difference tw_directory_compare(char *stored, const struct tw_sink_begin *begin)
{
    char *settings = strchr(stored, '\n');
    if (settings != NULL) {
        *settings++ = '\0';
        settings[strcspn(settings, "\n")] = '\0';
    }
    if (strcmp(stored, begin->fingerprint) == 0)
        return TW_DIFFERS_NOT;
    bool is_inputs = settings != NULL && begin->settings != NULL && strcmp(settings, begin->settings) == 0;
    return is_inputs ? TW_DIFFERS_IN_INPUTS : TW_DIFFERS_IN_SETTINGS;
}

enum tw_status tw_directory_changed(const char *path, const struct tw_sink_begin *begin,
                                    enum tw_difference difference, struct tw_error *err)
{
    const char *retry = begin->has_failed ? "--retry-failed to make only what failed, " : "";
    bool is_inputs = difference == TW_DIFFERS_IN_INPUTS;
    if (difference == TW_DIFFERS_NOT || (is_inputs && begin->update))
        return TW_OK;
    if (begin->is_preview)
        return tw_error_set(err, TW_EUSAGE,
                            "'%s' was made %s (changed since), and two versions are not mixed: --mode "
                            "overwrite makes it anew, --mode readonly shows what is there",
                            path, is_inputs ? "from other inputs" : "with another configuration or script");
    if (begin->update)
        return tw_sink_settings_changed(path, err);
    if (is_inputs)
        return tw_error_set(
            err, TW_EUSAGE,
            "'%s' was made from other inputs ('input' has changed since); use --update to make "
            "anew what that touches, --overwrite to make everything anew, %sor another output.path",
            path, retry);
    return tw_error_set(err, TW_EUSAGE,
                        "'%s' was made with another configuration or script (changed since); use --overwrite "
                        "to make it anew, %sor another output.path",
                        path, retry);
}

/* Without records of a run, as in a copy: what metadata.json says, if it can be read. */
static char *fingerprint_of_metadata(const struct tw_directory_spec *spec, struct tw_arena *arena)
{
    struct tw_tile_output output = {.folder = spec->root};
    struct tw_error ignored;
    bool found = false;
    if (!spec->has_metadata || tw_tile_metadata_read(&output, arena, &found, &ignored) != TW_OK ||
        output.fingerprint == NULL)
        return NULL;
    return tw_arena_printf(arena, "%s\n%s", output.fingerprint,
                           output.settings != NULL ? output.settings : "");
}

enum tw_status tw_directory_fingerprint(const struct tw_directory_spec *spec, struct tw_arena *arena,
                                        char **fingerprint, struct tw_error *err)
{
    char *path = tw_arena_printf(arena, "%s/fingerprint", spec->work), *text;
    size_t size;
    *fingerprint = NULL;
    if (path == NULL)
        return tw_error_nomem(err);
    enum tw_status status = tw_file_read_found(arena, path, 4096, &text, &size, err);
    if (status != TW_OK)
        return status;
    *fingerprint = text != NULL ? text : fingerprint_of_metadata(spec, arena);
    return TW_OK;
}

/* *has_tiles: the journal knows of some. */
static enum tw_status look_at_journal(const char *path, bool *has_tiles, struct tw_error *err)
{
    struct tw_journal_spec spec = {.path = path, .look = true};
    struct tw_journal *journal = NULL;
    enum tw_status status = tw_journal_open(&spec, &journal, err);
    *has_tiles = status == TW_OK && !tw_journal_is_empty(journal);
    tw_journal_close(journal);
    return status;
}

static enum tw_status look(const struct tw_directory_spec *spec, const struct tw_sink_begin *begin,
                           struct tw_arena *arena, enum tw_sink_found *found, struct tw_error *err)
{
    char *journal = tw_arena_printf(arena, "%s/journal", spec->work);
    char *fingerprint;
    bool has_tiles = false;
    *found = TW_FOUND_NOTHING;
    if (journal == NULL)
        return tw_error_nomem(err);
    bool is_begun = tw_file_exists(journal);
    enum tw_status status = tw_directory_fingerprint(spec, arena, &fingerprint, err);
    if (status == TW_OK && is_begun)
        status = look_at_journal(journal, &has_tiles, err);
    else if (status == TW_OK)
        has_tiles = spec->has_metadata && tw_directory_holds_files(spec->root);
    if (status == TW_OK && has_tiles && spec->is_spooled)
        status = tw_spool_look(spec->root, arena, err);
    if (status != TW_OK || !has_tiles)
        return status;
    *found = is_begun ? TW_FOUND_BEGUN : TW_FOUND_FILES;
    if (fingerprint == NULL)
        return TW_OK;
    return tw_directory_changed(spec->sink->path, begin, tw_directory_compare(fingerprint, begin), err);
}

enum tw_status tw_directory_look(const struct tw_directory_spec *spec, const struct tw_sink_begin *begin,
                                 enum tw_sink_found *found, struct tw_problems *problems)
{
    struct tw_error err = {0};
    struct tw_arena *arena = tw_arena_new(0);
    const char *lock = arena == NULL        ? NULL
                       : spec->lock != NULL ? spec->lock
                                            : tw_arena_printf(arena, "%s/lock", spec->work);
    if (lock == NULL) {
        tw_arena_free(arena);
        return TW_ENOMEM;
    }
    enum tw_status status = TW_OK;
    if (tw_lock_look(lock, spec->sink->path, &err) != TW_OK)
        tw_problems_add_error(problems, &err);
    if ((status = look(spec, begin, arena, found, &err)) != TW_OK)
        tw_problems_add_error(problems, &err);
    tw_arena_free(arena);
    return status == TW_ENOMEM ? TW_ENOMEM : TW_OK;
}
