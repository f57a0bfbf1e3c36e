/* tile_records.h - what a run keeps beside its tiles, for those who change the tiles without being a run.
 *
 * The lock says that nobody else changes them; the journal, if there is one, must not go on saying that a
 * metatile is done when its tiles were changed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TILE_RECORDS_H
#define TW_TILE_RECORDS_H

#include "storage.h"
#include "tile_output.h"

struct tw_tile_records;

/* Locks the folder. TW_EUSAGE when a run holds the lock, or the journal's metatiles are not known;
 * TW_ESTORAGE. The output is borrowed. On success *records is owned by the caller. */
enum tw_status tw_tile_records_open(const struct tw_tile_output *output, struct tw_tile_records **records,
                                    struct tw_error *err);

/* Records at once that the tile is to be made anew, with all of its metatile. From any thread. */
enum tw_status tw_tile_records_forget(struct tw_tile_records *records, const struct tw_tile *tile,
                                      struct tw_error *err);
/* Waits until that is safe on the disk. */
enum tw_status tw_tile_records_sync(struct tw_tile_records *records, struct tw_error *err);

/* A store for files below the folder; what is put there appears after what was recorded before. labels: of
 * files in object storage; may be NULL; borrowed. */
enum tw_status tw_tile_records_store(const struct tw_tile_records *records,
                                     const struct tw_bucket_labels *labels, struct tw_store **store,
                                     struct tw_error *err);

/* Gives the lock up and takes away what nobody needs. Accepts NULL. */
void tw_tile_records_close(struct tw_tile_records *records);

#endif
