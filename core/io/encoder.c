/* SPDX-License-Identifier: MIT */
#include "encoder_driver.h"
#include "uniform.h"

#include <stdlib.h>
#include <string.h>

static const struct tw_encoder_driver *const drivers[] = {
    &tw_encode_png,   &tw_encode_jpeg,    &tw_encode_webp,       &tw_encode_png8, &tw_encode_png_hillshade,
    &tw_encode_gtiff, &tw_encode_geojson, &tw_encode_flatgeobuf, &tw_encode_gpkg};

enum { NUM_DRIVERS = sizeof(drivers) / sizeof(drivers[0]) };

/* Keys of `output:` that belong to the configuration, to the sinks or to the item that describes the output
 * (stac). */
static const char *const common_keys[] = {
    "path",     "format",           "metatiling", "pixelbuffer",   "tile_size", "dtype",
    "bands",    "tile_path_schema", "layout",     "nodata",        "skip",      "stac",
    "services", "retina",           "acl",        "cache_control", "metadata"};
/* Those that say nothing of features. */
static const char *const raster_keys[] = {"dtype",    "bands",  "nodata",  "skip",
                                          "services", "retina", "metadata"};

enum {
    NUM_COMMON = sizeof(common_keys) / sizeof(common_keys[0]),
    NUM_RASTER = sizeof(raster_keys) / sizeof(raster_keys[0]),
    MAX_KEYS = 160
};

const struct tw_encoder_driver *tw_encoder_driver_find(const char *format)
{
    for (size_t i = 0; i < NUM_DRIVERS; i++)
        if (strcmp(drivers[i]->format, format) == 0 ||
            (drivers[i]->alias != NULL && strcmp(drivers[i]->alias, format) == 0))
            return drivers[i];
    return NULL;
}

const char *tw_format_extension(const char *format)
{
    const struct tw_encoder_driver *driver = tw_encoder_driver_find(format);
    return driver != NULL ? driver->extension : NULL;
}

const char *tw_format_content_type(const char *format)
{
    const struct tw_encoder_driver *driver = tw_encoder_driver_find(format);
    return driver != NULL ? driver->content_type : NULL;
}

static void report_format(const char *format, const struct tw_output_spec *spec, struct tw_problems *problems)
{
    const char *known[NUM_DRIVERS];
    for (size_t i = 0; i < NUM_DRIVERS; i++)
        known[i] = drivers[i]->format;
    tw_problems_add_unknown(problems, tw_value_get(spec->options, "format"), "output format", format, known,
                            NUM_DRIVERS);
}

static bool is_listed(const char *key, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], key) == 0)
            return true;
    return false;
}

size_t tw_encoder_common_keys(bool is_vector, const char **names, size_t capacity)
{
    size_t count = 0;
    for (size_t i = 0; i < NUM_COMMON && count < capacity; i++)
        if (!is_vector || !is_listed(common_keys[i], raster_keys, NUM_RASTER))
            names[count++] = common_keys[i];
    return count;
}

static void check_keys(const struct tw_encoder *encoder, const struct tw_value *options,
                       struct tw_problems *problems)
{
    const char *const *own;
    size_t num_own = encoder->driver->options(encoder, &own);
    const char *known[MAX_KEYS];
    size_t count = 0;
    for (size_t i = 0; i < num_own && count + NUM_COMMON < MAX_KEYS; i++)
        known[count++] = own[i];
    count += tw_encoder_common_keys(tw_encoder_is_vector(encoder), known + count, MAX_KEYS - count);
    for (size_t i = 0; options != NULL && options->kind == TW_MAP && i < options->count; i++)
        if (!is_listed(options->members[i].key, known, count))
            tw_problems_add_unknown_key(problems, &options->members[i], "output option", known, count);
}

static bool name_bands(struct tw_encoder *encoder, const struct tw_output_spec *spec)
{
    const char **names = tw_arena_calloc(encoder->arena, (size_t)encoder->num_bands + 1, sizeof(*names));
    if (names == NULL)
        return false;
    encoder->names_given = spec->band_names != NULL && spec->num_bands == encoder->num_bands;
    for (int i = 0; i < encoder->num_bands; i++) {
        names[i] = encoder->names_given ? tw_arena_strdup(encoder->arena, spec->band_names[i])
                                        : tw_arena_printf(encoder->arena, "%d", i + 1);
        if (names[i] == NULL)
            return false;
    }
    encoder->names = names;
    return true;
}

