/* SPDX-License-Identifier: MIT */
#include "tile_output.h"

#include "crs.h"
#include "text.h"

#include <string.h>

static bool is_same_crs(const char *a, const char *b)
{
    OGRSpatialReferenceH one = NULL, other = NULL;
    bool same = strcmp(a, b) == 0;
    if (!same)
        same = tw_crs_parse(a, &one, NULL) == TW_OK && tw_crs_parse(b, &other, NULL) == TW_OK &&
               tw_crs_is_same(one, other);
    if (one != NULL)
        OSRRelease(one);
    if (other != NULL)
        OSRRelease(other);
    return same;
}

static void say(struct tw_text *text, const char *name, long long theirs, long long ours)
{
    if (theirs != ours)
        tw_text_printf(text, "%s%s %lld, not %lld", text->length > 0 ? "; " : "", name, theirs, ours);
}

static void say_text(struct tw_text *text, const char *name, const char *theirs, const char *ours)
{
    if (strcmp(theirs, ours) != 0)
        tw_text_printf(text, "%s%s %s, not %s", text->length > 0 ? "; " : "", name, theirs, ours);
}

static void compare_grids(struct tw_text *text, const struct tw_grid *a, const struct tw_grid *b)
{
    if (a == b)
        return;
    if (strcmp(a->name, b->name) != 0)
        say_text(text, "grid", b->name, a->name);
    else if (!is_same_crs(a->crs, b->crs) || memcmp(&a->extent, &b->extent, sizeof(a->extent)) != 0 ||
             a->cols != b->cols || a->rows != b->rows)
        tw_text_add(text, "another grid");
}

enum tw_status tw_tile_output_compare(const struct tw_tile_output *a, const struct tw_tile_output *b,
                                      struct tw_error *err)
{
    struct tw_text text = {0};
    compare_grids(&text, a->pyramid.grid, b->pyramid.grid);
    say(&text, "tile_size", b->pyramid.tile_size_px, a->pyramid.tile_size_px);
    say(&text, "metatiling", b->pyramid.metatiling, a->pyramid.metatiling);
    say(&text, "pixelbuffer", b->pyramid.pixelbuffer_px, a->pyramid.pixelbuffer_px);
    if (a->format != NULL && b->format != NULL)
        say_text(&text, "format", b->format, a->format);
    if (a->num_bands > 0 && b->num_bands > 0)
        say(&text, "bands", b->num_bands, a->num_bands);
    if (a->has_dtype && b->has_dtype)
        say_text(&text, "dtype", tw_dtype_name(b->dtype), tw_dtype_name(a->dtype));
    enum tw_status status = TW_OK;
    if (text.failed)
        status = tw_error_nomem(err);
    else if (text.length > 0)
        status = tw_error_set(err, TW_EUSAGE, "'%s' has other tiles than '%s': %s", b->folder, a->folder,
                              tw_text_get(&text));
    tw_text_free(&text);
    return status;
}
