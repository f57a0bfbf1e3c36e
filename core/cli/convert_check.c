/* What is wrong with a conversion before anything is opened.
 *
 * SPDX-License-Identifier: MIT
 */
#include "convert_parts.h"

#include "encoder.h"
#include "file.h"
#include "tile_output.h"

#include <stdlib.h>
#include <string.h>

/* A name that ends like a file of these is no folder of tiles. */
static const char *const file_suffixes[] = {".jpg",  ".jpeg", ".png",     ".webp", ".jp2",      ".vrt",
                                            ".json", ".gpkg", ".geojson", ".shp",  ".fgb",      ".mbtiles",
                                            ".nc",   ".img",  ".pmtiles", ".zarr", ".mapchete", ".yaml"};

static bool is_same_file(const char *a, const char *b)
{
    char *real_a = realpath(a, NULL), *real_b = realpath(b, NULL);
    bool same = real_a != NULL && real_b != NULL && strcmp(real_a, real_b) == 0;
    free(real_a);
    free(real_b);
    return same;
}

static void check_suffix(struct tw_convert *convert)
{
    const char *output = convert->asked->output;
    for (size_t i = 0; i < sizeof(file_suffixes) / sizeof(file_suffixes[0]); i++)
        if (tw_path_has_suffix(output, file_suffixes[i]) && !tw_is_folder(output)) {
            tw_problems_add(convert->problems, NULL,
                            "the output '%s' is to be a folder, or a GeoTIFF that ends in .tif, or an "
                            "archive that ends in .pmtiles or .mbtiles; --output-format says what the tiles "
                            "of a folder are",
                            output);
            return;
        }
}

static void check_names(struct tw_convert *convert)
{
    const char *input = convert->asked->input, *output = convert->asked->output;
    convert->is_single = tw_output_is_gtiff(output);
    convert->is_archive = tw_output_is_file(output) && !convert->is_single && !tw_is_folder(output);
    if (tw_is_folder(input) && !tw_is_tile_folder(input, convert->arena))
        tw_problems_add(convert->problems, NULL,
                        "'%s' is a folder without metadata.json, so it is no folder of tiles", input);
    if (is_same_file(input, output))
        tw_problems_add(convert->problems, NULL, "the output '%s' is the input", output);
    else if (convert->is_single && tw_is_folder(output))
        tw_problems_add(convert->problems, NULL, "'%s' is a folder, and the output is to be one GeoTIFF",
                        output);
    else if (!convert->is_single && !convert->is_archive && tw_file_exists(output) && !tw_is_folder(output))
        tw_problems_add(convert->problems, NULL,
                        "'%s' is a file, and the output is to be a folder of tiles; a single GeoTIFF ends in "
                        ".tif",
                        output);
    else if (!convert->is_single && !convert->is_archive)
        check_suffix(convert);
}

static void check_resampling(struct tw_convert *convert, enum tw_convert_key key)
{
    const char *name = convert->asked->given[key];
    enum tw_resampling ignored;
    if (name == NULL || tw_resampling_parse(name, &ignored))
        return;
    const struct tw_value *value = tw_convert_from(convert, key, tw_value_string(convert->arena, name));
    tw_problems_add_unknown(convert->problems, value, "resampling", name, tw_resampling_list(),
                            TW_NUM_RESAMPLINGS);
}

static void check_number(struct tw_convert *convert, enum tw_convert_key key)
{
    const char *text = convert->asked->given[key];
    double ignored;
    if (text != NULL && !tw_parse_number(text, &ignored))
        tw_problems_add(convert->problems, NULL, "--%s takes a number, not '%s'",
                        tw_convert_options[key].name, text);
}

static void check_bands(struct tw_convert *convert)
{
    const char *text = convert->asked->given[TW_CONVERT_BIDX];
    size_t length = text != NULL ? strlen(text) : 0;
    if (text != NULL && (length == 0 || text[0] == ',' || text[length - 1] == ',' || strstr(text, ",,")))
        tw_problems_add(convert->problems, NULL, "--bidx takes bands such as 3,1 or red,nir, not '%s'", text);
}

static void check_overviews(struct tw_convert *convert)
{
    const char *const *given = convert->asked->given;
    if (given[TW_CONVERT_COG] != NULL && !convert->is_single)
        tw_problems_add(convert->problems, NULL,
                        "--cog makes one GeoTIFF, and the output '%s' is a folder: let its name end in .tif",
                        convert->asked->output);
    if (given[TW_CONVERT_OVERVIEWS_RESAMPLING] != NULL && given[TW_CONVERT_OVERVIEWS] == NULL &&
        given[TW_CONVERT_COG] == NULL)
        tw_problems_add(convert->problems, NULL,
                        "--overviews-resampling-method says how overviews are made: give --overviews or "
                        "--cog, too");
}

static void check_format(struct tw_convert *convert)
{
    const char *format = convert->asked->given[TW_CONVERT_FORMAT];
    const char *names[TW_MOST_FORMATS], *about[TW_MOST_FORMATS];
    if (format == NULL || strcmp(format, "null") == 0 || tw_format_extension(format) != NULL)
        return;
    const struct tw_value *value =
        tw_convert_from(convert, TW_CONVERT_FORMAT, tw_value_string(convert->arena, format));
    tw_problems_add_unknown(convert->problems, value, "output format", format, names,
                            tw_encoder_formats(names, about));
}

/* Options of the format that have an option of their own. */
static const struct {
    const char *name;
    const char *instead;
} own_options[] = {{"path", "OUTPUT"},
                   {"format", "--output-format"},
                   {"dtype", "--output-dtype"},
                   {"bands", "--bidx"},
                   {"nodata", "--nodata"},
                   {"metatiling", "--output-metatiling"},
                   {"schema", "--output-geometry-type"},
                   {"cog", "--cog"},
                   {"overviews", "--overviews"},
                   {"overviews_resampling", "--overviews-resampling-method"}};

static void check_creation(struct tw_convert *convert, const char *text)
{
    size_t length = strcspn(text, "=");
    if (text[length] != '=' || length == 0) {
        tw_problems_add(convert->problems, NULL, "--co takes NAME=VALUE, such as compress=zstd, not '%s'",
                        text);
        return;
    }
    for (size_t i = 0; i < sizeof(own_options) / sizeof(own_options[0]); i++)
        if (strlen(own_options[i].name) == length && strncasecmp(own_options[i].name, text, length) == 0)
            tw_problems_add(convert->problems, NULL, "--co %s: %s says that", text, own_options[i].instead);
}

void tw_convert_check(struct tw_convert *convert)
{
    check_names(convert);
    check_resampling(convert, TW_CONVERT_RESAMPLING);
    check_resampling(convert, TW_CONVERT_OVERVIEWS_RESAMPLING);
    check_number(convert, TW_CONVERT_SCALE_RATIO);
    check_number(convert, TW_CONVERT_SCALE_OFFSET);
    check_bands(convert);
    check_overviews(convert);
    check_format(convert);
    for (size_t i = 0; i < convert->asked->num_creation; i++)
        check_creation(convert, convert->asked->creation[i]);
}
