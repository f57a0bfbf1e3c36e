/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "place_limits.h"
#include "zoom.h"

size_t tw_check_bounds_keys(const char *const **names)
{
    return tw_limits_sides(names);
}

/* Conditions are complained of elsewhere. */
static const struct tw_value *given(const struct tw_check *check, const char *key)
{
    const struct tw_value *value = tw_check_given(check->config->root, key);
    return value != NULL && !tw_value_is_conditional(value) ? value : NULL;
}

static const char *read_crs(struct tw_check *check, const char *key)
{
    const struct tw_value *value = given(check, key);
    const char *crs = NULL;
    if (value == NULL || !tw_limits_crs(value, key, check->config->arena, &crs, check->problems))
        return NULL;
    check->nomem = check->nomem || crs == NULL;
    return crs;
}

void tw_check_area(struct tw_check *check)
{
    struct tw_config *config = check->config;
    const struct tw_value *bounds = given(check, "bounds"), *area = given(check, "area");
    config->has_bounds = bounds != NULL && tw_limits_bounds(bounds, &config->bounds, check->problems);
    config->bounds_value = config->has_bounds ? bounds : NULL;
    config->bounds_crs = read_crs(check, "bounds_crs");
    if (area != NULL && tw_limits_area(area, check->problems))
        config->area = area;
    config->area_crs = read_crs(check, "area_crs");
}
