/* SPDX-License-Identifier: MIT */
#include "source_driver.h"

/* A plan puts what the configuration has made in its place; it never comes here as the input of a script. */
static enum tw_status config_open(struct tw_source *source, struct tw_problems *problems)
{
    tw_problems_add(problems, source->value, "input '%s': a configuration cannot be read here", source->name);
    return TW_EUSAGE;
}

static const char *const options[] = {"path", NULL};

const struct tw_source_driver tw_source_config = {
    .alias = "Mapchete",
    .kind = TW_SOURCE_RASTER,
    .options = options,
    .open = config_open,
};
