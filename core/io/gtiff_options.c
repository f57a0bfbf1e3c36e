/* SPDX-License-Identifier: MIT */
#include "encode_gtiff.h"
#include "dataset.h"

#include <cpl_conv.h>
#include <cpl_minixml.h>
#include <cpl_string.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Options of GDAL's driver that are decided here, or would write other files or change pixels unseen. */
static const char *const hidden[] = {
    "TILED",     "BLOCKXSIZE",         "BLOCKYSIZE",        "TFW",     "RPB",        "RPCTXT",
    "PIXELTYPE", "COPY_SRC_OVERVIEWS", "STREAMABLE_OUTPUT", "PROFILE", "ENDIANNESS", "DISCARD_LSB"};

/* What the single file and this encoder know beyond GDAL's own. */
static const char *const own_options[] = {"compression",
                                          "blocksize",
                                          "blockxsize",
                                          "blockysize",
                                          "tiled",
                                          "tags",
                                          "colormap",
                                          "scale",
                                          "offset",
                                          "unit",
                                          "statistics",
                                          "cog",
                                          "overviews",
                                          "overviews_resampling",
                                          "overviews_levels",
                                          "in_memory"};

static const char *const lossless[] = {"NONE", "LZW", "PACKBITS", "DEFLATE", "ZSTD", "LZMA"};

static bool is_hidden(const char *name)
{
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
        if (strcmp(hidden[i], name) == 0)
            return true;
    return strncmp(name, "SOURCE_", 7) == 0 || strncmp(name, "TIFFTAG_", 8) == 0;
}

static char *lower(struct tw_arena *arena, const char *text)
{
    char *copy = tw_arena_strdup(arena, text);
    for (char *at = copy; at != NULL && *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return copy;
}

static bool list_options(struct tw_encoder *encoder, const CPLXMLNode *xml)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    size_t count = 0;
    for (size_t i = 0; i < sizeof(own_options) / sizeof(own_options[0]); i++)
        settings->option_names[count++] = own_options[i];
    for (const CPLXMLNode *option = xml->psChild; option != NULL; option = option->psNext) {
        const char *name = CPLGetXMLValue(option, "name", NULL);
        if (name == NULL || is_hidden(name) || count == TW_GTIFF_MAX_OPTIONS)
            continue;
        if ((settings->option_names[count++] = lower(encoder->arena, name)) == NULL)
            return false;
    }
    settings->num_options = count;
    return true;
}

enum { MAX_CHOICES = 32 };

/* The values of a string-select option, in lower case as they are written in YAML. */
static size_t list_choices(struct tw_arena *arena, const CPLXMLNode *option, const char *choices[MAX_CHOICES])
{
    size_t count = 0;
    for (const CPLXMLNode *value = option->psChild; value != NULL && count < MAX_CHOICES;
         value = value->psNext) {
        if (value->eType != CXT_Element || strcmp(value->pszValue, "Value") != 0)
            continue;
        const char *text = CPLGetXMLValue(value, NULL, NULL);
        if (text != NULL && (choices[count] = lower(arena, text)) != NULL)
            count++;
    }
    return count;
}

static bool check_choice(struct tw_encoder *encoder, const CPLXMLNode *option, const struct tw_member *member,
                         struct tw_problems *problems)
{
    const char *choices[MAX_CHOICES];
    size_t count = list_choices(encoder->arena, option, choices);
    const char *given = lower(encoder->arena, member->value.text);
    for (size_t i = 0; given != NULL && i < count; i++)
        if (strcmp(choices[i], given) == 0)
            return true;
    const char *kind = tw_arena_printf(encoder->arena, "value of output.%s", member->key);
    tw_problems_add_unknown(problems, &member->value, kind != NULL ? kind : "value", member->value.text,
                            choices, count);
    return false;
}

/* GDAL's option of that name in capitals, or NULL. `compression` is an old name of `compress`. */
static const CPLXMLNode *find_option(const CPLXMLNode *xml, const char *key)
{
    if (strcasecmp(key, "compression") == 0)
        key = "compress";
    for (const CPLXMLNode *option = xml->psChild; option != NULL; option = option->psNext) {
        const char *name = CPLGetXMLValue(option, "name", NULL);
        if (name != NULL && strcasecmp(name, key) == 0 && !is_hidden(name))
            return option;
    }
    return NULL;
}