struct tw_encoder *tw_encoder_open(const char *format, const struct tw_output_spec *spec,
                                   struct tw_problems *problems)
{
    const struct tw_encoder_driver *driver = tw_encoder_driver_find(format);
    if (driver == NULL) {
        report_format(format, spec, problems);
        return NULL;
    }
    size_t before = problems->count;
    struct tw_encoder *encoder = calloc(1, sizeof(*encoder));
    if (encoder == NULL || (encoder->arena = tw_arena_new(0)) == NULL) {
        free(encoder);
        tw_problems_add(problems, NULL, "out of memory");
        return NULL;
    }
    encoder->driver = driver;
    if (!driver->open(encoder, spec, problems) || !name_bands(encoder, spec))
        tw_problems_add(problems, NULL, "out of memory");
    check_keys(encoder, spec->options, problems);
    if (problems->count != before) {
        tw_encoder_close(encoder);
        return NULL;
    }
    return encoder;
}

void tw_encoder_close(struct tw_encoder *encoder)
{
    if (encoder == NULL)
        return;
    if (encoder->driver->close != NULL)
        encoder->driver->close(encoder);
    tw_arena_free(encoder->arena);
    free(encoder);
}

bool tw_encoder_is_vector(const struct tw_encoder *encoder)
{
    return encoder->driver->encode_features != NULL;
}

bool tw_encoder_is_lossy(const struct tw_encoder *encoder)
{
    return encoder->is_lossy;
}

bool tw_format_makes_bands(const char *format)
{
    const struct tw_encoder_driver *driver = tw_encoder_driver_find(format);
    return driver != NULL && driver->makes_bands;
}

const char *tw_encoder_format(const struct tw_encoder *encoder)
{
    return encoder->driver->format;
}

const char *tw_encoder_extension(const struct tw_encoder *encoder)
{
    return encoder->driver->extension;
}

const char *tw_encoder_content_type(const struct tw_encoder *encoder)
{
    return encoder->driver->content_type;
}

int tw_encoder_num_bands(const struct tw_encoder *encoder)
{
    return encoder->num_bands;
}

const char *const *tw_encoder_band_names(const struct tw_encoder *encoder)
{
    return encoder->names_given ? encoder->names : NULL;
}

enum tw_dtype tw_encoder_dtype(const struct tw_encoder *encoder)
{
    return encoder->dtype;
}

double tw_encoder_nodata(const struct tw_encoder *encoder)
{
    return encoder->nodata;
}

enum tw_status tw_encoder_check_bands(const struct tw_encoder *encoder, size_t num_bands,
                                      struct tw_error *err)
{
    return encoder->driver->check_bands(encoder, num_bands, err);
}

static bool is_uniform_raster(const struct tw_arena *arena, const struct tw_raster *raster)
{
    for (size_t i = 0; i < raster->num_bands; i++)
        if (!tw_uniform_is(arena, &raster->bands[i]) ||
            raster->bands[i].width_px != raster->bands[0].width_px ||
            raster->bands[i].height_px != raster->bands[0].height_px)
            return false;
    return raster->num_bands > 0;
}

/* What becomes of one pixel becomes of all. *done is false when the result is not uniform. */
static enum tw_status store_uniform(const struct tw_encoder *encoder, const struct tw_raster *raster,
                                    struct tw_arena *arena, struct tw_raster *stored, bool *done,
                                    struct tw_error *err)
{
    struct tw_array *pixel = tw_arena_calloc(arena, raster->num_bands, sizeof(*pixel));
    struct tw_raster one = *raster;
    if (pixel == NULL)
        return tw_budget_error(arena, err);
    memcpy(pixel, raster->bands, raster->num_bands * sizeof(*pixel));
    for (size_t i = 0; i < raster->num_bands; i++)
        pixel[i].width_px = pixel[i].height_px = 1;
    one.bands = pixel;
    enum tw_status status = encoder->driver->store(encoder, &one, arena, stored, err);
    size_t count = tw_array_num_pixels(&raster->bands[0]);
    *done = status == TW_OK;
    for (size_t i = 0; *done && i < stored->num_bands; i++) {
        struct tw_array *band = &stored->bands[i];
        band->pixels = tw_uniform_pixels(arena, band->pixels, (enum tw_dtype)band->dtype, count);
        band->width_px = raster->bands[0].width_px;
        band->height_px = raster->bands[0].height_px;
        *done = band->pixels != NULL && band->valid == NULL;
    }
    return status;
}

