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
static const char *const hidden[] = {"TILED",
                                     "BLOCKXSIZE",
                                     "BLOCKYSIZE",
                                     "TFW",
                                     "RPB",
                                     "RPCTXT",
                                     "NBITS",
                                     "PIXELTYPE",
                                     "COPY_SRC_OVERVIEWS",
                                     "STREAMABLE_OUTPUT",
                                     "PROFILE",
                                     "ENDIANNESS",
                                     "DISCARD_LSB",
                                     "MAX_Z_ERROR"};

/* What the single file and this encoder know beyond GDAL's own. */
static const char *const own_options[] = {
    "blocksize", "tags", "cog", "overviews", "overviews_resampling", "overviews_levels", "in_memory"};

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

static void take_blocksize(struct tw_gtiff_settings *settings, const struct tw_output_spec *spec,
                           struct tw_problems *problems)
{
    const struct tw_value *value = tw_value_get(spec->options, "blocksize");
    long long size = TW_GTIFF_BLOCKSIZE;
    if (value != NULL && (!tw_value_is_int(value, &size) || size < 16 || size > 16384 || size % 16 != 0)) {
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

static bool is_lossless(const char *compress)
{
    for (size_t i = 0; i < sizeof(lossless) / sizeof(lossless[0]); i++)
        if (strcmp(lossless[i], compress) == 0)
            return true;
    return false;
}

static void set_defaults(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                         struct tw_problems *problems)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    bool is_float = tw_dtype_is_float(encoder->dtype);
    set_default(settings, "COMPRESS", "DEFLATE");
    const char *compress = CSLFetchNameValue(settings->creation, "COMPRESS");
    if (strcmp(compress, "DEFLATE") == 0 || strcmp(compress, "LZW") == 0 || strcmp(compress, "ZSTD") == 0)
        set_default(settings, "PREDICTOR", is_float ? "3" : "2");
    const char *predictor = CSLFetchNameValue(settings->creation, "PREDICTOR");
    if (predictor != NULL && strcmp(predictor, "3") == 0 && !is_float)
        tw_problems_add(problems, tw_value_get(spec->options, "predictor"),
                        "output.predictor 3 is for float32 and float64; %s takes 1 or 2",
                        tw_dtype_name(encoder->dtype));
    /* Bands one after the other: each can be written on its own. */
    set_default(settings, "INTERLEAVE", "BAND");
    const char *interleave = CSLFetchNameValue(settings->creation, "INTERLEAVE");
    settings->is_pixel_interleaved = encoder->num_bands > 1 && strcmp(interleave, "PIXEL") == 0;
    encoder->is_lossy = !is_lossless(compress);
    set_default(settings, "BIGTIFF", "IF_SAFER");
#if GDAL_VERSION_NUM < GDAL_COMPUTE_VERSION(3, 7, 0)
    if (encoder->dtype == TW_INT8)
        set_default(settings, "PIXELTYPE", "SIGNEDBYTE");
#endif
}

static bool add_tag(char ***tags, const struct tw_member *member, struct tw_problems *problems)
{
    const struct tw_value *value = &member->value;
    if (value->kind == TW_LIST || value->kind == TW_MAP) {
        tw_problems_add(problems, value, "tag '%s' must be a string or a number, not %s", member->key,
                        tw_value_kind_name(value->kind));
        return false;
    }
    *tags = CSLSetNameValue(*tags, member->key, value->text != NULL ? value->text : "");
    return true;
}

static void take_band_tags(struct tw_encoder *encoder, const struct tw_member *member,
                           struct tw_problems *problems)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    double band;
    if (!tw_parse_number(member->key, &band) || band < 1 || band > encoder->num_bands || band != (int)band) {
        tw_problems_add_key(problems, member, "tags of band '%s': the output has the bands 1 to %d",
                            member->key, encoder->num_bands);
        return;
    }
    for (size_t i = 0; i < member->value.count; i++)
        add_tag(&settings->band_tags[(int)band - 1], &member->value.members[i], problems);
}

static void take_tags(struct tw_encoder *encoder, const struct tw_output_spec *spec,
                      struct tw_problems *problems)
{
    struct tw_gtiff_settings *settings = encoder->settings;
    const struct tw_value *tags = tw_value_get(spec->options, "tags");
    if (tags == NULL || tags->kind == TW_NULL)
        return;
    if (tags->kind != TW_MAP) {
        tw_problems_add(problems, tags, "output.tags must be a map of names and values, not %s",
                        tw_value_kind_name(tags->kind));
        return;
    }
    for (size_t i = 0; i < tags->count; i++) {
        if (tags->members[i].value.kind == TW_MAP)
            take_band_tags(encoder, &tags->members[i], problems);
        else
            add_tag(&settings->tags, &tags->members[i], problems);
    }
}

static void validate(struct tw_gtiff_settings *settings, const struct tw_output_spec *spec,
                     GDALDriverH driver, struct tw_problems *problems)
{
    CPLErrorReset();
    if (!GDALValidateCreationOptions(driver, settings->creation))
        tw_problems_add(problems, spec->options, "output: %s", tw_gdal_reason());
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
    bool listed = settings->band_tags != NULL && list_options(encoder, xml);
    if (listed) {
        take_options(encoder, spec, xml, problems);
        take_blocksize(settings, spec, problems);
        set_defaults(encoder, spec, problems);
        take_tags(encoder, spec, problems);
        if (problems->count == before)
            validate(settings, spec, driver, problems);
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
}
