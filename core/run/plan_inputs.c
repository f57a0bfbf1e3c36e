/* Which source feeds which input of the script at which zoom, and with which parameters.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plan_config_input.h"
#include "plan_group.h"
#include "plan_parts.h"

#include <stdint.h>
#include <string.h>

/* What was resolved at one zoom before, to be used again where the next zoom says the same. */
struct seen {
    const char *name; /* of the input; NULL: the parameters */
    const char *text;
    size_t source;
    const struct tw_value *params;
};

struct resolver {
    struct tw_plan *plan;
    struct tw_problems *problems;
    struct seen *seen;
    size_t num_seen, capacity;
};

static struct seen *find_seen(struct resolver *resolver, const char *name, const char *text)
{
    for (size_t i = 0; i < resolver->num_seen; i++) {
        struct seen *seen = &resolver->seen[i];
        bool same_name =
            (name == NULL) == (seen->name == NULL) && (name == NULL || strcmp(name, seen->name) == 0);
        if (same_name && strcmp(text, seen->text) == 0)
            return seen;
    }
    return NULL;
}

static struct seen *add_seen(struct resolver *resolver, const char *name, const char *text)
{
    struct tw_arena *arena = resolver->plan->arena;
    if (resolver->num_seen == resolver->capacity) {
        size_t capacity = resolver->capacity * 2 + 16;
        struct seen *more = tw_arena_calloc(arena, capacity, sizeof(*more));
        if (more == NULL)
            return NULL;
        if (resolver->num_seen > 0)
            memcpy(more, resolver->seen, resolver->num_seen * sizeof(*more));
        resolver->seen = more;
        resolver->capacity = capacity;
    }
    struct seen *seen = &resolver->seen[resolver->num_seen++];
    *seen = (struct seen){.name = name, .text = tw_arena_strdup(arena, text), .source = SIZE_MAX};
    return seen->text != NULL ? seen : NULL;
}

static enum tw_status add_source(struct tw_plan *plan, struct tw_source *source)
{
    struct tw_source **more = tw_arena_calloc(plan->arena, plan->num_sources + 1, sizeof(struct tw_source *));
    if (more == NULL) {
        tw_source_close(source);
        return TW_ENOMEM;
    }
    if (plan->num_sources > 0)
        memcpy(more, plan->sources, plan->num_sources * sizeof(struct tw_source *));
    more[plan->num_sources++] = source;
    plan->sources = more;
    return TW_OK;
}

static void check_kind(struct resolver *resolver, const char *name, const struct tw_declared_input *input,
                       const struct tw_source *source, const struct tw_value *value)
{
    static const char *const kinds[] = {
        [TW_INPUT_RASTER] = "raster", [TW_INPUT_STACK] = "stack", [TW_INPUT_VECTOR] = "vector"};
    enum tw_input_kind given = tw_input_kind_of(source);
    if (input->kind == TW_INPUT_ANY || input->kind == given)
        return;
    tw_problems_add(resolver->problems, value, "input '%s' is a %s; the script %s wants a %s", name,
                    kinds[given], resolver->plan->declaration->path, kinds[input->kind]);
}

static enum tw_status open_source(struct resolver *resolver, const char *name, const struct tw_value *value,
                                  const enum tw_source_kind *wanted, struct tw_source **source)
{
    struct tw_plan *plan = resolver->plan;
    enum tw_status status = TW_OK;
    if (tw_value_is_config(value))
        status = tw_plan_config_input(plan, name, value, &value, resolver->problems);
    return status == TW_OK
               ? tw_source_open(name, value, plan->config->folder, wanted, source, resolver->problems)
               : status;
}

/* What was resolved for an equal value of that name before, or a new one: then *is_new. NULL when out of
 * memory. */
static struct seen *look_up(struct resolver *resolver, const char *name, const struct tw_value *value,
                            bool *is_new)
{
    struct tw_text text = {0};
    tw_plan_describe_value(value, &text);
    struct seen *seen = text.failed ? NULL : find_seen(resolver, name, tw_text_get(&text));
    *is_new = seen == NULL;
    if (seen == NULL && !text.failed)
        seen = add_seen(resolver, name, tw_text_get(&text));
    tw_text_free(&text);
    return seen;
}

/* Opens the source that value describes, or finds the one that an earlier zoom has opened for the same value.
 */
