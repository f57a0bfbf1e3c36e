/* `?bands=nir,red,green&stretch=0,3000&gamma=1.2`: how a picture is to look.
 *
 * SPDX-License-Identifier: MIT
 */
#include "server_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the values stand in. */
struct reading {
    struct tw_arena *arena;
    const struct tw_encoder *encoder;
    struct tw_problems *problems;
};

/* The next of the values between commas, new in the arena; NULL at the end. */
static const char *next_value(struct reading *reading, const char **text)
{
    if (*text == NULL)
        return NULL;
    size_t length = strcspn(*text, ",");
    const char *value = tw_arena_strndup(reading->arena, *text, length);
    *text = (*text)[length] == ',' ? *text + length + 1 : NULL;
    return value;
}

/* From 0; below when there is no such band. */
static int find_band(struct reading *reading, const char *text)
{
    const char *const *names = tw_encoder_band_names(reading->encoder);
    int count = tw_encoder_num_bands(reading->encoder);
    for (int i = 0; names != NULL && i < count; i++)
        if (names[i] != NULL && strcmp(names[i], text) == 0)
            return i;
    bool is_number = text[0] != '\0' && strspn(text, "0123456789") == strlen(text) && strlen(text) < 6;
    int number = is_number ? atoi(text) : 0;
    if (number >= 1 && number <= count)
        return number - 1;
    if (is_number || names == NULL)
        tw_problems_add(reading->problems, NULL, "there is no band '%s': there are %d, by number%s", text,
                        count, names != NULL ? " or name" : "");
    else
        tw_problems_add_unknown(reading->problems, NULL, "band", text, names, (size_t)count);
    return -1;
}

static void read_bands(struct reading *reading, const char *text, struct tw_style *style)
{
    const char *rest = text, *value;
    int count = 0;
    while ((value = next_value(reading, &rest)) != NULL) {
        int band = count < 3 ? find_band(reading, value) : 0;
        if (band < 0)
            return;
        if (count < 3)
            style->bands[count] = band;
        count++;
    }
    style->num_bands = count;
    if (count != 1 && count != 3)
        tw_problems_add(reading->problems, NULL, "bands are one (gray) or three (red, green, blue), not %d",
                        count);
}

static void read_stretch(struct reading *reading, const char *text, struct tw_style *style)
{
    double numbers[6];
    const char *rest = text, *value;
    int count = 0, shown = style->num_bands != 0 ? style->num_bands : 3;
    while ((value = next_value(reading, &rest)) != NULL) {
        if (count == 6 || !tw_parse_number(value, &numbers[count]) || !isfinite(numbers[count])) {
            count = -1;
            break;
        }
        count++;
    }
    bool is_fit = count == 2 || count == 2 * shown;
    for (int i = 0; is_fit && i < 3; i++)
        memcpy(style->stretch[i], &numbers[count == 2 ? 0 : 2 * (i % shown)], sizeof(style->stretch[i]));
    for (int i = 0; is_fit && i < shown; i++)
        is_fit = style->stretch[i][0] < style->stretch[i][1];
    style->has_stretch = is_fit;
    if (!is_fit)
        tw_problems_add(reading->problems, NULL,
                        "stretch is LOW,HIGH, once or for each band shown, and LOW is less, not '%s'", text);
}

bool tw_request_style(const struct request *request, struct tw_style *style, struct tw_problems *problems)
{
    const char *bands = tw_request_decoded(request, "bands"),
               *stretch = tw_request_decoded(request, "stretch"),
               *gamma = tw_request_decoded(request, "gamma");
    struct reading reading = {request->arena, tw_sink_encoder(request->edition->plan->sink), problems};
    *style = (struct tw_style){.is_given = bands != NULL || stretch != NULL || gamma != NULL};
    if (style->is_given && tw_encoder_is_vector(reading.encoder)) {
        tw_problems_add(problems, NULL,
                        "bands, stretch and gamma are for pixels, and the tiles hold features");
        return false;
    }
    if (bands != NULL)
        read_bands(&reading, bands, style);
    if (stretch != NULL && problems->count == 0)
        read_stretch(&reading, stretch, style);
    bool has_gamma = gamma == NULL ||
                     (tw_parse_number(gamma, &style->gamma) && style->gamma >= 0.05 && style->gamma <= 20);
    if (!has_gamma)
        tw_problems_add(problems, NULL, "gamma is a number from 0.05 to 20, not '%s'", gamma);
    return problems->count == 0;
}
