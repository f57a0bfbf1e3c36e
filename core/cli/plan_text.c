/* SPDX-License-Identifier: MIT */
#include "plan_text.h"

#include <stdio.h>

void tw_plan_print_inputs(const struct tw_plan *plan)
{
    for (size_t i = 0; i < plan->num_sources; i++) {
        struct tw_source_about about;
        struct tw_text text = {0};
        if (tw_source_tell(plan->sources[i], plan->arena, &about, NULL) != TW_OK)
            continue;
        tw_source_text(plan->sources[i], &about, &text);
        printf("%-9s  %s: %s\n", i == 0 ? "inputs" : "", tw_source_name(plan->sources[i]),
               tw_text_get(&text));
        tw_text_free(&text);
    }
}

void tw_plan_print_pyramid(const struct tw_plan *plan)
{
    const struct tw_pyramid *pyramid = &plan->config->process_pyramid;
    printf("pyramid    %s (%s), tiles of %d pixels, metatiles of %d x %d tiles", pyramid->grid->name,
           tw_crs_called(pyramid->grid->crs, plan->arena), pyramid->tile_size_px, pyramid->metatiling,
           pyramid->metatiling);
    if (plan->script_pyramid.pixelbuffer_px > 0)
        printf(", pixelbuffer %d", plan->script_pyramid.pixelbuffer_px);
    printf("\n");
}

void tw_plan_output_text(const struct tw_plan *plan, struct tw_text *text)
{
    const struct tw_encoder *encoder = tw_sink_encoder(plan->sink);
    tw_text_printf(text, "%s: %s", tw_sink_path(plan->sink), tw_encoder_format(encoder));
    if (tw_encoder_is_vector(encoder))
        return;
    tw_text_add(text, ", ");
    tw_add_count(text, (unsigned long long)tw_encoder_num_bands(encoder), "band");
    tw_text_printf(text, " of %s, nodata %.10g", tw_dtype_name(tw_encoder_dtype(encoder)),
                   tw_encoder_nodata(encoder));
}

json_t *tw_plan_inputs_json(const struct tw_plan *plan)
{
    json_t *inputs = json_object();
    for (size_t i = 0; i < plan->num_sources; i++) {
        struct tw_source_about about;
        if (tw_source_tell(plan->sources[i], plan->arena, &about, NULL) == TW_OK)
            json_object_set_new(inputs, tw_source_name(plan->sources[i]),
                                tw_source_json(plan->sources[i], &about));
    }
    return inputs;
}

json_t *tw_plan_pyramid_json(const struct tw_plan *plan)
{
    const struct tw_pyramid *p = &plan->config->process_pyramid;
    return json_pack("{s:s, s:s, s:i, s:i, s:i}", "grid", p->grid->name, "crs", p->grid->crs, "tile_size",
                     p->tile_size_px, "metatiling", p->metatiling, "pixelbuffer",
                     plan->script_pyramid.pixelbuffer_px);
}
