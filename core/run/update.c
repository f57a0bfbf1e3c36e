/* SPDX-License-Identifier: MIT */
#include "update.h"
#include "inputs.h"

#include "file.h"
#include "log.h"

#include <stdio.h>
#include <string.h>

enum { NAMED_CHANGES = 3 };

struct looking {
    const struct tw_plan *plan;
    struct tw_arena *arena;
    char *path, *seen_path;
    struct tw_contents *contents;
    struct tw_inputs now;
    struct tw_inventory old;
    bool has_old;
    struct tw_changes changes;
    char *words; /* what has changed */
};

static void free_looking(struct looking *looking)
{
    tw_contents_free(looking->contents);
    tw_arena_free(looking->arena);
}

/* `'a.tif' replaced, 'b.tif' added and 3 more`. */
static void add_names(const struct tw_changes *changes, struct tw_text *text)
{
    static const char *const kinds[] = {
        [TW_CHANGE_ADDED] = "added", [TW_CHANGE_REMOVED] = "removed", [TW_CHANGE_REPLACED] = "replaced"};
    size_t named = 0;
    for (size_t i = 0; i < changes->count && named < NAMED_CHANGES; i++)
        if (!changes->items[i].is_frame)
            tw_text_printf(text, "%s'%s' %s", named++ > 0 ? ", " : "", changes->items[i].id,
                           kinds[changes->items[i].kind]);
    if (changes->num_named > NAMED_CHANGES)
        tw_text_printf(text, " and %zu more", changes->num_named - NAMED_CHANGES);
}

static bool any_change(const struct looking *looking)
{
    return looking->changes.count > 0 || looking->changes.is_common;
}

/* Whether there is more to tell than that an area is given in other numbers. */
static bool any_name(const struct looking *looking)
{
    return looking->changes.num_named > 0 || looking->changes.is_common;
}

/* `3 inputs have changed since 'out' was made ('a.tif' replaced, ...)`. */
static enum tw_status put_into_words(struct looking *looking, struct tw_error *err)
{
    const struct tw_changes *changes = &looking->changes;
    struct tw_text text = {0};
    if (changes->num_named == 0)
        tw_text_printf(&text, "what all tiles depend on has changed since '%s' was made",
                       tw_sink_path(looking->plan->sink));
    else
        tw_text_printf(&text, "%zu input%s changed since '%s' was made (", changes->num_named,
                       changes->num_named == 1 ? " has" : "s have", tw_sink_path(looking->plan->sink));
    add_names(changes, &text);
    tw_text_add(&text, changes->num_named > 0 ? ")" : "");
    looking->words = text.failed ? NULL : tw_arena_strdup(looking->arena, tw_text_get(&text));
    tw_text_free(&text);
    return looking->words != NULL ? TW_OK : tw_error_nomem(err);
}

/* With prepare, a change of any input may change every tile. */
static enum tw_status compare(struct looking *looking, struct tw_error *err)
{
    looking->old.arena = looking->arena;
    looking->has_old = tw_file_exists(looking->path);
    if (!looking->has_old)
        return TW_OK;
    enum tw_status status = tw_inventory_read(&looking->old, looking->path, err);
    if (status == TW_OK)
        status = tw_inventory_compare(&looking->old, &looking->now.inventory,
                                      looking->plan->declaration->has_prepare, &looking->changes, err);
    return status == TW_OK ? put_into_words(looking, err) : status;
}

static enum tw_status look(const struct tw_plan *plan, struct looking *looking, struct tw_error *err)
{
    *looking = (struct looking){.plan = plan, .arena = tw_arena_new(0)};
    if (looking->arena == NULL)
        return tw_error_nomem(err);
    looking->path = tw_sink_beside(plan->sink, "inputs", looking->arena);
    looking->seen_path = tw_sink_beside(plan->sink, "seen", looking->arena);
    if (looking->path == NULL || looking->seen_path == NULL)
        return tw_error_nomem(err);
    looking->contents = tw_contents_open(looking->seen_path);
    if (looking->contents == NULL)
        return tw_error_nomem(err);
    looking->now.inventory.arena = looking->arena;
    return tw_inputs_take(plan, looking->contents, &looking->now, err);
}

