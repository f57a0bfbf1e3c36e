/* contents.h - tags of what files hold: the same tag, the same content.
 *
 * Local files are read: small ones whole, of large ones (over 8 MiB) 32 pieces, and these count as changed
 * when their time of change differs, too. A file is not read again as long as size, inode, time of
 * modification and time of status change (which programs cannot set) are what they were when it was tagged:
 * that is remembered in a file beside the output. Files that were changed less than two seconds before they
 * were tagged are not remembered, because another change might leave the same times (as git does). Of remote
 * files the server is asked for size and ETag, or time of modification.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CONTENTS_H
#define TW_CONTENTS_H

#include "hash.h"
#include "part.h"

#include <stdbool.h>

struct tw_contents;

/* What is known of a part's files. */
struct tw_content {
    char tag[TW_FINGERPRINT_SIZE];
    char seen[TW_FINGERPRINT_SIZE]; /* what the files looked like; "": not to be remembered */
};

/* Reads what was remembered; a file that is missing or damaged is as good as an empty one. NULL when out of
 * memory. path is borrowed. */
struct tw_contents *tw_contents_open(const char *path);
/* Accepts NULL. */
void tw_contents_free(struct tw_contents *contents);

/* Tags the files of a part. May be called by several threads at once. A file that is missing or cannot be
 * read has a tag of its own. TW_ENOMEM. */
enum tw_status tw_contents_look(const struct tw_contents *contents, const struct tw_input_part *part,
                                struct tw_content *content, struct tw_error *err);

/* Remembers these instead of what was remembered before. */
enum tw_status tw_contents_write(const struct tw_contents *contents, const struct tw_content *looks,
                                 size_t count, struct tw_error *err);

#endif
