/* SPDX-License-Identifier: MIT */
#include "encoder_driver.h"
#include "sink_driver.h"

#include <stdlib.h>
#include <string.h>

/* The first that takes the output has it. */
static const struct tw_sink_driver *const drivers[] = {&tw_sink_null,    &tw_sink_gtiff_file,
                                                       &tw_sink_pmtiles, &tw_sink_mbtiles,
                                                       &tw_sink_compact, &tw_sink_directory};

enum { NUM_DRIVERS = sizeof(drivers) / sizeof(drivers[0]) };

static const struct tw_sink_driver *choose_driver(const struct tw_sink_spec *spec)
{
    for (size_t i = 0; i < NUM_DRIVERS; i++)
        if (drivers[i]->takes(spec))
            return drivers[i];
    return NULL;
}

static void report_format(const struct tw_value *place, struct tw_problems *problems)
{
    const char *names[TW_MOST_FORMATS], *about[TW_MOST_FORMATS];
    size_t count = tw_encoder_formats(names, about);
    struct tw_text list = {0};
    for (size_t i = 0; i < count; i++)
        tw_text_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
    tw_problems_add(problems, place, "output.format is missing: one of %s", tw_text_get(&list));
    tw_text_free(&list);
}

static void open_encoder(struct tw_sink *sink, const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    const struct tw_value *format = tw_value_get(spec->output.options, "format");
    if (format == NULL || format->kind != TW_STRING) {
        report_format(format != NULL ? format : spec->output.options, problems);
        return;
    }
    struct tw_output_spec output = spec->output;
    output.grid = spec->pyramid.grid;
    sink->encoder = tw_encoder_open(format->text, &output, problems);
    sink->codec = sink->encoder;
}

/* `output.skip`: which tiles are left out. */
static bool read_skip(const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    static const char *const known[] = {"empty", "partial"};
    const char *text = tw_output_text(&spec->output, "skip", known[0], problems);
    bool is_partial = strcmp(text, known[1]) == 0;
    if (!is_partial && strcmp(text, known[0]) != 0)
        tw_problems_add_unknown(problems, tw_output_place(&spec->output, "skip"), "output.skip", text, known,
                                2);
    if (is_partial && spec->pyramid.pixelbuffer_px > 0)
        tw_problems_add(problems, tw_output_place(&spec->output, "skip"),
                        "output.skip: partial leaves out tiles that are not full, and tiles with an "
                        "output.pixelbuffer overlap: leave one of the two out");
    return is_partial;
}

static void check_metadata(const struct tw_sink_driver *driver, const struct tw_sink_spec *spec,
                           struct tw_problems *problems)
{
    const struct tw_value *metadata = tw_value_get(spec->output.options, "metadata");
    if (!driver->has_metadata && metadata != NULL && metadata->kind != TW_NULL)
        tw_problems_add(problems, metadata,
                        "output.metadata is for archives: output.path must end in .pmtiles or .mbtiles");
}

static struct tw_sink *new_sink(const struct tw_sink_spec *spec)
{
    struct tw_sink *sink = calloc(1, sizeof(*sink));
    if (sink == NULL || (sink->arena = tw_arena_new(0)) == NULL) {
        free(sink);
        return NULL;
    }
    sink->process = *spec->process;
    sink->pyramid = spec->pyramid;
    sink->min_zoom = spec->min_zoom;
    sink->max_zoom = spec->max_zoom;
    sink->reuses_pixels = spec->reuses_pixels;
    if (spec->path != NULL && (sink->path = tw_arena_strdup(sink->arena, spec->path)) == NULL) {
        tw_arena_free(sink->arena);
        free(sink);
        return NULL;
    }
    return sink;
}

struct tw_sink *tw_sink_open(const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    size_t before = problems->count;
    const struct tw_sink_driver *driver = choose_driver(spec);
    if (driver == NULL) {
        tw_problems_add(problems, spec->output.options, "output.path is missing");
        return NULL;
    }
    struct tw_sink *sink = new_sink(spec);
    if (sink == NULL) {
        tw_problems_add(problems, NULL, "out of memory");
        return NULL;
    }
    open_encoder(sink, spec, problems);
    sink->skips_partial = read_skip(spec, problems);
    tw_sink_check_place(sink, spec, problems);
    check_metadata(driver, spec, problems);
    if (sink->encoder != NULL) {
        sink->driver = driver;
        if (!driver->open(sink, spec, problems))
            tw_problems_add(problems, NULL, "out of memory");
    }
    if (problems->count != before) {
        tw_sink_close(sink);
        return NULL;
    }
    return sink;
}

