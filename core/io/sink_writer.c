/* SPDX-License-Identifier: MIT */
#include "sink_driver.h"
#include "sink_reader.h"
#include "encoder_driver.h"
#include "journal.h"
#include "tile_memo.h"

#include <stdlib.h>
#include <string.h>

struct tw_writer {
    struct tw_sink *sink;
    struct tw_bytes bytes; /* of the tile in work */
    struct tw_tile_memo *memo;
    struct tw_arena *scratch; /* for paths */
};

struct tw_writer *tw_writer_new(struct tw_sink *sink)
{
    struct tw_writer *writer = calloc(1, sizeof(*writer));
    if (writer == NULL)
        return NULL;
    writer->sink = sink;
    writer->scratch = tw_arena_new(0);
    writer->memo = tw_tile_memo_new();
    if (writer->scratch == NULL || writer->memo == NULL) {
        tw_writer_free(writer);
        return NULL;
    }
    return writer;
}

void tw_writer_free(struct tw_writer *writer)
{
    if (writer == NULL)
        return;
    tw_bytes_free(&writer->bytes);
    tw_tile_memo_free(writer->memo);
    tw_arena_free(writer->scratch);
    free(writer);
}

enum tw_status tw_writer_is_done(struct tw_writer *writer, const struct tw_tile *tile, bool *done,
                                 struct tw_error *err)
{
    tw_arena_reset(writer->scratch);
    return writer->sink->driver->is_done(writer->sink->state, tile, writer->scratch, done, err);
}

enum tw_status tw_writer_outdate(struct tw_writer *writer, const struct tw_tile *overview,
                                 struct tw_error *err)
{
    return writer->sink->driver->outdate(writer->sink->state, overview, err);
}

bool tw_writer_is_known(struct tw_writer *writer, const struct tw_tile *tile)
{
    return writer->sink->driver->is_known(writer->sink->state, tile);
}

enum tw_status tw_writer_forget(struct tw_writer *writer, const struct tw_tile *tile, struct tw_error *err)
{
    struct tw_sink *sink = writer->sink;
    tw_arena_reset(writer->scratch);
    struct tw_tile_range range = tw_tile_intersecting(&sink->process, tile, &sink->pyramid);
    enum tw_status status = TW_OK;
    for (int64_t row = range.first_row; row <= range.last_row; row++)
        for (int64_t col = range.first_col; status == TW_OK && col <= range.last_col; col++) {
            struct tw_tile output = {tile->zoom, row, col};
            status = sink->driver->remove(sink->state, &output, writer->scratch, err);
        }
    return status == TW_OK ? sink->driver->finish(sink->state, tile, TW_JOURNAL_GONE, err) : status;
}

/* A rectangle of a raster: {col, row, width, height}. */
static void rectangle_of(const struct tw_window *whole, const struct tw_window *part, int32_t rectangle[4])
{
    rectangle[0] = (int32_t)(part->col_px - whole->col_px);
    rectangle[1] = (int32_t)(part->row_px - whole->row_px);
    rectangle[2] = part->width_px;
    rectangle[3] = part->height_px;
}

static bool is_inside(const struct tw_window *whole, const struct tw_window *part)
{
    return part->col_px >= whole->col_px && part->row_px >= whole->row_px &&
           part->col_px + part->width_px <= whole->col_px + whole->width_px &&
           part->row_px + part->height_px <= whole->row_px + whole->height_px;
}

/* Whether the validity of the rectangle holds the byte: 0 for nodata, TW_VALID for valid. */
static bool has_byte(const struct tw_array *band, const int32_t rectangle[4], int byte)
{
    if (band->valid == NULL)
        return byte == TW_VALID;
    for (int32_t y = 0; y < rectangle[3]; y++) {
        size_t start = (size_t)(rectangle[1] + y) * (size_t)band->width_px + (size_t)rectangle[0];
        if (memchr(band->valid + start, byte, (size_t)rectangle[2]) != NULL)
            return true;
    }
    return false;
}

static bool is_empty_part(const struct tw_raster *raster, const int32_t rectangle[4])
{
    for (size_t i = 0; i < raster->num_bands; i++)
        if ((i == 0 || raster->bands[i].valid != raster->bands[i - 1].valid) &&
            has_byte(&raster->bands[i], rectangle, TW_VALID))
            return false;
    return true;
}

