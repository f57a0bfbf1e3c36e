/* view.h - tiles as browsers show them.
 *
 * Outputs that are pictures (PNG, JPEG, WebP) are shown as they would be written, byte for byte. Other
 * rasters become PNG: three bands of bytes as they are, otherwise the first band from dark to light between
 * the 2nd and the 98th percentile of what was seen first. Features become GeoJSON. Whoever asks for bands, a
 * stretch or gamma gets a PNG of any raster.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_VIEW_H
#define TW_VIEW_H

#include "plan.h"
#include "style.h"

struct tw_view;

/* The plan is borrowed. On success *view is owned by the caller. */
enum tw_status tw_view_new(const struct tw_plan *plan, struct tw_view **view, struct tw_error *err);
/* Accepts NULL. */
void tw_view_free(struct tw_view *view);

/* What makes its tiles: borrowed. */
const struct tw_encoder *tw_view_encoder(const struct tw_view *view);
/* `image/png`, `application/geo+json`: lives as long as the program. style: NULL for the plain one. */
const char *tw_view_content_type(const struct tw_view *view, const struct tw_style *style);
bool tw_view_is_vector(const struct tw_view *view);
/* What is dark and what is light; false when it is not known yet, or not stretched. */
bool tw_view_range(struct tw_view *view, double range[2]);

/* The least and the largest value of the band (from 0) in pictures so far, of a sample of their pixels;
 * false, and range as it was, when there was none. */
bool tw_view_seen(struct tw_view *view, int band, double range[2]);

/* What is dark and what is light of the band (from 0) in a style that gives bands and no stretch; false, and
 * range as it was, when no picture was. */
bool tw_view_band_range(struct tw_view *view, int band, double range[2]);

/* A part of a stored raster, and how it is to look. */
struct tw_view_part {
    const struct tw_style *style;
    const struct tw_raster *raster;
    const struct tw_window *window;
};

/* Notes the values of a picture that is sent as it is stored. From any thread. */
void tw_view_see(struct tw_view *view, const struct tw_raster *part);

/* Encodes it; in a style that is given as a PNG with alpha. From any thread. */
enum tw_status tw_view_picture(struct tw_view *view, const struct tw_view_part *part, struct tw_arena *arena,
                               struct tw_bytes *bytes, struct tw_error *err);
/* Encodes the features that lie in the window; bytes stay empty when there are none. */
enum tw_status tw_view_features(const struct tw_encoder *encoder, const struct tw_features *features,
                                const struct tw_window *window, struct tw_arena *arena,
                                struct tw_bytes *bytes, struct tw_error *err);

#endif
