/* edition.h - one state of what is shown: a configuration, its plan, and the tiles that are made from it.
 *
 * It lives as long as somebody uses it: the layer that shows it, a request, editions that were made from it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_EDITION_H
#define TW_EDITION_H

#include "tiles.h"

struct tw_children;

/* A configuration, and what it was made from. */
struct tw_loaded {
    struct tw_config *config;
    void *kept;
    bool reads_only;            /* its output is shown, and nothing computed */
    const volatile int *cancel; /* while its edition is made: other than 0 to give that up; NULL: never */
    void (*unload)(struct tw_loaded *loaded); /* NULL: the configuration is freed */
};

/* Frees what load functions left, whatever they returned. */
void tw_loaded_free(struct tw_loaded *loaded);

/* One input of the configuration, as the deepest zoom that has it says. */
struct tw_edition_input {
    const char *name; /* `group.item` */
    const char *slug; /* the same, safe in URLs, unique in the edition */
    const struct tw_source *source;
};

struct tw_edition {
    atomic_int users;
    const struct tw_tiles_share *share;
    struct tw_edition *parent; /* that it was made from: one user is this one; or NULL */
    struct tw_loaded loaded;
    const struct tw_config *config; /* that was loaded */
    struct tw_plan *plan;
    struct tw_tiles *tiles;
    int number;                            /* of the version of the files, from 1 */
    const struct tw_edition_input *inputs; /* in the plan's arena */
    size_t num_inputs;
    struct tw_children *children;     /* made from this one */
    struct tw_preview_output *output; /* that is shown and written; NULL: all is in memory */
    const char *notice;               /* why nothing is written any more, in the plan's arena; NULL: it is */
};

/* Plans what was loaded, which is the edition's, or unloaded when that fails. parent: may be NULL. TW_EUSAGE
 * when problems were added. On success *edition is the caller's, its one user. */
enum tw_status tw_edition_new(const struct tw_tiles_share *share, const struct tw_loaded *loaded,
                              struct tw_edition *parent, struct tw_edition **edition,
                              struct tw_problems *problems);
/* One user more; returns edition. One less: freed by the last. NULL is fine for both. */
struct tw_edition *tw_edition_keep(struct tw_edition *edition);
void tw_edition_release(struct tw_edition *edition);

/* Before anything is asked: shows what the output holds, and writes into it, as the mode says. The errors of
 * a run's beginning. */
enum tw_status tw_edition_open_output(struct tw_edition *edition, enum tw_preview_mode mode,
                                      struct tw_error *err);

/* Answers all that wait with TW_ECANCELLED, and takes no more: nor do those that were made from it. */
void tw_edition_stop(struct tw_edition *edition);

#endif
