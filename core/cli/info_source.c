/* SPDX-License-Identifier: MIT */
#include "info.h"

#include "json_value.h"
#include "report.h"
#include "source_text.h"
#include "state_text.h"

#include <stdio.h>
#include <sys/stat.h>

struct subject {
    const struct tw_info_request *request;
    const struct tw_source *source;
    struct tw_source_about about;
    long long bytes; /* -1: not known */
};

static void add_bands(const struct subject *subject, struct tw_text *text)
{
    const struct tw_source_facts *facts = tw_source_facts(subject->source);
    tw_source_bands_text(subject->source, text);
    if (facts->has_nodata)
        tw_text_printf(text, ", nodata %.10g", facts->nodata);
}

static void print_structure(const struct tw_source_about *about)
{
    struct tw_text text = {0};
    if (about->driver[0] == '\0') {
        printf("format     %s\n", about->format);
        return;
    }
    tw_text_printf(&text, "%s%s", about->driver, about->is_cog ? " (cloud-optimized)" : "");
    if (about->compression[0] != '\0')
        tw_text_printf(&text, ", %s", about->compression);
    if (about->block_width_px > 0) {
        tw_text_printf(&text, ", blocks of %d x %d pixels, ", about->block_width_px, about->block_height_px);
        tw_add_count(&text, (unsigned long long)about->num_overviews, "overview");
    }
    printf("format     %s\n", tw_text_get(&text));
    tw_text_free(&text);
}

static void print_pixels(const struct subject *subject)
{
    const struct tw_source_about *about = &subject->about;
    struct tw_text text = {0};
    add_bands(subject, &text);
    printf("pixels     %s\n", tw_text_get(&text));
    tw_text_clear(&text);
    if (about->pixel_width > 0)
        tw_add_pixel_size(&text, about->pixel_width, about->pixel_height);
    if (about->width_px > 0)
        printf("size       %lld x %lld pixels%s%s\n", (long long)about->width_px, (long long)about->height_px,
               about->pixel_width > 0 ? " of " : "", tw_text_get(&text));
    tw_text_free(&text);
}

static void print_scenes(const struct subject *subject)
{
    printf("scenes     %zu", tw_source_num_scenes(subject->source));
    if (subject->about.first[0] != '\0')
        printf(" from %.10s to %.10s", subject->about.first, subject->about.last);
    printf("\n");
}

static const char *kind_of(const struct subject *subject)
{
    switch (tw_source_kind(subject->source)) {
    case TW_SOURCE_VECTOR:
        return "features";
    case TW_SOURCE_STACK:
        return "stack of rasters";
    default:
        return "raster";
    }
}

static void print_words(const struct subject *subject)
{
    const struct tw_source_about *about = &subject->about;
    char size[32];
    printf("%s: %s", subject->request->target, kind_of(subject));
    if (subject->bytes >= 0)
        printf(", %s", tw_size_text((double)subject->bytes, size));
    printf("\n");
    if (about->made_by[0] != '\0')
        printf("made by    %s\n", about->made_by);
    print_structure(about);
    if (tw_source_kind(subject->source) == TW_SOURCE_STACK)
        print_scenes(subject);
    if (tw_source_kind(subject->source) != TW_SOURCE_VECTOR)
        print_pixels(subject);
    else if (!about->has_zooms)
        printf("layer      %s, %lld feature%s\n", about->layer, (long long)about->num_features,
               about->num_features == 1 ? "" : "s");
    if (about->has_zooms)
        printf("zooms      %d to %d\n", about->min_zoom, about->max_zoom);
    if (about->crs[0] != '\0')
        printf("crs        %s\n", about->crs);
    if (about->has_box)
        tw_state_print_bounds(&about->box);
}

static bool print_json(const struct subject *subject)
{
    const struct tw_source_about *about = &subject->about;
    const struct tw_source_facts *facts = tw_source_facts(subject->source);
    json_t *json = json_pack("{s:s, s:s}", "target", subject->request->target, "kind", kind_of(subject));
    json_object_update_new(json, tw_source_json(subject->source, about));
    if (subject->bytes >= 0)
        json_object_set_new(json, "bytes", json_integer(subject->bytes));
    if (facts->has_nodata)
        json_object_set_new(json, "nodata", tw_number_to_json(facts->nodata));
    if (about->driver[0] != '\0')
        json_object_set_new(json, "driver", json_string(about->driver));
    if (about->block_width_px > 0) {
        json_object_set_new(json, "blocks",
                            json_pack("[i, i]", about->block_width_px, about->block_height_px));
        json_object_set_new(json, "overviews", json_integer(about->num_overviews));
        json_object_set_new(json, "cog", json_boolean(about->is_cog));
    }
    if (about->made_by[0] != '\0')
        json_object_set_new(json, "made_by", json_string(about->made_by));
    if (about->compression[0] != '\0')
        json_object_set_new(json, "compression", json_string(about->compression));
    return tw_print_json(json);
}

static const struct tw_value *value_of(const struct tw_info_request *request, struct tw_arena *arena)
{
    const struct tw_value *path = tw_value_string(arena, request->target);
    if (path == NULL || request->layer == NULL)
        return path;
    const struct tw_value *layer = tw_value_string(arena, request->layer);
    const struct tw_value *format = tw_value_string(arena, "vector");
    if (layer == NULL || format == NULL)
        return NULL;
    const struct tw_value *map = tw_value_with(arena, NULL, "format", format);
    map = map != NULL ? tw_value_with(arena, map, "path", path) : NULL;
    return map != NULL ? tw_value_with(arena, map, "layer", layer) : NULL;
}

static int tell(const struct tw_info_request *request, const struct tw_source *source, struct tw_arena *arena)
{
    struct subject subject = {.request = request, .source = source, .bytes = -1};
    struct tw_error err = {0};
    struct stat info;
    if (tw_source_tell(source, arena, &subject.about, &err) != TW_OK)
        return tw_report_error(&err);
    if (stat(request->target, &info) == 0 && S_ISREG(info.st_mode))
        subject.bytes = (long long)info.st_size;
    if (request->as_json)
        return print_json(&subject) ? TW_EXIT_DONE : TW_EXIT_SYSTEM;
    print_words(&subject);
    return TW_EXIT_DONE;
}

int tw_info_source(const struct tw_info_request *request)
{
    struct tw_problems problems = {0};
    struct tw_source *source = NULL;
    struct tw_arena *arena = tw_arena_new(0);
    const struct tw_value *value = arena != NULL ? value_of(request, arena) : NULL;
    bool opened = value != NULL && tw_source_open("inp", value, ".", NULL, &source, &problems) == TW_OK;
    int code = opened ? tell(request, source, arena) : tw_report_problems(&problems);
    tw_source_close(source);
    tw_problems_free(&problems);
    tw_arena_free(arena);
    return code;
}