static enum tw_status keep(const struct looking *looking, bool is_updated, struct tw_error *err)
{
    struct tw_inventory kept = {.arena = looking->arena};
    enum tw_status status =
        tw_inventory_merge(&looking->old, &looking->now.inventory, &looking->changes, is_updated, &kept, err);
    return status == TW_OK ? tw_inventory_write(&kept, looking->path, err) : status;
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void tell(const struct looking *looking, uint64_t made, uint64_t removed)
{
    bool is_one = looking->changes.num_named == 1;
    const char *why =
        looking->plan->declaration->has_prepare ? "the script has prepare, so everything counts; " : "";
    char more[64] = "";
    if (removed > 0)
        snprintf(more, sizeof(more), ", %llu removed", (unsigned long long)removed);
    tw_log_info("%s: %sthe %llu metatile%s that %s touch%s %s made anew%s", looking->words, why,
                (unsigned long long)made, plural(made), is_one ? "it" : "they", is_one ? "es" : "",
                made == 1 ? "is" : "are", more);
}

/* First the journal, then the inventory. */
static enum tw_status mark(const struct looking *looking, struct tw_writer *writer, bool is_quiet,
                           struct tw_error *err)
{
    struct tw_touched touched;
    enum tw_status status = tw_touch(looking->plan, &looking->changes, writer, true, &touched, err);
    if (status == TW_OK)
        status = tw_sink_flush(looking->plan->sink, err);
    if (status == TW_OK)
        status = keep(looking, true, err);
    if (status == TW_OK && !is_quiet && any_name(looking))
        tell(looking, touched.total - touched.removed, touched.removed);
    return status;
}

/* Tiles that are made for the first time need no --update. */
static enum tw_status warn(const struct looking *looking, struct tw_writer *writer, struct tw_error *err)
{
    struct tw_touched touched;
    enum tw_status status = tw_touch(looking->plan, &looking->changes, writer, false, &touched, err);
    if (status != TW_OK || touched.computed == 0)
        return status == TW_OK ? keep(looking, true, err) : status;
    if (tw_sink_is_assembled(looking->plan->sink)) {
        tw_log_warn("%s; the file stays as it is, --update makes it anew", looking->words);
        return TW_OK;
    }
    tw_log_warn("%s; what is done stays as it is, --update makes the %llu metatile%s that %s touch%s anew",
                looking->words, (unsigned long long)touched.total, plural(touched.total),
                looking->changes.num_named == 1 ? "it" : "they", looking->changes.num_named == 1 ? "es" : "");
    return keep(looking, false, err);
}

static enum tw_status follow_changes(const struct looking *looking, const struct tw_run_options *options,
                                     struct tw_error *err)
{
    struct tw_writer *writer = tw_writer_new(looking->plan->sink);
    if (writer == NULL)
        return tw_error_nomem(err);
    enum tw_status status = options->update
                                ? mark(looking, writer, options->progress == TW_PROGRESS_QUIET, err)
                                : warn(looking, writer, err);
    tw_writer_free(writer);
    return status;
}

enum tw_status tw_update_no_record(const struct tw_plan *plan, struct tw_error *err)
{
    return tw_error_set(err, TW_EUSAGE,
                        "'%s' was made without a record of its inputs, so what has changed since is not "
                        "known; use --overwrite to make everything anew, with a record",
                        tw_sink_path(plan->sink));
}

static enum tw_status follow(struct looking *looking, const struct tw_run_options *options, bool *again,
                             struct tw_error *err)
{
    if (tw_sink_is_new(looking->plan->sink))
        return tw_inventory_write(&looking->now.inventory, looking->path, err);
    enum tw_status status = compare(looking, err);
    if (status != TW_OK)
        return status;
    if (!looking->has_old)
        return options->update ? tw_update_no_record(looking->plan, err) : TW_OK;
    if (!any_change(looking))
        return keep(looking, true, err);
    *again = options->update && any_name(looking) && tw_sink_is_assembled(looking->plan->sink);
    if (!*again)
        return follow_changes(looking, options, err);
    if (options->progress != TW_PROGRESS_QUIET)
        tw_log_info("%s: a single file keeps no tiles, all of it is made anew", looking->words);
    return TW_OK;
}

enum tw_status tw_update_begin(struct tw_plan *plan, const struct tw_run_options *options, bool *again,
                               struct tw_error *err)
{
    struct looking looking = {0};
    *again = false;
    if (options->no_record)
        return TW_OK;
    if (!tw_sink_keeps(plan->sink))
        return options->update
                   ? tw_error_set(err, TW_EUSAGE, "--update: this output keeps no record of its inputs")
                   : TW_OK;
    enum tw_status status = look(plan, &looking, err);
    if (status == TW_OK)
        status = follow(&looking, options, again, err);
    if (status == TW_OK)
        status = tw_contents_write(looking.contents, looking.now.looks, looking.now.inventory.count, err);
    free_looking(&looking);
    return status;
}

enum tw_status tw_update_foresee(const struct tw_plan *plan, struct tw_touched *touched, const char **words,
                                 bool *known, struct tw_error *err)
{
    struct looking looking = {0};
    *words = NULL;
    *touched = (struct tw_touched){0};
    *known = false;
    if (!tw_sink_keeps(plan->sink))
        return TW_OK;
    enum tw_status status = look(plan, &looking, err);
    if (status == TW_OK)
        status = compare(&looking, err);
    *known = looking.has_old;
    if (status == TW_OK && looking.has_old && any_name(&looking)) {
        *words = tw_arena_strdup(plan->arena, looking.words);
        status = tw_touch(plan, &looking.changes, NULL, false, touched, err);
    }
    free_looking(&looking);
    return status;
}
