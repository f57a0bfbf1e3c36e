/* SPDX-License-Identifier: MIT */
#include "stac_output.h"

#include "config.h"
#include "file.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_METADATA_BYTES = 16 * 1024 * 1024 };

const struct tw_value *tw_stac_metadata_file(const char *path, const struct tw_value *place,
                                             struct tw_arena *arena, struct tw_problems *problems)
{
    char *bytes;
    size_t size, before = problems->count;
    struct tw_error err = {0};
    const struct tw_value *root = NULL;
    if (tw_file_read(arena, path, MAX_METADATA_BYTES, &bytes, &size, &err) != TW_OK) {
        tw_problems_add(problems, place, "%s", err.message);
        return NULL;
    }
    const char *name = tw_arena_strdup(arena, path);
    if (name == NULL || tw_yaml_read(arena, name, bytes, size, &root, problems) == TW_ENOMEM)
        return NULL;
    if (root == NULL || problems->count > before)
        return NULL;
    tw_stac_metadata_check(root, "", false, problems);
    return root->kind == TW_MAP ? root : NULL;
}

static const char *text_of(const struct tw_value *map, const char *key)
{
    const struct tw_value *value = tw_value_get(map, key);
    return value != NULL && value->kind == TW_STRING ? value->text : NULL;
}

const struct tw_value *tw_stac_settings(const struct tw_value *output, const char *folder,
                                        struct tw_arena *arena, struct tw_problems *problems)
{
    const struct tw_value *settings = tw_value_get(output, "stac");
    bool nomem = false;
    if (settings == NULL || settings->kind == TW_NULL)
        return NULL;
    tw_stac_metadata_check(settings, "output.stac", true, problems);
    const char *name = text_of(settings, "item_metadata");
    char *path = name != NULL ? tw_path_join(arena, folder, name) : NULL;
    if (path == NULL)
        return settings;
    const struct tw_value *more =
        tw_stac_metadata_file(path, tw_value_get(settings, "item_metadata"), arena, problems);
    const struct tw_value *merged = tw_stac_metadata_merge(more, settings, arena, &nomem);
    return nomem ? NULL : merged;
}

struct tw_stac_request tw_stac_request_of(const struct tw_value *settings, const char *folder,
                                          struct tw_arena *arena)
{
    const struct tw_value *relative = tw_value_get(settings, "relative_paths"),
                          *indent = tw_value_get(settings, "indent");
    const char *path = text_of(settings, "item_path");
    bool has_indent = indent != NULL && indent->kind == TW_NUMBER;
    return (struct tw_stac_request){.path = path != NULL ? tw_path_join(arena, folder, path) : NULL,
                                    .base = text_of(settings, "asset_basepath"),
                                    .is_relative = relative != NULL && relative->boolean,
                                    .indent = has_indent ? (int)indent->number : TW_STAC_INDENT,
                                    .metadata = settings};
}

/* What the making of an item has at hand. */
struct making {
    const struct tw_tile_output *output;
    const struct tw_stac_request *request;
    struct tw_arena *arena;
    const char *folder; /* the output's, absolute */
    struct tw_stac_item *item;
};

static enum tw_status find_zooms(const struct making *making, struct tw_error *err)
{
    const struct tw_tile_output *output = making->output;
    const struct tw_selection *selection = making->request->selection;
    struct tw_stac_tiles *tiles = &making->item->tiles;
    bool is_given = selection != NULL && selection->has_zooms;
    tiles->min_zoom = is_given ? selection->min_zoom : output->min_zoom;
    tiles->max_zoom = is_given ? selection->max_zoom : output->max_zoom;
    if (!is_given && !output->has_zooms)
        return tw_error_set(err, TW_EUSAGE,
                            "which zooms? '%s/metadata.json' does not say; give --zoom Z or MIN,MAX",
                            output->folder);
    int least = output->has_zooms ? output->min_zoom : output->pyramid.grid->first_zoom;
    int most = output->has_zooms ? output->max_zoom : tw_grid_max_zoom(output->pyramid.grid);
    if (tiles->min_zoom >= least && tiles->max_zoom <= most)
        return TW_OK;
    return tw_error_set(err, TW_EUSAGE, "zoom %d is none of '%s', which has zooms %d to %d",
                        tiles->min_zoom < least ? tiles->min_zoom : tiles->max_zoom, output->folder, least,
                        most);
}

