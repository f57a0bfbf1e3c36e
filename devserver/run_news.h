/* run_news.h - the batch run that writes a layer's output, also one started elsewhere, as seen from here.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_RUN_NEWS_H
#define TW_RUN_NEWS_H

#include "plan.h"

struct tw_run_news;

enum tw_news_state { TW_NEWS_NONE, TW_NEWS_ENDED, TW_NEWS_RUNNING };

/* layer: its id, in the text; borrowed. NULL when out of memory. */
struct tw_run_news *tw_run_news_new(const char *layer);
/* Accepts NULL. */
void tw_run_news_free(struct tw_run_news *news);

/* Looks at the plan's output; true when the run has got on, has begun or has ended since the last look. From
 * one thread. Costs one look at a file when nothing has changed. */
bool tw_run_news_look(struct tw_run_news *news, const struct tw_plan *plan);

/* From any thread: what was seen last; how often something was new; and the run as JSON, in the arena (NULL
 * when out of memory). */
enum tw_news_state tw_run_news_state(struct tw_run_news *news);
int tw_run_news_number(struct tw_run_news *news);
char *tw_run_news_text(struct tw_run_news *news, struct tw_arena *arena);

#endif
