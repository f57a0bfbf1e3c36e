/* figure.h - geometries of any type through GEOS (re-entrant API only): points, lines, polygons, and what can
 * be asked of them and made of them. Areas of tiles are in geometry.h.
 *
 * Figures live in a set, which has one GEOS context and belongs to one thread; a set is cleared all at once,
 * and single figures can be freed before. Figures of two sets of one thread may be used together. Coordinates
 * are plain x, y; lengths and areas are in their units (squared). Unless said otherwise, functions that fail
 * return TW_EUSAGE with GEOS's reason: `intersection: TopologyException: side location conflict at 5 5`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FIGURE_H
#define TW_FIGURE_H

#include "arena.h"
#include "geometry.h"

#include <stdint.h>

struct tw_figures;
struct tw_figure;

/* lasting: its figures are used again and again, and are prepared for that when they are used first. NULL
 * when out of memory. */
struct tw_figures *tw_figures_new(bool lasting);
/* Accepts NULL. */
void tw_figures_free(struct tw_figures *figures);

/* Frees all figures of the set. Accepts NULL. */
void tw_figures_clear(struct tw_figures *figures);

/* About how many bytes all figures of the set, or one of them, take. */
size_t tw_figures_bytes(const struct tw_figures *figures);
size_t tw_figure_bytes(const struct tw_figure *figure);

/* New figures; the set owns them. WKT with coordinates that are not finite is refused; WKB must have none. */
enum tw_status tw_figure_from_wkt(struct tw_figures *figures, const char *wkt, struct tw_figure **figure,
                                  struct tw_error *err);
enum tw_status tw_figure_from_wkb(struct tw_figures *figures, const void *wkb, size_t size,
                                  struct tw_figure **figure, struct tw_error *err);

/* Accepts NULL. */
void tw_figure_free(struct tw_figure *figure);

/* `Point`, `LineString`, `MultiPolygon` ... as in OGC 06-103r4. */
const char *tw_figure_type(const struct tw_figure *figure);
bool tw_figure_is_empty(const struct tw_figure *figure);
bool tw_figure_is_valid(const struct tw_figure *figure);
/* Returns false when the figure is empty, which has no bounds. */
bool tw_figure_bounds(const struct tw_figure *figure, struct tw_box *bounds);

/* WKB (2-D, little endian) in the arena. TW_EBUDGET when it does not fit. */
enum tw_status tw_figure_to_wkb(const struct tw_figure *figure, struct tw_arena *arena, const void **wkb,
                                size_t *size, struct tw_error *err);
/* Owned by the caller (free). NULL when out of memory. */
char *tw_figure_to_wkt(const struct tw_figure *figure);

/* Relations of OGC 06-103r4, 6.1.15. A figure that is asked often is prepared (indexed) for it. */
enum tw_figure_relation {
    TW_INTERSECTS = 0,
    TW_DISJOINT,
    TW_CONTAINS,
    TW_WITHIN,
    TW_TOUCHES,
    TW_OVERLAPS,
    TW_CROSSES,
    TW_EQUALS,
    TW_NUM_RELATIONS
};
enum tw_status tw_figure_relate(struct tw_figure *a, enum tw_figure_relation relation, struct tw_figure *b,
                                bool *holds, struct tw_error *err);

/* 0 where they intersect, NaN when one is empty. */
enum tw_status tw_figure_distance(struct tw_figure *a, struct tw_figure *b, double *distance,
                                  struct tw_error *err);

/* Area of polygons (0 of others); length of lines, and of the rings of polygons. */
enum tw_figure_measure { TW_AREA = 0, TW_LENGTH };
enum tw_status tw_figure_measure(const struct tw_figure *figure, enum tw_figure_measure measure,
                                 double *number, struct tw_error *err);

/* New figures of two. */
enum tw_figure_overlay { TW_UNION = 0, TW_INTERSECTION, TW_DIFFERENCE, TW_SYMMETRIC_DIFFERENCE };
enum tw_status tw_figure_overlay(struct tw_figures *figures, enum tw_figure_overlay overlay,
                                 const struct tw_figure *const pair[2], struct tw_figure **figure,
                                 struct tw_error *err);

/* The union of all of them; empty when there is none. */
enum tw_status tw_figure_union(struct tw_figures *figures, const struct tw_figure *const *all, size_t count,
                               struct tw_figure **figure, struct tw_error *err);

/* New figures of one. MAKE_VALID: rings that cross themselves become ones that do not (GEOS MakeValid, method
 * "structure"). */
enum tw_figure_change { TW_CENTROID = 0, TW_MAKE_VALID, TW_CONVEX_HULL, TW_BOUNDARY };
enum tw_status tw_figure_change(struct tw_figures *figures, enum tw_figure_change change,
                                const struct tw_figure *of, struct tw_figure **figure, struct tw_error *err);

/* The numbers of the caps are those of GEOS. */
enum tw_figure_cap { TW_CAP_ROUND = 1, TW_CAP_FLAT = 2, TW_CAP_SQUARE = 3 };
struct tw_figure_buffer {
    double distance;  /* finite; negative: polygons shrink */
    int32_t segments; /* of a quarter circle, at least 1 */
    int32_t cap;      /* enum tw_figure_cap: the ends of lines */
};
enum tw_status tw_figure_buffer(struct tw_figures *figures, const struct tw_figure *of,
                                const struct tw_figure_buffer *buffer, struct tw_figure **figure,
                                struct tw_error *err);

/* Fewer points, none farther off than tolerance; rings stay rings and do not cross (Douglas and Peucker 1973,
 * topology preserving). */
enum tw_status tw_figure_simplify(struct tw_figures *figures, const struct tw_figure *of, double tolerance,
                                  struct tw_figure **figure, struct tw_error *err);

/* The part inside the box, of the same dimension: a polygon that only touches the box becomes empty. */
enum tw_status tw_figure_clip(struct tw_figures *figures, const struct tw_figure *of,
                              const struct tw_box *box, struct tw_figure **figure, struct tw_error *err);

#endif
