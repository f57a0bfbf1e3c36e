/* plan_parts.h - the steps of making a plan, one file each; for plan.c only.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PLAN_PARTS_H
#define TW_PLAN_PARTS_H

#include "plan.h"

/* Opens the sources of every zoom that is computed, each once, and resolves the parameters. Adds problems. */
enum tw_status tw_plan_resolve_zooms(struct tw_plan *plan, struct tw_problems *problems);

/* The area of every zoom, of the configuration and of the selection, and the zooms of this run. Adds
 * problems. */
enum tw_status tw_plan_find_areas(struct tw_plan *plan, const struct tw_selection *selection,
                                  struct tw_problems *problems);

/* Whether two zooms read the same sources. */
bool tw_plan_same_sources(const struct tw_plan_zoom *a, const struct tw_plan_zoom *b);

/* Sets script_pyramid. Adds a problem when a script needs more pixels around a tile than the pixelbuffer
 * gives; built-in processes get what they need. */
enum tw_status tw_plan_check_margin(struct tw_plan *plan, const struct tw_script_limits *limits,
                                    struct tw_problems *problems);

/* Sets variants. After the areas were found. */
enum tw_status tw_plan_find_variants(struct tw_plan *plan);

/* Where the tiles of a folder lie below it. */
const char *tw_plan_tile_schema(const struct tw_plan *plan);

/* plan_services.c: checks output.services. After the sink was opened. Adds problems. */
void tw_plan_read_services(struct tw_plan *plan, struct tw_problems *problems);

/* Sets stac. After the sink was opened. Adds problems. */
void tw_plan_read_stac(struct tw_plan *plan, struct tw_problems *problems);

/* Sets taken. After the sink was opened. */
void tw_plan_find_taken(struct tw_plan *plan);

/* Sets fingerprint and metadata. */
enum tw_status tw_plan_identify(struct tw_plan *plan);

/* A copy without credentials, in the arena; NULL when out of memory. */
const struct tw_value *tw_plan_public(const struct tw_value *value, struct tw_arena *arena);

/* A value as canonical text, for fingerprints and for telling equal values apart from different ones. */
void tw_plan_describe_value(const struct tw_value *value, struct tw_text *text);

#endif