bool tw_gtiff_option_about(const char *key, struct tw_arena *arena, struct tw_option_about *about)
{
    GDALDriverH driver = GDALGetDriverByName("GTiff");
    const char *text = driver != NULL ? GDALGetDriverCreationOptionList(driver) : NULL;
    CPLXMLNode *xml = text != NULL ? CPLParseXMLString(text) : NULL;
    const CPLXMLNode *option = xml != NULL ? find_option(xml, key) : NULL;
    const char **choices = tw_arena_calloc(arena, MAX_CHOICES, sizeof(*choices));
    if (option != NULL && choices != NULL) {
        about->about = tw_arena_strdup(arena, CPLGetXMLValue(option, "description", ""));
        about->type = tw_arena_strdup(arena, CPLGetXMLValue(option, "type", ""));
        about->choices = choices;
        about->num_choices = list_choices(arena, option, choices);
    }
    bool found = option != NULL && choices != NULL && about->about != NULL && about->type != NULL;
    CPLDestroyXMLNode(xml);
    return found;
}

static void take_option(struct tw_encoder *encoder, const CPLXMLNode *option, const struct tw_member *member,
                        struct tw_problems *problems)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    const struct tw_value *value = &member->value;
    const char *name = CPLGetXMLValue(option, "name", "");
    if (value->kind == TW_NULL)
        return;
    if (value->kind == TW_LIST || value->kind == TW_MAP) {
        tw_problems_add(problems, value, "output.%s must be a string or a number, not %s", member->key,
                        tw_value_kind_name(value->kind));
        return;
    }
    const char *text = value->kind != TW_BOOL ? value->text : value->boolean ? "YES" : "NO";
    bool has_choices = strcmp(CPLGetXMLValue(option, "type", ""), "string-select") == 0;
    if (has_choices && value->kind != TW_BOOL && !check_choice(encoder, option, member, problems))
        return;
    char *upper = tw_arena_strdup(encoder->arena, text);
    for (char *at = upper; has_choices && at != NULL && *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    if (upper != NULL)
        settings->creation = CSLSetNameValue(settings->creation, name, upper);
}

static void take_options(struct tw_encoder *encoder, const struct tw_output_spec *spec, const CPLXMLNode *xml,
                         struct tw_problems *problems)
{
    const struct tw_value *options = spec->options;
    for (size_t i = 0; options != NULL && options->kind == TW_MAP && i < options->count; i++) {
        const CPLXMLNode *option = find_option(xml, options->members[i].key);
        if (option != NULL)
            take_option(encoder, option, &options->members[i], problems);
    }
}

static bool is_given(const struct tw_value *value)
{
    return value != NULL && value->kind != TW_NULL;
}

/* mapchete's and rasterio's profiles say it with these. */
static const struct tw_value *find_blocksize(const struct tw_output_spec *spec, struct tw_problems *problems)
{
    const struct tw_value *size = tw_value_get(spec->options, "blocksize");
    const struct tw_value *width = tw_value_get(spec->options, "blockxsize");
    const struct tw_value *height = tw_value_get(spec->options, "blockysize");
    const struct tw_value *tiled = tw_value_get(spec->options, "tiled");
    if (is_given(tiled) && !tw_output_bool(spec, "tiled", true, problems))
        tw_problems_add(problems, tiled,
                        "GeoTIFFs are written in square blocks, not in strips; remove output.tiled");
    if (!is_given(width) && !is_given(height))
        return size;
    long long one = 0, other = 0;
    bool is_square = is_given(width) && is_given(height) && tw_value_is_int(width, &one) &&
                     tw_value_is_int(height, &other) && one == other;
    if (!is_square)
        tw_problems_add(problems, is_given(width) ? width : height,
                        "blocks are square: let output.blockxsize and output.blockysize be the same, or give "
                        "output.blocksize");
    else if (is_given(size))
        tw_problems_add(problems, size, "output.blockxsize says that already; leave one of them out");
    return is_square ? width : size;
}

static void take_blocksize(struct tw_gtiff_settings *settings, const struct tw_output_spec *spec,
                           struct tw_problems *problems)
{
    const struct tw_value *value = find_blocksize(spec, problems);
    long long size = TW_GTIFF_BLOCKSIZE;
    if (is_given(value) && (!tw_value_is_int(value, &size) || size < 16 || size > 16384 || size % 16 != 0)) {
        tw_output_wrong(problems, value, "output.blocksize must be a multiple of 16, from 16 to 16384");
        size = TW_GTIFF_BLOCKSIZE;
    }
    settings->blocksize_px = (int)size;
}

static void set_default(struct tw_gtiff_settings *settings, const char *name, const char *value)
{
    if (CSLFetchNameValue(settings->creation, name) == NULL)
        settings->creation = CSLSetNameValue(settings->creation, name, value);
}