static enum tw_status resolve_source(struct resolver *resolver, const char *name,
                                     const struct tw_declared_input *input, const struct tw_value *value,
                                     size_t *source)
{
    struct tw_plan *plan = resolver->plan;
    bool is_new;
    struct seen *seen = look_up(resolver, name, value, &is_new);
    if (seen == NULL)
        return TW_ENOMEM;
    *source = seen->source;
    if (!is_new)
        return TW_OK;
    struct tw_source *opened = NULL;
    static const enum tw_source_kind kinds[] = {[TW_INPUT_RASTER] = TW_SOURCE_RASTER,
                                                [TW_INPUT_STACK] = TW_SOURCE_STACK,
                                                [TW_INPUT_VECTOR] = TW_SOURCE_VECTOR};
    const enum tw_source_kind *wanted = input->kind == TW_INPUT_ANY ? NULL : &kinds[input->kind];
    enum tw_status status = open_source(resolver, name, value, wanted, &opened);
    if (status != TW_OK)
        return status == TW_EUSAGE ? TW_OK : status; /* go on to find the other problems */
    check_kind(resolver, name, input, opened, value);
    *source = seen->source = plan->num_sources;
    return add_source(plan, opened);
}

/* An input and where it goes. */
struct place {
    struct tw_plan_zoom *zoom;
    const struct tw_declared_input *declared; /* that it is, or is in */
    const char *path;                         /* `years.2019` */
    const char *name;                         /* `2019` */
    size_t group;                             /* index of its group, or SIZE_MAX */
};

static enum tw_status resolve_group(struct resolver *resolver, const struct place *group,
                                    const struct tw_value *value);

/* Adds the input, and what it holds, to the zoom's. */
static enum tw_status resolve_input(struct resolver *resolver, const struct place *place,
                                    const struct tw_value *value)
{
    struct tw_plan_input *added = &place->zoom->inputs[place->zoom->num_inputs++];
    *added = (struct tw_plan_input){place->name, place->group, SIZE_MAX};
    if (place->declared->is_group && tw_value_is_group(value))
        return resolve_group(resolver, place, value);
    return resolve_source(resolver, place->path, place->declared, value, &added->source);
}

static enum tw_status resolve_group(struct resolver *resolver, const struct place *group,
                                    const struct tw_value *value)
{
    struct tw_arena *arena = resolver->plan->arena;
    size_t index = group->zoom->num_inputs - 1;
    bool is_new;
    if (look_up(resolver, group->path, value, &is_new) == NULL)
        return TW_ENOMEM;
    size_t before = resolver->problems->count;
    if (is_new)
        tw_group_check_names(value, group->path, resolver->problems);
    if (resolver->problems->count > before)
        return TW_OK;
    enum tw_status status = TW_OK;
    for (size_t i = 0; status == TW_OK && i < value->count; i++) {
        struct place place = *group;
        if (tw_group_item(value, i)->kind == TW_NULL)
            continue;
        place.group = index;
        place.name = tw_group_item_name(value, i, arena);
        place.path = place.name != NULL ? tw_arena_printf(arena, "%s.%s", group->path, place.name) : NULL;
        status = place.path != NULL ? resolve_input(resolver, &place, tw_group_item(value, i)) : TW_ENOMEM;
    }
    return status;
}

/* One of the script's inputs, as the configuration gives it. */
static enum tw_status resolve_declared(struct resolver *resolver, struct tw_plan_zoom *zoom,
                                       const struct tw_declared_input *input, const struct tw_member *member)
{
    const char *script = resolver->plan->declaration->path;
    const struct place place = {zoom, input, member->key, input->name, SIZE_MAX};
    bool is_new = true, fits = tw_group_fits(&member->value, input);
    if (!fits && look_up(resolver, member->key, &member->value, &is_new) == NULL)
        return TW_ENOMEM;
    if (!fits && is_new)
        tw_group_refuse(&member->value, member->key, input, script, resolver->problems);
    if (!fits)
        return TW_OK;
    return resolve_input(resolver, &place, &member->value);
}

static enum tw_status resolve_params(struct resolver *resolver, struct tw_plan_zoom *zoom,
                                     const struct tw_value *params)
{
    bool is_new;
    struct seen *seen = look_up(resolver, NULL, params, &is_new);
    if (seen == NULL)
        return TW_ENOMEM;
    if (is_new) {
        seen->params = params;
        tw_program_check_params(resolver->plan->program, params, resolver->problems);
    }
    zoom->params = seen->params;
    return TW_OK;
}

