/* The output of a conversion: like the input, but for what was asked for.
 *
 * SPDX-License-Identifier: MIT
 */
#include "convert_parts.h"

#include "log.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* `compress=zstd`: names of options are in lower case. */
static void add_creation(struct tw_convert *convert, const struct tw_value **output, const char *text)
{
    size_t length = strcspn(text, "=");
    char *name = tw_arena_strndup(convert->arena, text, length);
    if (name == NULL) {
        convert->nomem = true;
        return;
    }
    for (char *c = name; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    tw_convert_set(convert, output, name,
                   tw_convert_from(convert, TW_CONVERT_CO, tw_convert_scalar(convert, text + length + 1)));
}

/* Bands that have names keep them. */
static const struct tw_value *bands_like_input(struct tw_convert *convert)
{
    size_t count = tw_source_num_bands(convert->source);
    const char *const *names = tw_source_band_names(convert->source);
    bool named = true;
    for (size_t i = 0; i < count; i++)
        named = named && strncmp(names[i], "band", 4) != 0;
    struct tw_value *list = named ? tw_value_list(convert->arena, count) : NULL;
    if (list == NULL)
        return tw_value_number(convert->arena, (double)count);
    for (size_t i = 0; i < count; i++) {
        const struct tw_value *name = tw_value_string(convert->arena, names[i]);
        if (name == NULL)
            return NULL;
        list->items[i] = *name;
    }
    return list;
}

static void set_dtype(struct tw_convert *convert, const struct tw_value **output)
{
    const char *given = convert->asked->given[TW_CONVERT_DTYPE];
    const char *name = tw_dtype_name(tw_source_dtype(convert->source));
    if (given != NULL)
        return;
    if (strcmp(convert->format, "GTiff") == 0) {
        tw_text_printf(convert->chosen, " --output-dtype %s", name);
        tw_convert_set(convert, output, "dtype", tw_value_string(convert->arena, name));
    } else if (tw_source_dtype(convert->source) != TW_UINT8 &&
               convert->asked->given[TW_CONVERT_SCALE_RATIO] == NULL) {
        tw_log_warn("'%s' is %s, and %s holds 0 to 255: what is larger becomes 255, unless --scale-ratio "
                    "makes it smaller",
                    convert->asked->input, name, convert->format);
    }
}

/* The input's nodata where the output's type holds it; otherwise the format's own. */
static void set_nodata(struct tw_convert *convert, const struct tw_value **output)
{
    const struct tw_source_facts *facts = convert->facts;
    const char *given = convert->asked->given[TW_CONVERT_DTYPE];
    enum tw_dtype dtype = tw_source_dtype(convert->source);
    if (convert->asked->given[TW_CONVERT_NODATA] != NULL || strcmp(convert->format, "GTiff") != 0 ||
        !facts->has_nodata)
        return;
    if (given != NULL && !tw_dtype_parse(given, &dtype))
        return;
    bool fits = tw_dtype_is_float(dtype) || tw_dtype_holds(dtype, facts->nodata);
    if (!fits) {
        tw_text_add(convert->chosen, " --nodata 0");
        return;
    }
    struct tw_value *value = isnan(facts->nodata) ? tw_value_string(convert->arena, "nan")
                                                  : tw_value_number(convert->arena, facts->nodata);
    tw_convert_set(convert, output, "nodata", value);
    tw_text_printf(convert->chosen, " --nodata %.10g", facts->nodata);
}

static void set_raster(struct tw_convert *convert, const struct tw_value **output)
{
    tw_convert_set(convert, output, "bands", bands_like_input(convert));
    set_dtype(convert, output);
    set_nodata(convert, output);
    if (convert->asked->given[TW_CONVERT_RETINA] != NULL)
        tw_convert_set(convert, output, "retina",
                       tw_convert_from(convert, TW_CONVERT_RETINA, tw_value_bool(convert->arena, true)));
    if (convert->is_single && convert->asked->given[TW_CONVERT_COG] != NULL)
        tw_convert_set(convert, output, "cog", tw_value_bool(convert->arena, true));
    if (convert->is_single && convert->asked->given[TW_CONVERT_OVERVIEWS] != NULL)
        tw_convert_set(convert, output, "overviews", tw_value_bool(convert->arena, true));
    bool has_overviews = convert->asked->given[TW_CONVERT_OVERVIEWS] != NULL ||
                         convert->asked->given[TW_CONVERT_OVERVIEWS_RESAMPLING] != NULL;
    if (convert->is_single && has_overviews)
        tw_convert_set(convert, output, "overviews_resampling", tw_convert_overviews_resampling(convert));
}

static void set_vector(struct tw_convert *convert, const struct tw_value **output)
{
    const char *type = convert->asked->given[TW_CONVERT_GEOMETRY_TYPE];
    const struct tw_value *schema = convert->facts->schema;
    if (type != NULL)
        tw_convert_set(
            convert, &schema, "geometry",
            tw_convert_from(convert, TW_CONVERT_GEOMETRY_TYPE, tw_value_string(convert->arena, type)));
    tw_convert_set(convert, output, "schema", schema);
}

const struct tw_value *tw_convert_overviews_resampling(struct tw_convert *convert)
{
    const char *given = convert->asked->given[TW_CONVERT_OVERVIEWS_RESAMPLING];
    struct tw_value *value = tw_value_string(convert->arena, given != NULL ? given : "cubic_spline");
    return given != NULL ? tw_convert_from(convert, TW_CONVERT_OVERVIEWS_RESAMPLING, value) : value;
}

const struct tw_value *tw_convert_output(struct tw_convert *convert)
{
    const struct tw_value *output = NULL;
    struct tw_value *format = tw_value_string(convert->arena, convert->format);
    tw_convert_set(convert, &output, "path", tw_value_string(convert->arena, convert->asked->output));
    tw_convert_set(convert, &output, "format",
                   convert->asked->given[TW_CONVERT_FORMAT] != NULL
                       ? tw_convert_from(convert, TW_CONVERT_FORMAT, format)
                       : format);
    if (convert->is_vector)
        set_vector(convert, &output);
    else
        set_raster(convert, &output);
    for (size_t i = 0; i < convert->asked->num_creation; i++)
        add_creation(convert, &output, convert->asked->creation[i]);
    return output;
}
