/* convert_config.h - the configuration that a conversion stands for: `tilewright convert INPUT OUTPUT`.
 *
 * What is not given is chosen from the input: its grid, zooms, format, type, nodata, properties. Every value
 * knows the option that gave it, so that whatever finds it wrong later names the option.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CONVERT_CONFIG_H
#define TW_CONVERT_CONFIG_H

#include "options.h"

#include "plan.h"

enum tw_convert_key {
    TW_CONVERT_BIDX,
    TW_CONVERT_SCALE_RATIO,
    TW_CONVERT_SCALE_OFFSET,
    TW_CONVERT_RESAMPLING,
    TW_CONVERT_CLIP,
    TW_CONVERT_PYRAMID,
    TW_CONVERT_METATILING,
    TW_CONVERT_FORMAT,
    TW_CONVERT_DTYPE,
    TW_CONVERT_NODATA,
    TW_CONVERT_GEOMETRY_TYPE,
    TW_CONVERT_CO,
    TW_CONVERT_COG,
    TW_CONVERT_RETINA,
    TW_CONVERT_OVERVIEWS,
    TW_CONVERT_OVERVIEWS_RESAMPLING,
    TW_CONVERT_RESAMPLING_ALIAS, /* --resampling */
    TW_CONVERT_CO_ALIAS,         /* --profile */
    TW_NUM_CONVERT_KEYS
};

extern const struct tw_option tw_convert_options[TW_NUM_CONVERT_KEYS];

/* What the command line asks for. Texts are borrowed from it. */
struct tw_conversion {
    const char *input, *output;
    const char *given[TW_NUM_CONVERT_KEYS]; /* values; "" for switches; NULL: not given */
    const char **creation;                  /* each --co, as given */
    size_t num_creation;
    const struct tw_selection *selection;
};

/* Where the values live: zero-initialise it, give it an arena, free it with tw_convert_result_free. */
struct tw_convert_result {
    struct tw_arena *arena;   /* borrowed */
    struct tw_source *source; /* some values are the source's */
    const struct tw_value *root;
    struct tw_text chosen; /* what was chosen, as options that would say the same */
};

/* Makes the values of the configuration. Adds problems. TW_EUSAGE, TW_ENOMEM. */
enum tw_status tw_convert_config(const struct tw_conversion *conversion, struct tw_convert_result *result,
                                 struct tw_problems *problems);
void tw_convert_result_free(struct tw_convert_result *result);

#endif