static bool is_partial(const struct tw_raster *raster, const int32_t rectangle[4])
{
    for (size_t i = 0; i < raster->num_bands; i++)
        if ((i == 0 || raster->bands[i].valid != raster->bands[i - 1].valid) &&
            has_byte(&raster->bands[i], rectangle, 0))
            return true;
    return false;
}

static bool is_left_out(const struct tw_raster *raster, const int32_t rectangle[4], bool skips_partial)
{
    return is_empty_part(raster, rectangle) || (skips_partial && is_partial(raster, rectangle));
}

/* Bands that share their validity share the copy of it. */
static bool crop_validity(struct tw_arena *arena, const struct tw_raster *raster, const int32_t rectangle[4],
                          struct tw_array *cropped)
{
    for (size_t i = 0; i < raster->num_bands; i++) {
        const struct tw_array *band = &raster->bands[i];
        cropped[i].valid = NULL;
        if (i > 0 && band->valid == raster->bands[i - 1].valid) {
            cropped[i].valid = cropped[i - 1].valid;
        } else if (has_byte(band, rectangle, 0)) {
            struct tw_array valid = {band->valid, NULL, band->width_px, band->height_px, TW_UINT8}, part;
            if (!tw_array_crop(arena, &valid, rectangle, &part))
                return false;
            cropped[i].valid = part.pixels;
        }
    }
    return true;
}

static enum tw_status crop(struct tw_arena *arena, const struct tw_raster *raster, const int32_t rectangle[4],
                           struct tw_raster *part, struct tw_error *err)
{
    bool whole = rectangle[2] == raster->bands[0].width_px && rectangle[3] == raster->bands[0].height_px;
    struct tw_array *bands = tw_arena_calloc(arena, raster->num_bands, sizeof(*bands));
    bool cropped = bands != NULL;
    for (size_t i = 0; cropped && i < raster->num_bands; i++) {
        struct tw_array pixels = raster->bands[i];
        pixels.valid = NULL;
        if (whole)
            bands[i] = pixels;
        else if (i > 0 && pixels.pixels == raster->bands[i - 1].pixels)
            bands[i] = bands[i - 1];
        else
            cropped = tw_array_crop(arena, &pixels, rectangle, &bands[i]);
    }
    if (!cropped || !crop_validity(arena, raster, rectangle, bands))
        return tw_budget_error(arena, err);
    *part = (struct tw_raster){raster->num_bands, bands, raster->names, NULL};
    return TW_OK;
}

/* A process metatile that is being put. */
struct put {
    const struct tw_window *window; /* of the raster */
    const struct tw_raster *stored; /* NULL: empty, unless there are features */
    const struct tw_features *features;
    struct tw_arena *arena;
    struct tw_raster *seen;              /* gathers what readers will see; NULL: not needed */
    const struct tw_tile_origin *origin; /* of bytes that are taken as they are; NULL: they are made */
    uint32_t files;
};

/* Hands over the bytes of a tile, which the writer holds. */
static enum tw_status put_bytes(struct tw_writer *writer, struct put *put, const struct tw_sink_put *tile,
                                struct tw_error *err)
{
    struct tw_sink *sink = writer->sink;
    struct tw_sink_put full = *tile;
    full.bytes = writer->bytes.data;
    full.size = writer->bytes.size;
    enum tw_status status = sink->driver->put(sink->state, &full, writer->scratch, err);
    if (status != TW_OK)
        return status;
    put->files++;
    atomic_fetch_add(&sink->files, 1);
    atomic_fetch_add(&sink->bytes, full.size);
    return TW_OK;
}

/* What a reader will see of the tile whose bytes the writer holds. */
static enum tw_status see_part(struct tw_writer *writer, struct put *put, const struct tw_sink_put *tile,
                               const struct tw_raster *part, const int32_t rectangle[4], struct tw_error *err)
{
    struct tw_raster decoded = *part;
    enum tw_status status = TW_OK;
    if (writer->sink->codec->is_lossy)
        status =
            tw_encoder_decode(writer->sink->codec, &writer->bytes, &tile->window, put->arena, &decoded, err);
    if (status == TW_OK)
        tw_sink_paste(&decoded, put->seen, rectangle[0], rectangle[1]);
    return status;
}

