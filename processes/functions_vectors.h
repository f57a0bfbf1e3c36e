/* functions_vectors.h - geometries and features for lib/vector.lua, which mirrors the structs.
 *
 * A script holds a struct tw_script_geometry; the figure behind it belongs to the host: to the tile in work,
 * or, when it was made while the script was loaded or set up, to the state. Lua's garbage collector may free
 * it before. Functions return a status.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FUNCTIONS_VECTORS_H
#define TW_FUNCTIONS_VECTORS_H

#include "figure.h"
#include "script.h"

struct tw_host;

struct tw_script_geometry {
    struct tw_figure *figure;
    int32_t tile; /* the host's tile_number when it was made; 0: before the tiles */
    int32_t size_bytes;
};

typedef const struct tw_script_geometry *tw_geometry_argument;

struct tw_vector_functions {
    int32_t size_bytes;     /* of this struct */
    int32_t mirrored_bytes; /* of the others that lib/geometry.lua mirrors, added up */

    int32_t (*from_wkt)(struct tw_host *, const char *wkt, struct tw_script_geometry *made);
    int32_t (*from_feature)(struct tw_host *, const struct tw_feature *, struct tw_script_geometry *made);
    void (*release)(struct tw_host *, struct tw_script_geometry *);
    int32_t (*check_budget)(struct tw_host *); /* figures count as the arena's */

    const char *(*type)(tw_geometry_argument);
    bool (*is_empty)(tw_geometry_argument);
    bool (*is_valid)(tw_geometry_argument);
    bool (*bounds)(tw_geometry_argument, struct tw_box *);
    int32_t (*relate)(struct tw_host *, tw_geometry_argument, int32_t relation, tw_geometry_argument, bool *);
    int32_t (*distance)(struct tw_host *, tw_geometry_argument, tw_geometry_argument, double *);
    int32_t (*measure)(struct tw_host *, tw_geometry_argument, int32_t measure, double *);

    int32_t (*overlay)(struct tw_host *, int32_t overlay, tw_geometry_argument, tw_geometry_argument,
                       struct tw_script_geometry *made);
    int32_t (*unite)(struct tw_host *, struct tw_figure **, int64_t count, struct tw_script_geometry *made);
    int32_t (*change)(struct tw_host *, int32_t change, tw_geometry_argument,
                      struct tw_script_geometry *made);
    int32_t (*buffer)(struct tw_host *, tw_geometry_argument, const struct tw_figure_buffer *,
                      struct tw_script_geometry *made);
    int32_t (*simplify)(struct tw_host *, tw_geometry_argument, double tolerance,
                        struct tw_script_geometry *made);
    int32_t (*clip)(struct tw_host *, tw_geometry_argument, struct tw_script_geometry *made);

    char *(*wkt)(tw_geometry_argument); /* owned by the caller (free_text); NULL when out of memory */
    void (*free_text)(void *);
    /* Sets the feature's WKB, in the arena. */
    int32_t (*wkb)(struct tw_host *, tw_geometry_argument, struct tw_feature *);

    /* Features from and to the other layers; arrays have the shape of the window. */
    int32_t (*read)(struct tw_host *, int32_t input, struct tw_features *);
    int32_t (*rasterize)(struct tw_host *, const struct tw_features *, const double *values, bool all_touched,
                         struct tw_array *);
    int32_t (*mask)(struct tw_host *, const struct tw_features *, bool all_touched, struct tw_array *);
    int32_t (*polygonize)(struct tw_host *, const struct tw_array *, bool eight_connected,
                          struct tw_features *);
    int32_t (*contours)(struct tw_host *, const struct tw_array *, const struct tw_script_contours *,
                        struct tw_features *);
    int32_t (*set_result)(struct tw_host *, const struct tw_features *);
};

extern const struct tw_vector_functions tw_vector_functions;

#endif