static bool is_lossy(const struct tw_gtiff_settings *settings, const char *compress)
{
    for (size_t i = 0; i < sizeof(lossless) / sizeof(lossless[0]); i++)
        if (strcmp(lossless[i], compress) == 0)
            return false;
    const char *error = CSLFetchNameValue(settings->creation, "MAX_Z_ERROR");
    if (strncmp(compress, "LERC", 4) == 0)
        return error != NULL && CPLAtof(error) > 0;
    return !(strcmp(compress, "WEBP") == 0 &&
             CPLTestBool(CSLFetchNameValueDef(settings->creation, "WEBP_LOSSLESS", "NO")));
}

/* What is made for photographs takes the bands of a pixel together. */
static void set_layout(struct tw_encoder *encoder, const char *compress)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    bool is_photo = strcmp(compress, "JPEG") == 0 || strcmp(compress, "WEBP") == 0;
    /* Bands one after the other: each can be written on its own. */
    set_default(settings, "INTERLEAVE", is_photo && encoder->num_bands > 1 ? "PIXEL" : "BAND");
    const char *interleave = CSLFetchNameValue(settings->creation, "INTERLEAVE");
    settings->is_pixel_interleaved = encoder->num_bands > 1 && strcmp(interleave, "PIXEL") == 0;
    if (strcmp(compress, "JPEG") == 0 && encoder->num_bands == 3 && settings->is_pixel_interleaved)
        set_default(settings, "PHOTOMETRIC", "YCBCR");
}

/* Fewer bits than the type has: values are clamped to them. */
static void take_nbits(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                       struct tw_problems *problems)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    const char *text = CSLFetchNameValue(settings->creation, "NBITS");
    const struct tw_value *value = tw_value_get(spec->options, "nbits");
    if (text == NULL)
        return;
    bool is_unsigned =
        encoder->dtype == TW_UINT8 || encoder->dtype == TW_UINT16 || encoder->dtype == TW_UINT32;
    int bits = 8 * (int)tw_dtype_size(encoder->dtype), given = atoi(text);
    long long number;
    if (!is_unsigned)
        tw_problems_add(problems, value, "output.nbits is for uint8, uint16 and uint32, not for %s",
                        tw_dtype_name(encoder->dtype));
    else if (!tw_value_is_int(value, &number) || given < 1 || given > bits)
        tw_problems_add(problems, value, "output.nbits must be from 1 to %d for %s, not %s", bits,
                        tw_dtype_name(encoder->dtype), text);
    else if (encoder->nodata > (double)((1ULL << given) - 1))
        tw_problems_add(problems, value, "output.nodata %.10g does not fit into %d bits", encoder->nodata,
                        given);
    else if (given < bits)
        settings->most = (1ULL << given) - 1;
}

/* GDAL takes any number, and does something. */
static void check_ranges(const struct tw_gtiff_settings *settings, const struct tw_output_spec *spec,
                         struct tw_problems *problems)
{
    static const struct {
        const char *name, *key;
        int least, most;
    } ranges[] = {{"JPEG_QUALITY", "jpeg_quality", 1, 100},
                  {"WEBP_LEVEL", "webp_level", 1, 100},
                  {"ZLEVEL", "zlevel", 1, 12},
                  {"ZSTD_LEVEL", "zstd_level", 1, 22},
                  {"LZMA_PRESET", "lzma_preset", 0, 9}};
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        const char *text = CSLFetchNameValue(settings->creation, ranges[i].name);
        double number;
        bool fits = text == NULL || (tw_parse_number(text, &number) && number == (int)number &&
                                     number >= ranges[i].least && number <= ranges[i].most);
        if (!fits)
            tw_problems_add(problems, tw_value_get(spec->options, ranges[i].key),
                            "output.%s must be from %d to %d, not %s", ranges[i].key, ranges[i].least,
                            ranges[i].most, text);
    }
    const char *error = CSLFetchNameValue(settings->creation, "MAX_Z_ERROR");
    const char *compress = CSLFetchNameValue(settings->creation, "COMPRESS");
    const struct tw_value *value = tw_value_get(spec->options, "max_z_error");
    double number;
    if (error != NULL && (!tw_parse_number(error, &number) || number < 0))
        tw_problems_add(problems, value, "output.max_z_error must be a number of at least 0, not %s", error);
    else if (error != NULL && strncmp(compress, "LERC", 4) != 0)
        tw_problems_add(problems, value,
                        "output.max_z_error is for compress: lerc, lerc_deflate or lerc_zstd");
}

