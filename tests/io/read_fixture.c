/* SPDX-License-Identifier: MIT */
#include "read_fixture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tw_value scalar(const char *text)
{
    struct tw_value value = {.kind = TW_STRING, .text = text};
    if (tw_parse_number(text, &value.number))
        value.kind = TW_NUMBER;
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        value.kind = TW_BOOL;
        value.boolean = text[0] == 't';
    }
    return value;
}

static const struct tw_value *parse_value(struct tw_arena *arena, char *text)
{
    struct tw_value *value = tw_arena_calloc(arena, 1, sizeof(*value));
    *value = scalar(text);
    if (strchr(text, ',') == NULL)
        return value;
    *value = (struct tw_value){.kind = TW_LIST, .text = text};
    value->items = tw_arena_calloc(arena, strlen(text), sizeof(*value->items));
    char *rest = NULL;
    for (char *part = strtok_r(text, ",", &rest); part != NULL; part = strtok_r(NULL, ",", &rest))
        value->items[value->count++] = scalar(part);
    return value;
}

const struct tw_value *read_options(struct tw_arena *arena, const char *options)
{
    if (strchr(options, '=') == NULL)
        return tw_value_string(arena, options);
    struct tw_value *map = tw_arena_calloc(arena, 1, sizeof(*map));
    map->kind = TW_MAP;
    map->text = "";
    char *rest = NULL;
    for (char *pair = strtok_r(tw_arena_strdup(arena, options), ";", &rest); pair != NULL;
         pair = strtok_r(NULL, ";", &rest)) {
        char *equals = strchr(pair, '=');
        *equals = '\0';
        map = tw_value_with(arena, map, pair, parse_value(arena, equals + 1));
    }
    return map;
}

bool read_open(struct read_fixture *fixture, const char *options)
{
    *fixture = (struct read_fixture){0};
    tw_gdal_init(64 * 1024 * 1024);
    fixture->values = tw_arena_new(0);
    fixture->tile = tw_arena_new((size_t)1 << 30);
    fixture->pool = tw_dataset_pool_new(8);
    const struct tw_value *value = read_options(fixture->values, options);
    if (tw_source_open("test", value, ".", NULL, &fixture->source, &fixture->problems) != TW_OK)
        return false;
    fixture->reader = tw_reader_new(fixture->source, fixture->pool);
    return fixture->reader != NULL;
}

void read_close(struct read_fixture *fixture)
{
    if (fixture->reader != NULL)
        tw_reader_free(fixture->reader);
    tw_source_close(fixture->source);
    tw_dataset_pool_free(fixture->pool);
    tw_arena_free(fixture->values);
    tw_arena_free(fixture->tile);
    tw_problems_free(&fixture->problems);
}

struct tw_raster read_window(struct read_fixture *fixture, const struct tw_window *window,
                             enum tw_resampling resampling, const char *bands)
{
    const char *names[16];
    struct tw_read read = {.window = *window, .resampling = resampling, .resampling_given = true};
    char *rest = NULL;
    char *list = bands != NULL ? tw_arena_strdup(fixture->values, bands) : NULL;
    for (char *part = list != NULL ? strtok_r(list, ",", &rest) : NULL; part != NULL;
         part = strtok_r(NULL, ",", &rest))
        names[read.num_bands++] = part;
    read.bands = bands != NULL ? names : NULL;
    struct tw_raster raster = {0};
    struct tw_error err = {0};
    if (tw_reader_read(fixture->reader, &read, fixture->tile, &raster, &err) != TW_OK)
        fail_msg("%s", err.message);
    return raster;
}

static const char *scratch_folder(void)
{
    static char folder[256];
    const char *root = getenv("TMPDIR");
    snprintf(folder, sizeof(folder), "%s/tilewright-read-%ld", root != NULL ? root : "/tmp", (long)getpid());
    return folder;
}

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *ftw)
{
    (void)status, (void)flag, (void)ftw;
    return remove(path);
}

static void remove_scratch_folder(void)
{
    nftw(scratch_folder(), remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_path(const char *name)
{
    static char paths[8][512];
    static int next;
    char *path = paths[next++ % 8];
    if (mkdir(scratch_folder(), 0700) == 0)
        atexit(remove_scratch_folder);
    snprintf(path, sizeof(paths[0]), "%s/%s", scratch_folder(), name);
    return path;
}

const char *text(const char *format, ...)
{
    static char buffers[8][4096];
    static int next;
    char *buffer = buffers[next++ % 8];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(buffer, sizeof(buffers[0]), format, arguments);
    va_end(arguments);
    return buffer;
}

void assert_problem(const char *options, const char *expected)
{
    struct read_fixture fixture;
    assert_false(read_open(&fixture, options));
    assert_string_equal(tw_text_get(&fixture.problems.text), expected);
    read_close(&fixture);
}

const char *pixels_text(const struct tw_array *array)
{
    static char result[4096];
    result[0] = '\0';
    for (size_t i = 0; i < tw_array_num_pixels(array); i++) {
        char pixel[32] = "-";
        if (array->valid == NULL || array->valid[i] != 0)
            snprintf(pixel, sizeof(pixel), "%.10g", tw_array_get(array, i));
        const char *gap = i == 0 ? "" : i % (size_t)array->width_px == 0 ? " / " : " ";
        snprintf(result + strlen(result), sizeof(result) - strlen(result), "%s%s", gap, pixel);
    }
    return result;
}

static bool arrays_equal(const struct tw_array *a, const struct tw_array *b)
{
    if (a->width_px != b->width_px || a->height_px != b->height_px || a->dtype != b->dtype)
        return false;
    size_t size = tw_dtype_size((enum tw_dtype)a->dtype);
    for (size_t i = 0; i < tw_array_num_pixels(a); i++) {
        bool is_valid = a->valid == NULL || a->valid[i] != 0;
        if (is_valid != (b->valid == NULL || b->valid[i] != 0))
            return false;
        const unsigned char *left = a->pixels, *right = b->pixels;
        if (is_valid && memcmp(left + i * size, right + i * size, size) != 0)
            return false;
    }
    return true;
}

bool rasters_equal(const struct tw_raster *a, const struct tw_raster *b)
{
    if (a->num_bands != b->num_bands)
        return false;
    for (size_t i = 0; i < a->num_bands; i++)
        if (!arrays_equal(&a->bands[i], &b->bands[i]))
            return false;
    return true;
}
