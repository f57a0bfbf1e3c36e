/* SPDX-License-Identifier: MIT */
#include "inputs.h"

#include "plan_parts.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { MANY_PARTS = 32, MOST_THREADS = 16 };

/* Where a part is from. */
struct origin {
    const struct tw_source *source;
    const char *options;
};

/* The parts of all sources, on their way to lines. */
struct taking {
    const struct tw_plan *plan;
    const struct tw_contents *contents;
    struct tw_inputs *inputs;
    struct tw_arena *arena;
    struct tw_input_parts parts;
    struct origin *origins; /* of each part */
    atomic_size_t next;     /* part to be tagged */
    atomic_bool failed;
};

static uint64_t zooms_of(const struct tw_plan *plan, size_t source)
{
    const struct tw_config *config = plan->config;
    uint64_t zooms = 0;
    for (int zoom = config->base_min_zoom; zoom <= config->base_max_zoom; zoom++)
        for (size_t i = 0; i < tw_plan_zoom(plan, zoom)->num_inputs; i++)
            if (tw_plan_zoom(plan, zoom)->inputs[i].source == source)
                zooms |= (uint64_t)1 << zoom;
    return zooms;
}

/* What the configuration says of a source counts for all its parts; but which parts there are, they say
 * themselves. */
static char *describe_options(const struct tw_source *source, struct tw_arena *arena)
{
    static const char *const choosing[] = {"path", "files",           "format", "start",
                                           "end",  "max_cloud_cover", "cache"};
    const struct tw_value *value = tw_plan_public(tw_source_value(source), arena);
    struct tw_text text = {0};
    if (value == NULL)
        return NULL;
    tw_text_printf(&text, "%d %d", (int)tw_source_kind(source), (int)tw_source_dtype(source));
    for (size_t i = 0; i < tw_source_num_bands(source); i++)
        tw_text_printf(&text, " %s", tw_source_band_names(source)[i]);
    for (size_t i = 0; value->kind == TW_MAP && i < value->count; i++) {
        bool chooses = false;
        for (size_t k = 0; k < sizeof(choosing) / sizeof(choosing[0]); k++)
            chooses = chooses || strcmp(choosing[k], value->members[i].key) == 0;
        if (chooses)
            continue;
        tw_text_printf(&text, "\n%s ", value->members[i].key);
        tw_plan_describe_value(&value->members[i].value, &text);
    }
    char *options = text.failed ? NULL : tw_arena_strdup(arena, tw_text_get(&text));
    tw_text_free(&text);
    return options;
}

/* Which inputs are given, in which groups, and what prepare sees. */
static enum tw_status set_common(struct taking *taking, struct tw_error *err)
{
    const struct tw_plan *plan = taking->plan;
    struct tw_text text = {0};
    const struct tw_plan_zoom *deepest = tw_plan_zoom(plan, plan->config->base_max_zoom);
    for (size_t i = 0; i < deepest->num_inputs; i++) {
        const struct tw_plan_input *input = &deepest->inputs[i];
        tw_text_printf(&text, "%zu:%s", strlen(input->name), input->name);
        if (input->group != SIZE_MAX)
            tw_text_printf(&text, " in %zu", input->group);
        tw_text_add(&text, "\n");
    }
    tw_text_add(&text, plan->prepared);
    tw_fingerprint(tw_text_get(&text), text.length, taking->inputs->inventory.common);
    bool failed = text.failed;
    tw_text_free(&text);
    return failed ? tw_error_nomem(err) : TW_OK;
}