void tw_sink_close(struct tw_sink *sink)
{
    if (sink == NULL)
        return;
    if (sink->driver != NULL)
        sink->driver->close(sink->state);
    tw_encoder_close(sink->encoder);
    tw_arena_free(sink->arena);
    free(sink);
}

const struct tw_encoder *tw_sink_encoder(const struct tw_sink *sink)
{
    return sink->encoder;
}

const char *tw_sink_path(const struct tw_sink *sink)
{
    return sink->path;
}

const struct tw_bucket_labels *tw_sink_labels(const struct tw_sink *sink)
{
    return &sink->labels;
}

const struct tw_pyramid *tw_sink_pyramid(const struct tw_sink *sink)
{
    return &sink->pyramid;
}

bool tw_sink_skips_partial(const struct tw_sink *sink)
{
    return sink->skips_partial;
}

enum tw_status tw_sink_begin(struct tw_sink *sink, const struct tw_sink_begin *begin, struct tw_error *err)
{
    return sink->driver->begin(sink->state, begin, err);
}

enum tw_status tw_sink_begin_reading(struct tw_sink *sink, struct tw_error *err)
{
    if (sink->driver->begin_reading != NULL)
        return sink->driver->begin_reading(sink->state, err);
    return tw_error_set(err, TW_EUSAGE, "'%s' is no folder of tiles", sink->path != NULL ? sink->path : "");
}

enum tw_status tw_sink_look(const struct tw_sink *sink, const struct tw_sink_begin *begin,
                            enum tw_sink_found *found, struct tw_problems *problems)
{
    *found = TW_FOUND_NOTHING;
    if (sink->driver->look == NULL)
        return TW_OK;
    return sink->driver->look(sink->state, begin, found, problems);
}

bool tw_sink_is_new(const struct tw_sink *sink)
{
    return sink->driver->is_new(sink->state);
}

bool tw_sink_keeps(const struct tw_sink *sink)
{
    return sink->driver->beside != NULL;
}

char *tw_sink_beside(const struct tw_sink *sink, const char *name, struct tw_arena *arena)
{
    return tw_sink_keeps(sink) ? sink->driver->beside(sink->state, name, arena) : NULL;
}

bool tw_sink_is_written(const struct tw_sink *sink, struct tw_arena *scratch, struct tw_lock_holder *holder)
{
    if (!tw_sink_keeps(sink))
        return false;
    const char *path =
        tw_arena_printf(scratch, "%s%s.tilewright/lock", sink->path, tw_sink_is_single(sink) ? "" : "/");
    return path != NULL && tw_lock_is_held(path, holder);
}

enum tw_status tw_sink_flush(struct tw_sink *sink, struct tw_error *err)
{
    return sink->driver->flush != NULL ? sink->driver->flush(sink->state, err) : TW_OK;
}

bool tw_sink_is_single(const struct tw_sink *sink)
{
    return sink->driver->is_assembled != NULL;
}

bool tw_sink_is_assembled(const struct tw_sink *sink)
{
    return sink->driver->is_assembled != NULL && sink->driver->is_assembled(sink->state);
}

enum tw_status tw_sink_settings_changed(const char *path, struct tw_error *err)
{
    return tw_error_set(err, TW_EUSAGE,
                        "--update makes anew what changed inputs touch, but the script, its parameters, the "
                        "pyramid or the output's options have changed, too, since '%s' was made; use "
                        "--overwrite to make everything anew, or another output.path",
                        path);
}

enum tw_status tw_sink_end(struct tw_sink *sink, bool complete, struct tw_error *err)
{
    return sink->driver->end(sink->state, complete, err);
}

uint64_t tw_sink_bytes(const struct tw_sink *sink)
{
    return atomic_load(&sink->bytes);
}

uint64_t tw_sink_files(const struct tw_sink *sink)
{
    return atomic_load(&sink->files);
}