static void set_defaults(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                         struct tw_problems *problems)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    bool is_float = tw_dtype_is_float(encoder->dtype);
    set_default(settings, "COMPRESS", "DEFLATE");
    const char *compress = CSLFetchNameValue(settings->creation, "COMPRESS");
    bool has_predictor =
        strcmp(compress, "DEFLATE") == 0 || strcmp(compress, "LZW") == 0 || strcmp(compress, "ZSTD") == 0;
    if (has_predictor && CSLFetchNameValue(settings->creation, "NBITS") == NULL)
        set_default(settings, "PREDICTOR", is_float ? "3" : "2");
    const char *predictor = CSLFetchNameValue(settings->creation, "PREDICTOR");
    if (predictor != NULL && strcmp(predictor, "3") == 0 && !is_float)
        tw_problems_add(problems, tw_value_get(spec->options, "predictor"),
                        "output.predictor 3 is for float32 and float64; %s takes 1 or 2",
                        tw_dtype_name(encoder->dtype));
    set_layout(encoder, compress);
    take_nbits(encoder, spec, problems);
    check_ranges(settings, spec, problems);
    encoder->is_lossy = is_lossy(settings, compress);
    set_default(settings, "BIGTIFF", "IF_SAFER");
    /* GDAL cannot know beforehand, and would fail at 4 GB */
    if (strcmp(compress, "NONE") != 0 &&
        strcmp(CSLFetchNameValue(settings->creation, "BIGTIFF"), "IF_NEEDED") == 0)
        settings->creation = CSLSetNameValue(settings->creation, "BIGTIFF", "IF_SAFER");
#if GDAL_VERSION_NUM < GDAL_COMPUTE_VERSION(3, 7, 0)
    if (encoder->dtype == TW_INT8)
        set_default(settings, "PIXELTYPE", "SIGNEDBYTE");
#endif
}

/* GDAL objects to some options only when a file is made: it makes a small one. */
static void validate(const struct tw_encoder *encoder, const struct tw_output_spec *spec, GDALDriverH driver,
                     struct tw_problems *problems)
{
    const struct tw_gtiff_settings *settings = encoder->settings;
    struct tw_error err = {0};
    CPLErrorReset();
    if (!GDALValidateCreationOptions(driver, settings->creation))
        tw_problems_add(problems, spec->options, "output: %s", tw_gdal_reason());
    else if (!tw_gtiff_try(encoder, &err))
        tw_problems_add(problems, spec->options, "%s", err.message);
}

bool tw_gtiff_read_options(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                           struct tw_problems *problems)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    GDALDriverH driver = GDALGetDriverByName("GTiff");
    const char *text = driver != NULL ? GDALGetDriverCreationOptionList(driver) : NULL;
    CPLXMLNode *xml = text != NULL ? CPLParseXMLString(text) : NULL;
    if (xml == NULL) {
        tw_problems_add(problems, spec->options, "this GDAL has no GTiff driver");
        return true;
    }
    size_t before = problems->count;
    size_t num_bands = (size_t)encoder->num_bands;
    settings->band_tags = tw_arena_calloc(encoder->arena, num_bands + 1, sizeof(*settings->band_tags));
    settings->scales = tw_arena_calloc(encoder->arena, num_bands, sizeof(*settings->scales));
    settings->offsets = tw_arena_calloc(encoder->arena, num_bands, sizeof(*settings->offsets));
    settings->units = tw_arena_calloc(encoder->arena, num_bands, sizeof(*settings->units));
    bool listed = settings->band_tags != NULL && settings->scales != NULL && settings->offsets != NULL &&
                  settings->units != NULL && list_options(encoder, xml);
    if (listed) {
        take_options(encoder, spec, xml, problems);
        take_blocksize(settings, spec, problems);
        set_defaults(encoder, spec, problems);
        tw_gtiff_read_description(encoder, spec, problems);
        if (problems->count == before)
            validate(encoder, spec, driver, problems);
    }
    CPLDestroyXMLNode(xml);
    return listed;
}

void tw_gtiff_free_options(struct tw_encoder *encoder)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    if (settings == NULL)
        return;
    CSLDestroy(settings->creation);
    CSLDestroy(settings->tags);
    for (int i = 0; settings->band_tags != NULL && i < encoder->num_bands; i++)
        CSLDestroy(settings->band_tags[i]);
    if (settings->colors != NULL)
        GDALDestroyColorTable(settings->colors);
}