static enum tw_status selected_bounds(const struct making *making, struct tw_box *box, struct tw_error *err)
{
    const struct tw_tile_output *output = making->output;
    const struct tw_selection *selection = making->request->selection;
    struct tw_area *area = NULL;
    enum tw_status status =
        tw_selection_area(selection, &output->pyramid, tw_grid_max_zoom(output->pyramid.grid), &area, err);
    if (status == TW_OK && tw_area_is_empty(area))
        status = tw_error_set(err, TW_EUSAGE, "the bounds share no area with the grid '%s'",
                              output->pyramid.grid->name);
    if (status == TW_OK)
        *box = tw_area_wrapped_bounds(area, output->pyramid.grid);
    tw_area_free(area);
    return status;
}

/* What is asked for, or what the output was made for; inside the grid, but for the antimeridian. */
static enum tw_status find_bounds(const struct making *making, struct tw_error *err)
{
    const struct tw_tile_output *output = making->output;
    const struct tw_box *extent = &output->pyramid.grid->extent;
    struct tw_box *box = &making->item->tiles.bounds;
    enum tw_status status = TW_OK;
    *box = output->has_bounds ? output->bounds : *extent;
    if (making->request->selection != NULL && making->request->selection->has_bounds)
        status = selected_bounds(making, box, err);
    box->bottom = fmax(box->bottom, extent->bottom);
    box->top = fmin(box->top, extent->top);
    if (!output->pyramid.grid->is_global) {
        box->left = fmax(box->left, extent->left);
        box->right = fmin(box->right, extent->right);
    }
    return status;
}

/* When the tiles were begun: unlike the clock, it says the same the next time. */
static enum tw_status find_time(const struct making *making, struct tw_error *err)
{
    char *path = tw_arena_printf(making->arena, "%s/metadata.json", making->folder);
    char *text = tw_arena_alloc(making->arena, TW_STAC_TIME_SIZE);
    struct stat info;
    if (path == NULL || text == NULL)
        return tw_error_nomem(err);
    tw_stac_time_text(stat(path, &info) == 0 ? (double)info.st_mtime : 0, text);
    making->item->tiles.datetime = text;
    return TW_OK;
}

static enum tw_status find_path(const struct making *making, struct tw_error *err)
{
    static const char *const kept[] = {"metadata.json", "failed.json"};
    const struct tw_stac_request *request = making->request;
    struct tw_stac_item *item = making->item;
    const char *said = text_of(request->metadata, "id");
    item->tiles.id = request->id != NULL ? request->id : said != NULL ? said : tw_path_name(making->folder);
    if (request->path != NULL && strcmp(request->path, "-") == 0)
        return TW_OK;
    if (request->path != NULL && tw_path_is_remote(request->path))
        return tw_error_set(err, TW_EUSAGE,
                            "'%s' is not on this machine; items are written to local files only",
                            request->path);
    item->path = request->path != NULL
                     ? request->path
                     : tw_arena_printf(making->arena, "%s/%s.json", making->output->folder, item->tiles.id);
    const char *real = item->path != NULL ? tw_path_resolve(making->arena, item->path) : NULL;
    for (int i = 0; i < 2 && real != NULL; i++) {
        const char *own = tw_arena_printf(making->arena, "%s/%s", making->folder, kept[i]);
        if (own != NULL && strcmp(own, real) == 0)
            return tw_error_set(err, TW_EUSAGE,
                                "the item cannot be written to '%s', where runs keep what they know",
                                item->path);
    }
    return real != NULL ? TW_OK : tw_error_nomem(err);
}

