/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "sink_fixture.h"
#include "dataset_pool.h"
#include "file.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int fixture_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    tw_gdal_init(64 << 20);
    fixture->arena = tw_arena_new(0);
    strcpy(fixture->folder, "/tmp/tilewright-test-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    *state = fixture;
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    nftw(fixture->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    tw_problems_free(&fixture->problems);
    tw_arena_free(fixture->arena);
    free(fixture);
    return 0;
}

const char *fixture_path(struct fixture *fixture, const char *name)
{
    return tw_arena_printf(fixture->arena, "%s/%s", fixture->folder, name);
}

static struct tw_value *make_value(struct fixture *fixture, const char *text)
{
    double number;
    if (tw_parse_number(text, &number)) {
        struct tw_value *value = tw_value_number(fixture->arena, number);
        value->text = text;
        return value;
    }
    struct tw_value *value = tw_value_string(fixture->arena, text);
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        value->kind = TW_BOOL;
        value->boolean = text[0] == 't';
    }
    return value;
}

const struct tw_value *make_options(struct fixture *fixture, ...)
{
    va_list arguments;
    va_start(arguments, fixture);
    const struct tw_value *map = NULL;
    for (const char *key; (key = va_arg(arguments, const char *)) != NULL;)
        map = tw_value_with(fixture->arena, map, key, make_value(fixture, va_arg(arguments, const char *)));
    va_end(arguments);
    return map;
}

struct tw_raster make_raster(struct fixture *fixture, int num_bands, int size_px, enum tw_dtype dtype)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    struct tw_array *bands = tw_arena_calloc(fixture->arena, (size_t)num_bands, sizeof(*bands));
    for (int i = 0; i < num_bands; i++) {
        bands[i] = (struct tw_array){NULL, NULL, size_px, size_px, (int32_t)dtype};
        assert_true(tw_array_alloc(fixture->arena, &bands[i], false));
        tw_pixels_fill(bands[i].pixels, dtype, tw_array_num_pixels(&bands[i]), 0);
    }
    return (struct tw_raster){(size_t)num_bands, bands, names, NULL};
}

void set_pixels(struct tw_raster *raster, int band, const double *values)
{
    for (size_t i = 0; i < tw_array_num_pixels(&raster->bands[band]); i++)
        tw_array_set(&raster->bands[band], i, values[i]);
}

void set_valid(struct fixture *fixture, struct tw_raster *raster, int band, const int *valid)
{
    size_t count = tw_array_num_pixels(&raster->bands[band]);
    uint8_t *bytes = tw_arena_alloc(fixture->arena, count);
    for (size_t i = 0; i < count; i++)
        bytes[i] = valid[i] ? TW_VALID : 0;
    raster->bands[band].valid = bytes;
}

void fill_with_relief(struct fixture *fixture, struct tw_raster *raster, bool with_hole)
{
    uint32_t noise = 12345;
    int width = raster->bands[0].width_px, height = raster->bands[0].height_px;
    size_t count = tw_array_num_pixels(&raster->bands[0]);
    uint8_t *valid = tw_arena_alloc(fixture->arena, count);
    for (size_t band = 0; band < raster->num_bands; band++) {
        struct tw_array *array = &raster->bands[band];
        for (size_t i = 0; i < count; i++) {
            int x = (int)i % width, y = (int)i / width;
            noise = noise * 1664525u + 1013904223u;
            bool hole = x > width / 3 && x < width / 2 && y > height / 4 && y < height / 2;
            valid[i] = hole ? 0 : TW_VALID;
            double value = 20 + (x + 2 * y + 30 * (int)band) % 90 + (int)(noise >> 28);
            tw_array_set(array, i, tw_dtype_is_float((enum tw_dtype)array->dtype) ? value + 0.25 : value);
        }
        array->valid = with_hole ? valid : NULL;
    }
}

struct tw_window make_window(int width_px, int height_px)
{
    return (struct tw_window){tw_grid_named("mercator"), 3, 256, 0, 0, width_px, height_px};
}

void assert_same_stored(const struct tw_raster *a, const struct tw_raster *b)
{
    assert_int_equal(a->num_bands, b->num_bands);
    for (size_t i = 0; i < a->num_bands; i++) {
        const struct tw_array *left = &a->bands[i], *right = &b->bands[i];
        assert_int_equal(left->dtype, right->dtype);
        assert_int_equal(left->width_px, right->width_px);
        assert_int_equal(left->height_px, right->height_px);
        for (size_t p = 0; p < tw_array_num_pixels(left); p++) {
            bool is_valid = left->valid == NULL || left->valid[p] != 0;
            assert_int_equal(is_valid, right->valid == NULL || right->valid[p] != 0);
            if (is_valid && tw_array_get(left, p) != tw_array_get(right, p))
                fail_msg("band %zu, pixel %zu: %g and %g", i, p, tw_array_get(left, p),
                         tw_array_get(right, p));
        }
    }
}

bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static const char *wanted_suffix;
static int num_found;

static int count_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)where;
    if (type == FTW_F && tw_path_has_suffix(path, wanted_suffix))
        num_found++;
    return 0;
}

int count_files(const char *folder, const char *suffix)
{
    wanted_suffix = suffix;
    num_found = 0;
    nftw(folder, count_one, 16, FTW_PHYS);
    return num_found;
}
