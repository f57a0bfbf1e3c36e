/* sink_null.c - takes every tile and keeps none (output.path: /dev/null): to measure everything but storage,
 * and as the template for new sinks.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sink_driver.h"

#include <string.h>

static bool null_takes(const struct tw_sink_spec *spec)
{
    return spec->path != NULL && strcmp(spec->path, "/dev/null") == 0;
}

static bool null_open(struct tw_sink *sink, const struct tw_sink_spec *spec, struct tw_problems *problems)
{
    (void)spec;
    (void)problems;
    sink->state = NULL;
    return true;
}

static void null_close(void *state)
{
    (void)state;
}

static enum tw_status null_begin(void *state, const struct tw_sink_begin *begin, struct tw_error *err)
{
    (void)state;
    (void)begin;
    (void)err;
    return TW_OK;
}

static bool null_is_new(const void *state)
{
    (void)state;
    return true;
}

static enum tw_status null_end(void *state, bool complete, struct tw_error *err)
{
    (void)state;
    (void)complete;
    (void)err;
    return TW_OK;
}

static enum tw_status null_put(void *state, const struct tw_sink_put *put, struct tw_arena *scratch,
                               struct tw_error *err)
{
    (void)state;
    (void)put;
    (void)scratch;
    (void)err;
    return TW_OK;
}

static enum tw_status null_remove(void *state, const struct tw_tile *tile, struct tw_arena *scratch,
                                  struct tw_error *err)
{
    (void)state;
    (void)tile;
    (void)scratch;
    (void)err;
    return TW_OK;
}

static enum tw_status null_get(void *state, const struct tw_tile *tile, struct tw_arena *arena,
                               struct tw_blob *blob, struct tw_error *err)
{
    (void)state;
    (void)tile;
    (void)arena;
    (void)err;
    blob->found = false;
    return TW_OK;
}

static enum tw_status null_finish(void *state, const struct tw_tile *metatile, uint32_t files,
                                  struct tw_error *err)
{
    (void)state;
    (void)metatile;
    (void)files;
    (void)err;
    return TW_OK;
}

static enum tw_status null_is_done(void *state, const struct tw_tile *metatile, struct tw_arena *scratch,
                                   bool *done, struct tw_error *err)
{
    (void)state;
    (void)metatile;
    (void)scratch;
    (void)err;
    *done = false;
    return TW_OK;
}

static enum tw_status null_outdate(void *state, const struct tw_tile *metatile, struct tw_error *err)
{
    (void)state;
    (void)metatile;
    (void)err;
    return TW_OK;
}

static bool null_is_known(void *state, const struct tw_tile *metatile)
{
    (void)state;
    (void)metatile;
    return false;
}

const struct tw_sink_driver tw_sink_null = {
    .name = "null",
    .about = "takes everything, keeps nothing (path: /dev/null)",
    .takes = null_takes,
    .open = null_open,
    .close = null_close,
    .begin = null_begin,
    .is_new = null_is_new,
    .end = null_end,
    .put = null_put,
    .remove = null_remove,
    .get = null_get,
    .finish = null_finish,
    .is_done = null_is_done,
    .is_known = null_is_known,
    .outdate = null_outdate,
};
