/* SPDX-License-Identifier: MIT */
#include "source_driver.h"

static enum tw_status stack_open(struct tw_source *source, struct tw_problems *problems)
{
    tw_problems_add(problems, source->value, "stacks are not there yet");
    return TW_EUSAGE;
}
static const char *const options[] = {NULL};
const struct tw_source_driver tw_source_stack = {
    .name = "stack",
    .about = "a series of rasters of the same place: STAC items, or files with dates",
    .kind = TW_SOURCE_STACK,
    .options = options,
    .open = stack_open,
};
