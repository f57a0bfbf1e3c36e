/* children.h - what is made of an edition when it is first asked for: its inputs as they are, and its result
 * with other parameters.
 *
 * A child is an edition of its own, made in a thread of its own while those who ask wait. Few are kept, those
 * that were asked for last; all are given up with the edition.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CHILDREN_H
#define TW_CHILDREN_H

#include "edition.h"

enum { TW_MOST_VARIANTS = 4, TW_MOST_OPEN_INPUTS = 12 }; /* of an edition */
enum { TW_NO_INPUT = -1 };

/* Which child. */
struct tw_child_order {
    int input;                     /* index into the edition's inputs; TW_NO_INPUT: the result */
    const struct tw_value *params; /* of the result: names and scalars, in the order of the declaration */
};

/* Somebody who waits for one. The caller fills done. */
struct tw_child_waiter {
    void (*done)(struct tw_child_waiter *waiter); /* once, from any thread */
    /* the answer */
    enum tw_status status;      /* TW_ECANCELLED: the edition is given up */
    struct tw_edition *edition; /* one user is the waiter's */
    char *message;              /* why there is none; owned by the waiter */
    struct tw_child_waiter *next;
};

/* edition: borrowed. NULL when out of memory. */
struct tw_children *tw_children_new(struct tw_edition *edition);
/* Accepts NULL. Nobody may wait. */
void tw_children_free(struct tw_children *children);
/* Answers all that wait with TW_ECANCELLED. Those that are still being made are given up when they are done.
 * Accepts NULL. */
void tw_children_stop(struct tw_children *children);

/* TW_ANSWER_NOW: the waiter holds it, done is not called; TW_ANSWER_LATER: done will be called, or was called
 * already; TW_ANSWER_BUSY: too many are being made. */
enum tw_answer tw_children_get(struct tw_children *children, const struct tw_child_order *order,
                               struct tw_child_waiter *waiter);
/* Only what is there: one user more, or NULL. */
struct tw_edition *tw_children_look(struct tw_children *children, const struct tw_child_order *order);

/* Those that are there, by turns: one user more, or NULL behind the last; *input: which input it is. */
struct tw_edition *tw_children_at(struct tw_children *children, size_t index, int *input);

/* Moves inputs that the later edition has just as the earlier one, which is about to be stopped. */
void tw_children_inherit(struct tw_children *later, struct tw_children *earlier);

/* child_recipe.c: the configuration of a child. The values of order must live as long as arena. */
enum tw_status tw_child_load(const struct tw_edition *edition, const struct tw_child_order *order,
                             struct tw_loaded *loaded, struct tw_problems *problems);
/* Whether they make the same of two editions of one file's versions. False also when out of memory. */
bool tw_child_is_same(const struct tw_edition *a, int input_of_a, const struct tw_edition *b, int input_of_b);

#endif