/* Encodes a tile; one with the same pixels as one of the last simple ones is not encoded again. */
static enum tw_status encode_part(struct tw_writer *writer, const struct tw_raster *part,
                                  const struct tw_window *window, const struct tw_arena *arena,
                                  struct tw_error *err)
{
    const struct tw_encoder *codec = writer->sink->codec;
    bool by_pixels_alone = codec->driver->by_pixels_alone;
    if (by_pixels_alone && tw_tile_memo_find(writer->memo, part, arena, &writer->bytes))
        return TW_OK;
    enum tw_status status = tw_encoder_encode(codec, part, window, &writer->bytes, err);
    if (status == TW_OK && by_pixels_alone)
        tw_tile_memo_keep(writer->memo, part, arena, &writer->bytes);
    return status;
}

static enum tw_status put_part(struct tw_writer *writer, struct put *put, const struct tw_sink_put *tile,
                               const int32_t rectangle[4], struct tw_error *err)
{
    struct tw_raster part;
    enum tw_status status = crop(put->arena, put->stored, rectangle, &part, err);
    if (status == TW_OK)
        status = encode_part(writer, &part, &tile->window, put->arena, err);
    if (status == TW_OK && put->seen != NULL)
        status = see_part(writer, put, tile, &part, rectangle, err);
    return status == TW_OK ? put_bytes(writer, put, tile, err) : status;
}

static enum tw_status put_features(struct tw_writer *writer, struct put *put, const struct tw_sink_put *tile,
                                   struct tw_error *err)
{
    struct tw_sink *sink = writer->sink;
    struct tw_features part = {0};
    struct tw_arena_mark mark = tw_arena_mark(put->arena);
    enum tw_status status =
        tw_encoder_store_features(sink->codec, put->features, &tile->window, put->arena, &part, err);
    if (status == TW_OK && part.count > 0)
        status = tw_encoder_encode_features(sink->codec, &part, &tile->window, &writer->bytes, err);
    tw_arena_release(put->arena, mark);
    if (status != TW_OK)
        return status;
    return part.count > 0 ? put_bytes(writer, put, tile, err)
                          : sink->driver->remove(sink->state, &tile->tile, writer->scratch, err);
}

static enum tw_status put_stored(struct tw_writer *writer, struct put *put, const struct tw_sink_put *tile,
                                 struct tw_error *err)
{
    bool found = false;
    enum tw_status status = put->origin->get(put->origin->context, &tile->tile, &writer->bytes, &found, err);
    if (status != TW_OK)
        return status;
    return found ? put_bytes(writer, put, tile, err)
                 : writer->sink->driver->remove(writer->sink->state, &tile->tile, writer->scratch, err);
}

static enum tw_status put_tile(struct tw_writer *writer, struct put *put, const struct tw_tile *tile,
                               struct tw_error *err)
{
    struct tw_sink *sink = writer->sink;
    struct tw_sink_put part = {.tile = *tile};
    part.window = tw_tile_window_buffered(&sink->pyramid, tile, sink->pyramid.pixelbuffer_px);
    int32_t rectangle[4];
    if (put->origin != NULL)
        return put_stored(writer, put, &part, err);
    if (put->features != NULL)
        return put_features(writer, put, &part, err);
    if (put->stored == NULL)
        return sink->driver->remove(sink->state, tile, writer->scratch, err);
    rectangle_of(put->window, &part.window, rectangle);
    if (!is_inside(put->window, &part.window))
        return tw_error_set(err, TW_EUSAGE,
                            "output.pixelbuffer %d needs a pyramid.pixelbuffer that is not smaller",
                            sink->pyramid.pixelbuffer_px);
    if (is_left_out(put->stored, rectangle, sink->skips_partial))
        return sink->driver->remove(sink->state, tile, writer->scratch, err);
    struct tw_arena_mark mark = tw_arena_mark(put->arena);
    enum tw_status status = put_part(writer, put, &part, rectangle, err);
    tw_arena_release(put->arena, mark);
    return status;
}