enum tw_status tw_encoder_store(const struct tw_encoder *encoder, const struct tw_raster *raster,
                                struct tw_arena *arena, struct tw_raster *stored, struct tw_error *err)
{
    enum tw_status status = tw_encoder_check_bands(encoder, raster->num_bands, err);
    if (status != TW_OK)
        return status;
    bool is_uniform = false;
    if (is_uniform_raster(arena, raster))
        status = store_uniform(encoder, raster, arena, stored, &is_uniform, err);
    if (status != TW_OK || is_uniform)
        return status;
    return encoder->driver->store(encoder, raster, arena, stored, err);
}

enum tw_status tw_encoder_encode(const struct tw_encoder *encoder, const struct tw_raster *stored,
                                 const struct tw_window *window, struct tw_bytes *bytes, struct tw_error *err)
{
    return encoder->driver->encode(encoder, stored, window, bytes, err);
}

enum tw_status tw_encoder_decode(const struct tw_encoder *encoder, const struct tw_bytes *bytes,
                                 const struct tw_window *window, struct tw_arena *arena,
                                 struct tw_raster *stored, struct tw_error *err)
{
    return encoder->driver->decode(encoder, bytes, window, arena, stored, err);
}

enum tw_status tw_encoder_store_features(const struct tw_encoder *encoder, const struct tw_features *features,
                                         const struct tw_window *window, struct tw_arena *arena,
                                         struct tw_features *stored, struct tw_error *err)
{
    return encoder->driver->store_features(encoder, features, window, arena, stored, err);
}

enum tw_status tw_encoder_encode_features(const struct tw_encoder *encoder, const struct tw_features *stored,
                                          const struct tw_window *window, struct tw_bytes *bytes,
                                          struct tw_error *err)
{
    return encoder->driver->encode_features(encoder, stored, window, bytes, err);
}

enum tw_status tw_encoder_sidecar(const struct tw_encoder *encoder, const struct tw_window *window,
                                  struct tw_bytes *bytes, struct tw_error *err)
{
    bytes->size = 0;
    return encoder->driver->sidecar != NULL ? encoder->driver->sidecar(encoder, window, bytes, err) : TW_OK;
}

const char *tw_encoder_format_of(const char *extension)
{
    for (size_t i = 0; i < NUM_DRIVERS; i++)
        if (strcmp(drivers[i]->extension, extension) == 0)
            return drivers[i]->format;
    return strcmp(extension, "tiff") == 0 ? tw_encode_gtiff.format : NULL;
}

bool tw_encoder_format_is_vector(const char *format)
{
    const struct tw_encoder_driver *driver = tw_encoder_driver_find(format);
    return driver != NULL && driver->encode_features != NULL;
}

size_t tw_encoder_formats(const char *names[TW_MOST_FORMATS], const char *about[TW_MOST_FORMATS])
{
    for (size_t i = 0; i < NUM_DRIVERS && i < TW_MOST_FORMATS; i++) {
        names[i] = drivers[i]->format;
        about[i] = drivers[i]->about;
    }
    return NUM_DRIVERS;
}

void tw_bytes_free(struct tw_bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct tw_bytes){0};
}

bool tw_bytes_reserve(struct tw_bytes *bytes, size_t capacity)
{
    if (capacity <= bytes->capacity)
        return true;
    unsigned char *data = realloc(bytes->data, capacity);
    if (data == NULL)
        return false;
    bytes->data = data;
    bytes->capacity = capacity;
    return true;
}