static enum tw_status add_lines(struct taking *taking, size_t index, struct tw_error *err)
{
    const struct tw_plan *plan = taking->plan;
    const struct tw_source *source = plan->sources[index];
    struct tw_inventory *inventory = &taking->inputs->inventory;
    size_t first = taking->parts.count;
    struct tw_inventory_line line = {.input = tw_source_name(source), .zooms = zooms_of(plan, index)};
    taking->parts.max_zoom = plan->config->base_max_zoom;
    enum tw_status status = tw_source_parts(source, plan->config->process_pyramid.grid, &taking->parts, err);
    if (status != TW_OK)
        return tw_error_prefix(err, "input '%s': ", tw_source_name(source));
    const char *options = describe_options(source, taking->arena);
    size_t count = taking->parts.count;
    struct origin *all = tw_arena_calloc(taking->arena, count + 1, sizeof(*all));
    if (options == NULL || all == NULL)
        return tw_error_nomem(err);
    if (first > 0)
        memcpy(all, taking->origins, first * sizeof(*all));
    taking->origins = all;
    for (size_t i = first; i < count; i++) {
        const struct tw_input_part *part = &taking->parts.items[i];
        all[i] = (struct origin){source, options};
        line.box = part->box;
        line.reach_px = part->is_frame ? TW_REACH_FRAME : part->reach_px;
        line.id = part->id;
        if (!tw_inventory_add(inventory, &line))
            return tw_error_nomem(err);
    }
    return TW_OK;
}

/* The tag of one line: options, what is known, what its files hold. */
static enum tw_status set_tag(struct taking *taking, size_t index)
{
    const struct tw_input_part *part = &taking->parts.items[index];
    struct tw_content *look = &taking->inputs->looks[index];
    struct tw_text text = {0};
    const struct origin *origin = &taking->origins[index];
    bool begun = tw_source_begin(origin->source);
    enum tw_status status = tw_contents_look(taking->contents, part, look, NULL);
    tw_source_end(origin->source, begun);
    tw_text_printf(&text, "%s\n%s\n%s\n", origin->options, part->about != NULL ? part->about : "", look->tag);
    tw_fingerprint(tw_text_get(&text), text.length, taking->inputs->inventory.lines[index].tag);
    if (text.failed)
        status = TW_ENOMEM;
    tw_text_free(&text);
    return status;
}

/* One thread's share: parts by turns. */
static void *set_some_tags(void *context)
{
    struct taking *taking = context;
    for (size_t i; (i = atomic_fetch_add(&taking->next, 1)) < taking->parts.count;)
        if (set_tag(taking, i) != TW_OK)
            atomic_store(&taking->failed, true);
    return NULL;
}

/* Threads of their own, and gone afterwards: those of OpenMP would stay, and would take the signals that the
 * run is to be stopped with. */
static enum tw_status set_tags(struct taking *taking, struct tw_error *err)
{
    pthread_t threads[MOST_THREADS];
    size_t count = taking->parts.count, started = 0;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    taking->inputs->looks = tw_arena_calloc(taking->arena, count + 1, sizeof(struct tw_content));
    if (taking->inputs->looks == NULL)
        return tw_error_nomem(err);
    while (count >= MANY_PARTS && started < MOST_THREADS && (long)started + 1 < processors &&
           pthread_create(&threads[started], NULL, set_some_tags, taking) == 0)
        started++;
    set_some_tags(taking);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return atomic_load(&taking->failed) ? tw_error_nomem(err) : TW_OK;
}

enum tw_status tw_inputs_take(const struct tw_plan *plan, const struct tw_contents *contents,
                              struct tw_inputs *inputs, struct tw_error *err)
{
    struct tw_inventory *inventory = &inputs->inventory;
    struct taking taking = {.plan = plan, .contents = contents, .inputs = inputs, .arena = inventory->arena};
    taking.parts.arena = inventory->arena;
    for (int zoom = plan->config->base_min_zoom; zoom <= plan->config->base_max_zoom; zoom++)
        inventory->zooms |= (uint64_t)1 << zoom;
    enum tw_status status = set_common(&taking, err);
    for (size_t i = 0; status == TW_OK && i < plan->num_sources; i++)
        status = add_lines(&taking, i, err);
    return status == TW_OK ? set_tags(&taking, err) : status;
}
