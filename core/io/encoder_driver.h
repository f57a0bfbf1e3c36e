/* encoder_driver.h - what an encoder is made of, for encoder.c and the encode_*.c files only.
 *
 * A driver's functions are called with the encoder that `open` filled in, which is const from then on; they
 * may run in several threads at once.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ENCODER_DRIVER_H
#define TW_ENCODER_DRIVER_H

#include "encoder.h"

struct tw_encoder_driver;

struct tw_encoder {
    const struct tw_encoder_driver *driver;
    struct tw_arena *arena; /* lives as long as the encoder */
    int num_bands;          /* of the stored form */
    enum tw_dtype dtype;
    double nodata;
    const char *const *names; /* num_bands names */
    bool names_given;         /* by the script or the configuration */
    bool has_alpha;           /* the last band says what is valid */
    bool is_lossy;            /* encoding changes pixels or validity: what is read back is not stored */
    const double *background; /* of files that cannot say what is valid: what the pixels of nodata hold, one
                               * for each band. NULL: of others */
    void *settings;           /* the driver's own */
};

struct tw_encoder_driver {
    const char *format, *about, *extension, *content_type;
    const char *alias;    /* another name of the format, or NULL */
    bool by_pixels_alone; /* the bytes of a tile do not depend on where it lies */
    bool makes_bands;     /* it makes the bands of the file from other numbers of bands, too */
    int32_t most_pixels;  /* of a side of a file; 0: no limit */
    /* Fills in the encoder; adds problems. Returns false when out of memory. */
    bool (*open)(struct tw_encoder *encoder, const struct tw_output_spec *spec, struct tw_problems *problems);
    void (*close)(struct tw_encoder *encoder);
    /* Whether the driver knows an option of that name; adds the names it knows to the list. */
    size_t (*options)(const struct tw_encoder *encoder, const char *const **names);
    enum tw_status (*check_bands)(const struct tw_encoder *encoder, size_t num_bands, struct tw_error *err);
    enum tw_status (*store)(const struct tw_encoder *encoder, const struct tw_raster *raster,
                            struct tw_arena *arena, struct tw_raster *stored, struct tw_error *err);
    enum tw_status (*encode)(const struct tw_encoder *encoder, const struct tw_raster *stored,
                             const struct tw_window *window, struct tw_bytes *bytes, struct tw_error *err);
    /* blob: the tile's bytes; the shape is checked against window. */
    enum tw_status (*decode)(const struct tw_encoder *encoder, const struct tw_bytes *blob,
                             const struct tw_window *window, struct tw_arena *arena, struct tw_raster *stored,
                             struct tw_error *err);
    /* NULL for formats that know where they lie. */
    enum tw_status (*sidecar)(const struct tw_encoder *encoder, const struct tw_window *window,
                              struct tw_bytes *bytes, struct tw_error *err);
    /* Of formats that take features: these instead of the raster's functions. */
    enum tw_status (*store_features)(const struct tw_encoder *encoder, const struct tw_features *features,
                                     const struct tw_window *window, struct tw_arena *arena,
                                     struct tw_features *stored, struct tw_error *err);
    enum tw_status (*encode_features)(const struct tw_encoder *encoder, const struct tw_features *stored,
                                      const struct tw_window *window, struct tw_bytes *bytes,
                                      struct tw_error *err);
};

/* encoder.c */
const struct tw_encoder_driver *tw_encoder_driver_find(const char *format);
size_t tw_encoder_common_keys(bool is_vector, const char **names, size_t capacity);
/* gtiff_options.c: see tw_encoder_key_about. */
bool tw_gtiff_option_about(const char *key, struct tw_arena *arena, struct tw_option_about *about);

extern const struct tw_encoder_driver tw_encode_png;
extern const struct tw_encoder_driver tw_encode_png8;
extern const struct tw_encoder_driver tw_encode_png_hillshade;
extern const struct tw_encoder_driver tw_encode_jpeg;
extern const struct tw_encoder_driver tw_encode_webp;
extern const struct tw_encoder_driver tw_encode_gtiff;
extern const struct tw_encoder_driver tw_encode_geojson;
extern const struct tw_encoder_driver tw_encode_flatgeobuf;
extern const struct tw_encoder_driver tw_encode_gpkg;

/* A raster of the encoder's bands, names and type, with pixels but without validity; NULL bands when the
 * budget is used up: `out of the memory budget ...`. */
enum tw_status tw_stored_alloc(const struct tw_encoder *encoder, int32_t width_px, int32_t height_px,
                               struct tw_arena *arena, struct tw_raster *stored, struct tw_error *err);

/* What pixels of a stored form hold where there is no tile: 0 under alpha, otherwise the nodata value. */
double tw_encoder_empty_value(const struct tw_encoder *encoder);

/* Sets the error for an arena that is used up. Returns TW_EBUDGET. */
enum tw_status tw_budget_error(const struct tw_arena *arena, struct tw_error *err);

/* Adds a problem and returns false unless value fits the type: `nodata -9999 does not fit uint16 (0 to
 * 65535)`. */
bool tw_nodata_check(const struct tw_output_spec *spec, enum tw_dtype dtype, double nodata,
                     struct tw_problems *problems);

/* Settings from options; problems are added with their place. */
const char *tw_output_text(const struct tw_output_spec *spec, const char *key, const char *fallback,
                           struct tw_problems *problems);
bool tw_output_bool(const struct tw_output_spec *spec, const char *key, bool fallback,
                    struct tw_problems *problems);
/* A whole number from low to high. */
int tw_output_int(const struct tw_output_spec *spec, const char *key, int fallback, const int range[2],
                  struct tw_problems *problems);

/* Where a key of the output stands, or the output itself. */
const struct tw_value *tw_output_place(const struct tw_output_spec *spec, const char *key);

/* Checks width, height and number of bands of a tile that is read back: TW_ESTORAGE `the tile has ...`. */
enum tw_status tw_decoded_check(const struct tw_encoder *encoder, const struct tw_window *window,
                                const int shape[3], struct tw_error *err);

/* Moves the bytes of a file in GDAL's memory, which is removed. TW_ESTORAGE when there is none. */
enum tw_status tw_bytes_take(const char *path, struct tw_bytes *bytes, struct tw_error *err);

/* What is set for this thread while GDAL writes a GeoPackage in memory, and taken back: it holds the time at
 * which it was changed, which is to be the same always, so that bytes are; nothing has to be made safe. */
void tw_gpkg_in_memory(bool begins);

/* Adds the problem `output.blocksize must be ..., not 100`. */
void tw_output_wrong(struct tw_problems *problems, const struct tw_value *value, const char *wanted);

#endif
