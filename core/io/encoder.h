/* encoder.h - how pixels become the bytes of one tile, and back.
 *
 * An encoder turns a raster into the bytes of one file in memory; where the bytes go is the sink's business.
 * It is const once opened and shared by all threads; whatever has state is made per call or kept in the
 * worker's scratch. To add a format: write encode_<name>.c and add one line to the table in encoder.c.
 *
 * "Stored form": what a tile holds after it was written: the encoder's number of bands and type, values
 * rounded and clamped, validity as a reader of the file would see it. Overviews are made from stored forms,
 * so that a run that is continued (and reads tiles back) ends with the same bytes as one that was not
 * interrupted. Of encoders that lose something (JPEG loses pixels and validity) it is what goes into a tile,
 * and the writer hands on what a reader sees instead. The stored form of features is what of them lies in a
 * window, as the schema has it.
 *
 * An encoder takes rasters or features, not both; functions for the other kind must not be called.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ENCODER_H
#define TW_ENCODER_H

#include "feature.h"
#include "raster.h"
#include "window.h"
#include "problems.h"

struct tw_encoder;

/* Bytes in the making: zero-initialise, free with tw_bytes_free. Kept by a worker and used again for each
 * tile. */
struct tw_bytes {
    unsigned char *data;
    size_t size, capacity;
};
void tw_bytes_free(struct tw_bytes *bytes);
bool tw_bytes_reserve(struct tw_bytes *bytes, size_t capacity);

/* What the script and the configuration say about the output, before the encoder's own defaults. */
struct tw_output_spec {
    const struct tw_value *options; /* the whole `output:` map */
    int num_bands;                  /* 0: not said */
    const char *const *band_names;  /* num_bands names, or NULL */
    bool has_dtype;
    enum tw_dtype dtype;
    bool has_nodata;
    double nodata;
    const struct tw_grid *grid; /* set by the sink */
};

/* Opens the encoder of that format (`PNG`, `GTiff`) and checks its options; adds problems with their place.
 * The options that the sinks know (path, format, metatiling, ...) are left to them. NULL when something is
 * wrong. Owned by the caller. */
struct tw_encoder *tw_encoder_open(const char *format, const struct tw_output_spec *spec,
                                   struct tw_problems *problems);
/* Accepts NULL. */
void tw_encoder_close(struct tw_encoder *encoder);

bool tw_encoder_is_vector(const struct tw_encoder *encoder);
/* Whether a reader sees other pixels, or other validity, than those that were encoded. */
bool tw_encoder_is_lossy(const struct tw_encoder *encoder);
/* Whether the format makes its bands of other numbers of bands, too (a gray band becomes RGB, say). */
bool tw_format_makes_bands(const char *format);
const char *tw_encoder_format(const struct tw_encoder *encoder);
const char *tw_encoder_extension(const struct tw_encoder *encoder);    /* `png` */
const char *tw_encoder_content_type(const struct tw_encoder *encoder); /* `image/png` */
int tw_encoder_num_bands(const struct tw_encoder *encoder);            /* of the stored form */
/* As many as there are bands, or NULL: neither script nor configuration name them. */
const char *const *tw_encoder_band_names(const struct tw_encoder *encoder);
enum tw_dtype tw_encoder_dtype(const struct tw_encoder *encoder);
double tw_encoder_nodata(const struct tw_encoder *encoder);

/* Whether the encoder takes a raster of that many bands; adds to nothing, sets err: `the script returned 2
 * bands; the output has 3` (PNG takes 1 to 4 whatever its own number). */
enum tw_status tw_encoder_check_bands(const struct tw_encoder *encoder, size_t num_bands,
                                      struct tw_error *err);

/* The stored form of a raster, in the arena: pixels are converted (rounded to nearest, clamped), nodata is
 * burnt in, validity is what a reader will see. */
enum tw_status tw_encoder_store(const struct tw_encoder *encoder, const struct tw_raster *raster,
                                struct tw_arena *arena, struct tw_raster *stored, struct tw_error *err);

/* Encodes a raster in stored form. window says where it lies (formats without georeference ignore it). */
enum tw_status tw_encoder_encode(const struct tw_encoder *encoder, const struct tw_raster *stored,
                                 const struct tw_window *window, struct tw_bytes *bytes,
                                 struct tw_error *err);

/* Decodes the bytes of a tile into its stored form, in the arena. TW_ESTORAGE with the reason when they are
 * no such tile, or of another shape, type or number of bands. */
enum tw_status tw_encoder_decode(const struct tw_encoder *encoder, const struct tw_bytes *bytes,
                                 const struct tw_window *window, struct tw_arena *arena,
                                 struct tw_raster *stored, struct tw_error *err);

/* The stored form of features in a window: checked against the schema and cut at the window's bounds; none
 * when nothing lies there. Multi-geometries are split, or made when the schema asks for them. Of features in
 * stored form it makes those of a smaller window. TW_ESCRIPT `feature 3: property 'elev' must be ...`. */
enum tw_status tw_encoder_store_features(const struct tw_encoder *encoder, const struct tw_features *features,
                                         const struct tw_window *window, struct tw_arena *arena,
                                         struct tw_features *stored, struct tw_error *err);
enum tw_status tw_encoder_encode_features(const struct tw_encoder *encoder, const struct tw_features *stored,
                                          const struct tw_window *window, struct tw_bytes *bytes,
                                          struct tw_error *err);

/* The bytes of the small file that goes beside a tile, under its name and `.aux.xml`, for formats that cannot
 * say themselves where they lie (GDAL's PAM, which QGIS and others read). Empty when there is none. */
enum tw_status tw_encoder_sidecar(const struct tw_encoder *encoder, const struct tw_window *window,
                                  struct tw_bytes *bytes, struct tw_error *err);

/* Of the format with that name, when no encoder is open: `png`; NULL when there is no such format. */
const char *tw_format_extension(const char *format);
/* Of that format: `image/png`, or NULL. */
const char *tw_format_content_type(const char *format);
/* The format of files with that extension (`tif`), or NULL. */
const char *tw_encoder_format_of(const char *extension);
/* Whether a format takes features; false for names that are none. */
bool tw_encoder_format_is_vector(const char *format);
/* The keys of `output:` for that format, of its own and those that all know, in the arena; *num_own: the
 * first of them are its own. Returns their number; 0 when out of memory. */
size_t tw_encoder_keys(const char *format, struct tw_arena *arena, const char *const **names,
                       size_t *num_own);

/* An option of GDAL's drivers, as they describe it. */
struct tw_option_about {
    const char *about; /* or "" */
    const char *type;  /* `int`, `string-select`, ... */
    const char **choices;
    size_t num_choices;
};
/* False for options that are not GDAL's. */
bool tw_encoder_key_about(const char *format, const char *key, struct tw_arena *arena,
                          struct tw_option_about *about);

/* The names of the formats with a line about each, for `tilewright formats`. Returns their number. */
enum { TW_MOST_FORMATS = 32 };
size_t tw_encoder_formats(const char *names[TW_MOST_FORMATS], const char *about[TW_MOST_FORMATS]);

#endif