/* What is null is not given. */
static const struct tw_member *given(const struct tw_member *member)
{
    return member->value.kind != TW_NULL ? member : NULL;
}

/* The configuration's member for a declared input. A script that takes any single input gets the only one as
 * the input that it needs. */
static const struct tw_member *member_for(const struct tw_plan *plan, const struct tw_value *inputs,
                                          const struct tw_declared_input *input)
{
    for (size_t i = 0; inputs != NULL && i < inputs->count; i++)
        if (strcmp(inputs->members[i].key, input->name) == 0)
            return given(&inputs->members[i]);
    bool takes_any = plan->declaration->any_single_input && !input->optional;
    return takes_any && inputs != NULL && inputs->count == 1 ? given(&inputs->members[0]) : NULL;
}

static bool is_declared(const struct tw_declaration *declaration, const char *name)
{
    for (size_t i = 0; i < declaration->num_inputs; i++)
        if (strcmp(declaration->inputs[i].name, name) == 0)
            return true;
    return false;
}

/* Inputs that the script does not know, once for all zooms. */
static enum tw_status check_unknown_inputs(struct resolver *resolver)
{
    const struct tw_plan *plan = resolver->plan;
    const struct tw_declaration *declaration = plan->declaration;
    const struct tw_value *inputs = plan->config->input;
    const char **known = tw_arena_calloc(plan->arena, declaration->num_inputs + 1, sizeof(char *));
    if (known == NULL)
        return TW_ENOMEM;
    for (size_t i = 0; i < declaration->num_inputs; i++)
        known[i] = declaration->inputs[i].name;
    if (declaration->any_single_input && inputs->count == 1)
        return TW_OK;
    for (size_t i = 0; i < inputs->count; i++) {
        if (is_declared(declaration, inputs->members[i].key))
            continue;
        tw_problems_add_key(resolver->problems, &inputs->members[i], "the script %s has no input '%s'",
                            declaration->path, inputs->members[i].key);
        tw_text_add_known(&resolver->problems->text, inputs->members[i].key, known, declaration->num_inputs);
    }
    return TW_OK;
}

static enum tw_status make_room(const struct tw_plan *plan, struct tw_plan_zoom *zoom,
                                const struct tw_value *inputs)
{
    size_t most = plan->declaration->num_inputs;
    for (size_t i = 0; inputs != NULL && i < inputs->count; i++)
        most += tw_group_size(&inputs->members[i].value);
    zoom->inputs = tw_arena_calloc(plan->arena, most + 1, sizeof(*zoom->inputs));
    return zoom->inputs != NULL ? TW_OK : TW_ENOMEM;
}

static enum tw_status resolve_zoom(struct resolver *resolver, int level)
{
    struct tw_plan *plan = resolver->plan;
    struct tw_plan_zoom *zoom = &plan->zooms[level - plan->config->min_zoom];
    size_t count = plan->declaration->num_inputs;
    bool nomem = false;
    const struct tw_value *inputs = tw_config_at_zoom(plan->config->input, level, plan->arena, &nomem);
    const struct tw_value *params = tw_config_at_zoom(plan->config->params, level, plan->arena, &nomem);
    enum tw_status status = nomem ? TW_ENOMEM : make_room(plan, zoom, inputs);
    if (status == TW_OK)
        status = resolve_params(resolver, zoom, params);
    for (size_t i = 0; i < count && status == TW_OK; i++) {
        const struct tw_declared_input *input = &plan->declaration->inputs[i];
        const struct tw_member *member = member_for(plan, inputs, input);
        if (member != NULL)
            status = resolve_declared(resolver, zoom, input, member);
        else if (!input->optional)
            tw_problems_add(resolver->problems, plan->config->input,
                            "input '%s' of the script %s is missing at zoom %d; add it under 'input:'",
                            input->name, plan->declaration->path, level);
        if (member == NULL && !input->optional)
            return TW_EUSAGE; /* once is enough */
    }
    return status;
}

enum tw_status tw_plan_resolve_zooms(struct tw_plan *plan, struct tw_problems *problems)
{
    struct resolver resolver = {.plan = plan, .problems = problems};
    const struct tw_config *config = plan->config;
    enum tw_status status = check_unknown_inputs(&resolver);
    for (int level = config->base_min_zoom; level <= config->base_max_zoom && status == TW_OK; level++)
        status = resolve_zoom(&resolver, level);
    return status == TW_OK && problems->count > 0 ? TW_EUSAGE : status;
}
