/* problem_order.h - problems in the order of the file.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PROBLEM_ORDER_H
#define TW_PROBLEM_ORDER_H

#include "problems.h"

/* How far the problems had come at some moment. */
struct tw_problem_mark {
    size_t length; /* bytes of text */
    size_t count;
};
struct tw_problem_mark tw_problem_mark(const struct tw_problems *problems);

/* Sorts what was added since start by line and column; equal places keep their order. Of two problems at one
 * place the later one goes when the first was found before checks, and the later one after: it is what
 * followed from it. */
void tw_problems_sort(struct tw_problems *problems, struct tw_problem_mark start,
                      struct tw_problem_mark checks, const char *file);

#endif
