/* SPDX-License-Identifier: MIT */
#include "tile_records.h"

#include "file.h"
#include "journal.h"
#include "lock.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tw_tile_records {
    const struct tw_tile_output *output;
    struct tw_arena *arena;
    char *work;
    struct tw_lock *lock;
    struct tw_journal *journal; /* NULL: there is none */
};

static enum tw_status open_journal(struct tw_tile_records *records, struct tw_error *err)
{
    char *path = tw_arena_printf(records->arena, "%s/journal", records->work);
    if (path == NULL)
        return tw_error_nomem(err);
    if (!tw_file_exists(path))
        return TW_OK;
    if (records->output->process_metatiling == 0)
        return tw_error_set(err, TW_EUSAGE,
                            "'%s/metadata.json' does not say what metatiles its tiles were made in "
                            "(tilewright.process_metatiling); run 'tilewright execute' on it once",
                            records->output->folder);
    struct tw_journal_spec spec = {.path = path};
    return tw_journal_open(&spec, &records->journal, err);
}

enum tw_status tw_tile_records_open(const struct tw_tile_output *output, struct tw_tile_records **records,
                                    struct tw_error *err)
{
    struct tw_tile_records *opened = calloc(1, sizeof(*opened));
    if (opened == NULL || (opened->arena = tw_arena_new(0)) == NULL) {
        free(opened);
        return tw_error_nomem(err);
    }
    opened->output = output;
    opened->work = tw_arena_printf(opened->arena, "%s/.tilewright", output->folder);
    char *lock = tw_arena_printf(opened->arena, "%s/.tilewright/lock", output->folder);
    enum tw_status status =
        opened->work != NULL && lock != NULL ? tw_make_folders(opened->work, err) : tw_error_nomem(err);
    if (status == TW_OK)
        status = tw_lock_take(lock, output->folder, &opened->lock, err);
    if (status == TW_OK) {
        tw_folder_sweep(opened->work);
        status = open_journal(opened, err);
    }
    if (status != TW_OK) {
        tw_tile_records_close(opened);
        return status;
    }
    *records = opened;
    return TW_OK;
}

enum tw_status tw_tile_records_forget(struct tw_tile_records *records, const struct tw_tile *tile,
                                      struct tw_error *err)
{
    if (records->journal == NULL)
        return TW_OK;
    struct tw_pyramid process = records->output->pyramid;
    process.metatiling = records->output->process_metatiling;
    struct tw_tile_range range = tw_tile_intersecting(&records->output->pyramid, tile, &process);
    for (int64_t row = range.first_row; row <= range.last_row; row++)
        for (int64_t col = range.first_col; col <= range.last_col; col++) {
            struct tw_tile metatile = {tile->zoom, row, col};
            enum tw_status status =
                tw_journal_outdate(records->journal, tile->zoom, tw_tile_hilbert(&process, &metatile), err);
            if (status != TW_OK)
                return status;
        }
    return TW_OK;
}

enum tw_status tw_tile_records_sync(struct tw_tile_records *records, struct tw_error *err)
{
    return records->journal != NULL ? tw_journal_sync(records->journal, err) : TW_OK;
}

enum tw_status tw_tile_records_store(const struct tw_tile_records *records,
                                     const struct tw_bucket_labels *labels, struct tw_store **store,
                                     struct tw_error *err)
{
    char *temporary = tw_arena_printf(records->arena, "%s/tmp", records->work);
    if (temporary == NULL)
        return tw_error_nomem(err);
    const struct tw_store_place place = {records->output->folder, temporary, labels};
    return tw_store_open(&place, NULL, NULL, store, err);
}

/* The work folder goes if nothing is in it. */
void tw_tile_records_close(struct tw_tile_records *records)
{
    if (records == NULL)
        return;
    tw_journal_close(records->journal);
    tw_lock_release(records->lock);
    if (records->work != NULL && !tw_path_is_bucket(records->work))
        rmdir(records->work);
    tw_arena_free(records->arena);
    free(records);
}
