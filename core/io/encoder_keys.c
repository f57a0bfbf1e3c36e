/* What options the formats know, for schemas.
 *
 * SPDX-License-Identifier: MIT
 */
#include "encoder_driver.h"

#include <string.h>

enum { MOST_KEYS = 192 };

/* The encoder is opened for a moment, because some lists come from GDAL; what is missing does not matter. */
static size_t list_keys(struct tw_encoder *encoder, struct tw_arena *arena, const char **keys)
{
    struct tw_problems ignored = {0};
    const struct tw_output_spec spec = {.num_bands = 1, .has_dtype = true, .dtype = TW_UINT8};
    const char *const *own;
    size_t count = 0;
    if (encoder->driver->open(encoder, &spec, &ignored)) {
        size_t num_own = encoder->driver->options(encoder, &own);
        while (count < num_own && count < MOST_KEYS / 2 &&
               (keys[count] = tw_arena_strdup(arena, own[count])) != NULL)
            count++;
    }
    if (encoder->driver->close != NULL)
        encoder->driver->close(encoder);
    tw_problems_free(&ignored);
    return count;
}

size_t tw_encoder_keys(const char *format, struct tw_arena *arena, const char *const **names, size_t *num_own)
{
    struct tw_encoder encoder = {.driver = tw_encoder_driver_find(format)};
    const char **keys = tw_arena_calloc(arena, MOST_KEYS, sizeof(*keys));
    *num_own = 0;
    if (encoder.driver == NULL || keys == NULL || (encoder.arena = tw_arena_new(0)) == NULL)
        return 0;
    *num_own = list_keys(&encoder, arena, keys);
    tw_arena_free(encoder.arena);
    *names = keys;
    bool is_vector = encoder.driver->encode_features != NULL;
    return *num_own + tw_encoder_common_keys(is_vector, keys + *num_own, MOST_KEYS - *num_own);
}

bool tw_encoder_key_about(const char *format, const char *key, struct tw_arena *arena,
                          struct tw_option_about *about)
{
    *about = (struct tw_option_about){.about = "", .type = ""};
    return strcmp(format, tw_encode_gtiff.format) == 0 && tw_gtiff_option_about(key, arena, about);
}