/* `../tiles/`; both are absolute. */
static char *way_to(struct tw_arena *arena, const char *from, const char *to)
{
    size_t same = 0;
    for (size_t i = 0;; i++) {
        bool from_ends = from[i] == '/' || from[i] == '\0', to_ends = to[i] == '/' || to[i] == '\0';
        if (from_ends && to_ends)
            same = i;
        if (from[i] != to[i] || from[i] == '\0')
            break;
    }
    struct tw_text text = {0};
    for (const char *at = from + same; *at != '\0'; at++)
        if (*at == '/')
            tw_text_add(&text, "../");
    const char *rest = to + same + (to[same] == '/');
    if (*rest != '\0')
        tw_text_printf(&text, "%s/", rest);
    char *kept = text.failed ? NULL : tw_arena_strdup(arena, tw_text_get(&text));
    tw_text_free(&text);
    return kept;
}

/* Relative where item and tiles lie together, so that they can be moved together. */
static enum tw_status find_base(const struct making *making, struct tw_error *err)
{
    struct tw_stac_item *item = making->item;
    const char *base = making->request->base;
    const char *beside = item->path != NULL ? tw_path_folder(making->arena, item->path) : making->folder;
    const char *home = beside != NULL ? tw_path_resolve(making->arena, beside) : NULL;
    if (home == NULL)
        return tw_error_nomem(err);
    if (base != NULL)
        item->tiles.base = tw_arena_printf(making->arena, "%s%s", base,
                                           *base != '\0' && base[strlen(base) - 1] != '/' ? "/" : "");
    else if (making->request->is_relative || strcmp(home, making->folder) == 0)
        item->tiles.base = way_to(making->arena, home, making->folder);
    else
        item->tiles.base = tw_arena_printf(making->arena, "%s/", making->folder);
    return item->tiles.base != NULL ? TW_OK : tw_error_nomem(err);
}

enum tw_status tw_stac_make(const struct tw_tile_output *output, const struct tw_stac_request *request,
                            struct tw_arena *arena, struct tw_stac_item *item, struct tw_error *err)
{
    struct making making = {output, request, arena, tw_path_resolve(arena, output->folder), item};
    *item = (struct tw_stac_item){
        .tiles = {.output = output, .metadata = request->metadata, .indent = request->indent}};
    if (making.folder == NULL)
        return tw_error_nomem(err);
    enum tw_status status = find_zooms(&making, err);
    if (status == TW_OK)
        status = find_bounds(&making, err);
    if (status == TW_OK)
        status = find_time(&making, err);
    if (status == TW_OK)
        status = find_path(&making, err);
    return status == TW_OK ? find_base(&making, err) : status;
}

static bool is_same_file(const char *path, const struct tw_text *text, struct tw_arena *arena)
{
    char *bytes;
    size_t size;
    struct tw_error ignored;
    return tw_file_read(arena, path, 0, &bytes, &size, &ignored) == TW_OK && size == text->length &&
           memcmp(bytes, tw_text_get(text), size) == 0;
}

static enum tw_status write_text(const struct tw_stac_item *item, const struct tw_text *text, bool force,
                                 struct tw_arena *arena, struct tw_error *err)
{
    if (tw_file_exists(item->path) && is_same_file(item->path, text, arena))
        return TW_OK;
    if (tw_file_exists(item->path) && !force)
        return tw_error_set(err, TW_EUSAGE, "'%s' exists and says something else; --force replaces it",
                            item->path);
    const char *folder = tw_path_folder(arena, item->path);
    enum tw_status status = folder != NULL ? tw_make_folders(folder, err) : tw_error_nomem(err);
    return status == TW_OK
               ? tw_file_write_labelled(item->path, tw_text_get(text), text->length, item->labels, err)
               : status;
}

enum tw_status tw_stac_write(const struct tw_stac_item *item, bool force, struct tw_error *err)
{
    struct tw_text text = {0};
    struct tw_arena *arena = tw_arena_new(0);
    enum tw_status status =
        arena != NULL ? tw_stac_tiles_text(&item->tiles, &text, err) : tw_error_nomem(err);
    if (status == TW_OK)
        status = write_text(item, &text, force, arena, err);
    tw_text_free(&text);
    tw_arena_free(arena);
    return status;
}
