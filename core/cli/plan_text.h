/* plan_text.h - what a plan is, in words or as JSON: for `check` and `info`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PLAN_TEXT_H
#define TW_PLAN_TEXT_H

#include "plan.h"
#include "source_text.h"

/* Lines on standard output: `inputs     dem: raster, ...`, `pyramid    mercator (EPSG:3857), ...`. */
void tw_plan_print_inputs(const struct tw_plan *plan);
void tw_plan_print_pyramid(const struct tw_plan *plan);

/* `out: PNG, 4 bands of uint8, nodata 0` */
void tw_plan_output_text(const struct tw_plan *plan, struct tw_text *text);

/* New. */
json_t *tw_plan_inputs_json(const struct tw_plan *plan);
json_t *tw_plan_pyramid_json(const struct tw_plan *plan);

#endif
