/* selection.h - the part of a pyramid that the command line asks for.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SELECTION_H
#define TW_SELECTION_H

#include "area.h"
#include "script.h"

/* What the command line asks for, besides the configuration. */
struct tw_selection {
    struct tw_script_limits script; /* for loading it */
    bool has_zooms;
    int min_zoom, max_zoom;
    bool has_bounds;
    struct tw_box bounds;
    const char *bounds_crs; /* also of the point; NULL: the grid's */
    bool has_point;
    double x, y;
    const char *area; /* WKT or the path of a vector file; NULL: none */
    const char *area_crs;
    bool has_tile;
    struct tw_tile
        tile; /* of the pyramid that is selected from: metatiles of the process, or tiles of an output */
};

/* The area that is asked for; NULL when no part is. max_zoom: of what there is, where a point stands for its
 * tile. TW_EUSAGE: `the point 200 0 lies outside the grid 'geodetic'`, `tile 1/9/0 does not exist: ...`, and
 * what is wrong with bounds, area and CRS. *area is owned by the caller. */
enum tw_status tw_selection_area(const struct tw_selection *selection, const struct tw_pyramid *pyramid,
                                 int max_zoom, struct tw_area **area, struct tw_error *err);

/* The zooms that are asked for: the tile's, those of --zoom, or those between *min_zoom and *max_zoom. */
void tw_selection_zooms(const struct tw_selection *selection, int *min_zoom, int *max_zoom);

#endif