/* Every output tile of the metatile. */
static enum tw_status put_tiles(struct tw_writer *writer, struct put *put, const struct tw_tile *tile,
                                struct tw_error *err)
{
    struct tw_sink *sink = writer->sink;
    tw_arena_reset(writer->scratch);
    struct tw_tile_range range = tw_tile_intersecting(&sink->process, tile, &sink->pyramid);
    for (int64_t row = range.first_row; row <= range.last_row; row++)
        for (int64_t col = range.first_col; col <= range.last_col; col++) {
            struct tw_tile output = {tile->zoom, row, col};
            enum tw_status status = put_tile(writer, put, &output, err);
            if (status != TW_OK)
                return status;
        }
    return sink->driver->finish(sink->state, tile, put->files, err);
}

enum tw_status tw_writer_put(struct tw_writer *writer, const struct tw_tile *tile,
                             const struct tw_window *window, struct tw_raster *stored, struct tw_arena *arena,
                             struct tw_error *err)
{
    const struct tw_sink *sink = writer->sink;
    struct put put = {.window = window, .stored = stored, .arena = arena};
    struct tw_raster seen;
    bool changes = (sink->codec->is_lossy || sink->skips_partial) && sink->reuses_pixels &&
                   sink->pyramid.pixelbuffer_px == 0;
    enum tw_status status = TW_OK;
    if (stored != NULL && changes) {
        put.seen = &seen;
        status = tw_sink_empty(sink, window, arena, &seen, err);
    }
    if (status == TW_OK)
        status = put_tiles(writer, &put, tile, err);
    if (status == TW_OK && put.seen != NULL) {
        tw_sink_drop_validity(&seen);
        *stored = seen;
    }
    return status;
}

enum tw_status tw_writer_put_features(struct tw_writer *writer, const struct tw_tile *tile,
                                      const struct tw_features *stored, struct tw_arena *arena,
                                      struct tw_error *err)
{
    struct put put = {.features = stored, .arena = arena};
    return put_tiles(writer, &put, tile, err);
}

enum tw_status tw_writer_put_stored(struct tw_writer *writer, const struct tw_tile *tile,
                                    const struct tw_tile_origin *origin, bool *empty, struct tw_error *err)
{
    struct put put = {.origin = origin};
    enum tw_status status = put_tiles(writer, &put, tile, err);
    *empty = put.files == 0;
    return status;
}

enum tw_status tw_writer_get(struct tw_writer *writer, const struct tw_window *window, struct tw_arena *arena,
                             struct tw_raster *stored, bool *found, struct tw_error *err)
{
    return tw_sink_read(writer->sink, window, arena, stored, found, err);
}

enum tw_status tw_writer_load(struct tw_writer *writer, const struct tw_tile *tile, struct tw_arena *arena,
                              const void **bytes, size_t *size, struct tw_error *err)
{
    struct tw_blob blob = {0};
    enum tw_status status = writer->sink->driver->get(writer->sink->state, tile, arena, &blob, err);
    *bytes = status == TW_OK && blob.found ? blob.bytes : NULL;
    *size = blob.size;
    return status;
}

static enum tw_status take_part(const struct tw_sink_parts *parts, const struct tw_tile *tile,
                                struct tw_error *err)
{
    const struct tw_pyramid *pyramid = parts->pyramid;
    struct tw_window window = tw_tile_window_buffered(pyramid, tile, pyramid->pixelbuffer_px);
    struct tw_raster part = {0};
    int32_t rectangle[4];
    enum tw_status status = TW_OK;
    rectangle_of(parts->window, &window, rectangle);
    if (parts->stored != NULL && is_inside(parts->window, &window) &&
        !is_left_out(parts->stored, rectangle, parts->skips_partial))
        status = crop(parts->arena, parts->stored, rectangle, &part, err);
    return status == TW_OK ? parts->take(parts->context, tile, &window, &part, err) : status;
}

enum tw_status tw_sink_take_parts(const struct tw_sink_parts *parts, const struct tw_tile *tile,
                                  struct tw_error *err)
{
    struct tw_tile_range range = tw_tile_intersecting(parts->process, tile, parts->pyramid);
    enum tw_status status = TW_OK;
    for (int64_t row = range.first_row; status == TW_OK && row <= range.last_row; row++)
        for (int64_t col = range.first_col; status == TW_OK && col <= range.last_col; col++) {
            struct tw_tile output = {tile->zoom, row, col};
            struct tw_arena_mark mark = tw_arena_mark(parts->arena);
            status = take_part(parts, &output, err);
            tw_arena_release(parts->arena, mark);
        }
    return status;
}
