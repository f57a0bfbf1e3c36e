/* SPDX-License-Identifier: MIT */
#include "encode_jpeg.h"

static void on_error(j_common_ptr jpeg)
{
    struct tw_jpeg_errors *errors = (struct tw_jpeg_errors *)jpeg->err;
    errors->base.format_message(jpeg, errors->reason);
    longjmp(errors->jump, 1);
}

/* level -1: a warning about damaged data; others are of no interest. */
static void on_message(j_common_ptr jpeg, int level)
{
    if (level < 0)
        on_error(jpeg);
}

struct jpeg_error_mgr *tw_jpeg_errors_init(struct tw_jpeg_errors *errors)
{
    jpeg_std_error(&errors->base);
    errors->base.error_exit = on_error;
    errors->base.emit_message = on_message;
    return &errors->base;
}

/* Everything that must survive libjpeg's longjmp is in here. */
struct decoding {
    struct jpeg_decompress_struct jpeg;
    struct tw_jpeg_errors errors;
    const struct tw_bytes *blob;
    struct tw_raster *stored;
    unsigned char *row; /* of the image, samples side by side */
};

static bool read_header(struct decoding *decoding)
{
    if (setjmp(decoding->errors.jump))
        return false;
    jpeg_create_decompress(&decoding->jpeg);
    jpeg_mem_src(&decoding->jpeg, decoding->blob->data, decoding->blob->size);
    jpeg_read_header(&decoding->jpeg, TRUE);
    return true;
}

static bool read_rows(struct decoding *decoding)
{
    struct jpeg_decompress_struct *jpeg = &decoding->jpeg;
    if (setjmp(decoding->errors.jump))
        return false;
    jpeg_start_decompress(jpeg);
    while (jpeg->output_scanline < jpeg->output_height) {
        size_t at = (size_t)jpeg->output_scanline * jpeg->output_width;
        jpeg_read_scanlines(jpeg, &decoding->row, 1);
        tw_picture_split(decoding->row, at, jpeg->output_width, decoding->stored);
    }
    jpeg_finish_decompress(jpeg);
    return true;
}

static enum tw_status invalid(const struct decoding *decoding, struct tw_error *err)
{
    return tw_error_set(err, TW_ESTORAGE, "the tile is no valid JPEG: %s", decoding->errors.reason);
}

static enum tw_status decode_open_jpeg(struct decoding *decoding, const struct tw_encoder *encoder,
                                       const struct tw_window *window, struct tw_arena *arena,
                                       struct tw_error *err)
{
    const struct jpeg_decompress_struct *jpeg = &decoding->jpeg;
    if (!read_header(decoding))
        return invalid(decoding, err);
    const int shape[] = {(int)jpeg->image_width, (int)jpeg->image_height, jpeg->num_components};
    enum tw_status status = tw_decoded_check(encoder, window, shape, err);
    if (status == TW_OK)
        status = tw_stored_alloc(encoder, window->width_px, window->height_px, arena, decoding->stored, err);
    if (status != TW_OK)
        return status;
    struct tw_arena_mark mark = tw_arena_mark(arena);
    decoding->row = tw_arena_alloc(arena, (size_t)window->width_px * (size_t)encoder->num_bands);
    if (decoding->row == NULL)
        return tw_budget_error(arena, err);
    bool read = read_rows(decoding);
    tw_arena_release(arena, mark);
    return read ? TW_OK : invalid(decoding, err);
}

enum tw_status tw_jpeg_decode(const struct tw_encoder *encoder, const struct tw_bytes *blob,
                              const struct tw_window *window, struct tw_arena *arena,
                              struct tw_raster *stored, struct tw_error *err)
{
    struct decoding decoding = {.blob = blob, .stored = stored};
    decoding.jpeg.err = tw_jpeg_errors_init(&decoding.errors);
    enum tw_status status = decode_open_jpeg(&decoding, encoder, window, arena, err);
    jpeg_destroy_decompress(&decoding.jpeg);
    return status;
}
