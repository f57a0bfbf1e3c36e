/* SPDX-License-Identifier: MIT */
#include "tile_prototypes.h"

#include "encoder.h"
#include "array.h"
#include "file.h"
#include "hash.h"
#include "path.h"
#include "tile_records.h"

#include <string.h>

/* The list: lines of a fingerprint, a blank and a path below the folder. */
struct list {
    struct tw_arena *arena;
    const char *folder, *path;
    char *next; /* what is not read yet; NULL: there is no list */
};

struct entry {
    const char *fingerprint, *path;
};

static enum tw_status list_open(struct list *list, const char *folder, const char *work, struct tw_error *err)
{
    size_t size;
    *list = (struct list){.arena = tw_arena_new(0), .folder = folder};
    list->path = list->arena != NULL ? tw_arena_printf(list->arena, "%s/prototypes", work) : NULL;
    if (list->path == NULL)
        return tw_error_nomem(err);
    return tw_file_read_found(list->arena, list->path, 0, &list->next, &size, err);
}

/* Lines that are not understood are left out. */
static bool list_next(struct list *list, struct entry *entry)
{
    while (list->next != NULL && *list->next != '\0') {
        char *line = list->next;
        char *end = line + strcspn(line, "\n");
        list->next = *end == '\n' ? end + 1 : end;
        *end = '\0';
        if (strlen(line) < TW_FINGERPRINT_SIZE || line[TW_FINGERPRINT_SIZE - 1] != ' ' ||
            line[TW_FINGERPRINT_SIZE] == '/' || strstr(line, "..") != NULL)
            continue;
        line[TW_FINGERPRINT_SIZE - 1] = '\0';
        *entry = (struct entry){line, line + TW_FINGERPRINT_SIZE};
        return true;
    }
    return false;
}

static void list_close(struct list *list)
{
    tw_arena_free(list->arena);
}

/* Whether the file still holds what was written; a tile may have taken its place. */
static bool is_untouched(const struct list *list, const struct entry *entry)
{
    char *path = tw_arena_printf(list->arena, "%s/%s", list->folder, entry->path), *bytes;
    char fingerprint[TW_FINGERPRINT_SIZE];
    size_t size;
    struct tw_error ignored;
    if (path == NULL || tw_file_read(list->arena, path, 0, &bytes, &size, &ignored) != TW_OK)
        return false;
    tw_fingerprint(bytes, size, fingerprint);
    return strcmp(fingerprint, entry->fingerprint) == 0;
}

enum tw_status tw_prototypes_remove(const char *folder, const char *work, struct tw_error *err)
{
    struct list list;
    struct entry entry;
    enum tw_status status = list_open(&list, folder, work, err);
    bool has_list = list.next != NULL;
    while (status == TW_OK && list_next(&list, &entry)) {
        char *path = tw_arena_printf(list.arena, "%s/%s", folder, entry.path);
        if (path == NULL)
            status = tw_error_nomem(err);
        else if (is_untouched(&list, &entry))
            status = tw_file_remove(path, err);
    }
    if (status == TW_OK && has_list)
        status = tw_file_remove(list.path, err);
    list_close(&list);
    return status;
}

const char *tw_prototypes_list(const char *folder, struct tw_arena *arena)
{
    char *path = tw_arena_printf(arena, "%s/.tilewright/prototypes", folder), *bytes = NULL;
    size_t size;
    struct tw_error ignored;
    if (path == NULL || !tw_file_exists(path) ||
        tw_file_read(arena, path, 0, &bytes, &size, &ignored) != TW_OK)
        return NULL;
    return bytes;
}

/* Where a line of the list names the path; a fingerprint goes before it. */
static const char *find_line(const char *list, const char *path)
{
    size_t length = strlen(path), before = TW_FINGERPRINT_SIZE;
    for (const char *at = strstr(list, path); at != NULL; at = strstr(at + 1, path))
        if ((size_t)(at - list) >= before && at[-1] == ' ' && at[length] == '\n')
            return at - before;
    return NULL;
}

bool tw_prototypes_holds(const char *list, const char *folder, const char *path)
{
    const char *line = list != NULL ? find_line(list, path) : NULL;
    struct list read = {.folder = folder, .arena = line != NULL ? tw_arena_new(0) : NULL};
    if (read.arena == NULL)
        return false;
    const struct entry entry = {tw_arena_strndup(read.arena, line, TW_FINGERPRINT_SIZE - 1), path};
    bool holds = entry.fingerprint != NULL && is_untouched(&read, &entry);
    list_close(&read);
    return holds;
}

/* What is needed for writing. */
struct writing {
    const struct tw_tile_output *output;
    struct tw_arena *arena;
    struct tw_encoder *encoder;
    struct tw_text list;
};

static enum tw_status open_encoder(struct writing *writing, struct tw_error *err)
{
    const struct tw_tile_output *output = writing->output;
    struct tw_problems problems = {0};
    const struct tw_value none = {.kind = TW_MAP, .text = ""};
    const struct tw_output_spec spec = {.options = &none,
                                        .num_bands = output->num_bands,
                                        .has_dtype = output->has_dtype,
                                        .dtype = output->dtype,
                                        .has_nodata = output->has_nodata,
                                        .nodata = output->nodata,
                                        .grid = output->pyramid.grid};
    if (output->format == NULL || tw_format_extension(output->format) == NULL)
        return tw_error_set(err, TW_EUSAGE, "tiles of format '%s' cannot be made",
                            output->format != NULL ? output->format : "");
    if (tw_encoder_format_is_vector(output->format))
        return tw_error_set(err, TW_EUSAGE, "'%s' holds features: they need no prototypes", output->folder);
    writing->encoder = tw_encoder_open(output->format, &spec, &problems);
    if (writing->encoder == NULL)
        tw_error_set(err, TW_EUSAGE, "'%s': %s", output->folder, tw_text_get(&problems.text));
    tw_problems_free(&problems);
    return writing->encoder != NULL ? TW_OK : TW_EUSAGE;
}

static bool alloc_empty(struct tw_arena *arena, struct tw_array *band, const struct tw_window *window,
                        enum tw_dtype dtype)
{
    *band = (struct tw_array){NULL, NULL, window->width_px, window->height_px, (int32_t)dtype};
    if (!tw_array_alloc(arena, band, true))
        return false;
    memset(band->pixels, 0, tw_array_num_pixels(band) * tw_dtype_size(dtype));
    memset(band->valid, 0, tw_array_num_pixels(band));
    return true;
}

/* All bands without a valid pixel. */
static enum tw_status encode_empty(const struct writing *writing, const struct tw_window *window,
                                   struct tw_bytes *bytes, struct tw_error *err)
{
    size_t count = (size_t)tw_encoder_num_bands(writing->encoder);
    struct tw_array *bands = tw_arena_calloc(writing->arena, count, sizeof(*bands));
    for (size_t i = 0; i < count; i++)
        if (bands == NULL ||
            !alloc_empty(writing->arena, &bands[i], window, tw_encoder_dtype(writing->encoder)))
            return tw_error_nomem(err);
    const struct tw_raster raster = {count, bands, NULL, NULL};
    struct tw_raster stored;
    enum tw_status status = tw_encoder_store(writing->encoder, &raster, writing->arena, &stored, err);
    return status == TW_OK ? tw_encoder_encode(writing->encoder, &stored, window, bytes, err) : status;
}

/* Those that are listed already stay so. */
static enum tw_status begin_list(struct writing *writing, const char *path, struct tw_error *err)
{
    char *bytes;
    size_t size;
    if (!tw_file_exists(path))
        return TW_OK;
    enum tw_status status = tw_file_read(writing->arena, path, 0, &bytes, &size, err);
    if (status == TW_OK)
        tw_text_add_bytes(&writing->list, bytes, size);
    return status;
}

/* The list first: a file that is not listed would be taken for a tile. */
static enum tw_status write_one(struct writing *writing, const char *list_path, const struct tw_tile *tile,
                                struct tw_store *store, size_t *made, struct tw_error *err)
{
    const struct tw_tile_output *output = writing->output;
    const struct tw_path_schema schema = {output->schema, output->extension, &output->pyramid};
    struct tw_window window = tw_tile_window_buffered(&output->pyramid, tile, output->pyramid.pixelbuffer_px);
    char *path = tw_tile_path(writing->arena, &schema, tile), fingerprint[TW_FINGERPRINT_SIZE];
    struct tw_bytes bytes = {0};
    if (path == NULL)
        return tw_error_nomem(err);
    if (tw_store_exists(store, path))
        return TW_OK;
    enum tw_status status = encode_empty(writing, &window, &bytes, err);
    if (status == TW_OK) {
        tw_fingerprint(bytes.data, bytes.size, fingerprint);
        tw_text_printf(&writing->list, "%s %s\n", fingerprint, path);
        status = writing->list.failed
                     ? tw_error_nomem(err)
                     : tw_file_write(list_path, tw_text_get(&writing->list), writing->list.length, err);
    }
    if (status == TW_OK)
        status = tw_store_put(store, path, bytes.data, bytes.size, err);
    *made += status == TW_OK;
    tw_bytes_free(&bytes);
    return status;
}

static enum tw_status write_all(struct writing *writing, struct tw_tile_records *records,
                                const struct tw_tile *tiles, size_t count, size_t *made, struct tw_error *err)
{
    char *path = tw_arena_printf(writing->arena, "%s/.tilewright/prototypes", writing->output->folder);
    struct tw_store *store = NULL;
    struct tw_error late = {0};
    enum tw_status status = path != NULL ? begin_list(writing, path, err) : tw_error_nomem(err);
    if (status == TW_OK)
        status = tw_tile_records_store(records, NULL, &store, err);
    for (size_t i = 0; i < count && status == TW_OK; i++)
        status = write_one(writing, path, &tiles[i], store, made, err);
    enum tw_status closed = tw_store_close(store, status != TW_OK, &late);
    if (status == TW_OK && closed != TW_OK)
        *err = late;
    return status == TW_OK ? closed : status;
}

enum tw_status tw_prototypes_write(const struct tw_tile_output *output, const struct tw_tile *tiles,
                                   size_t count, size_t *made, struct tw_error *err)
{
    struct writing writing = {.output = output, .arena = tw_arena_new(0)};
    struct tw_tile_records *records = NULL;
    *made = 0;
    enum tw_status status = writing.arena != NULL ? open_encoder(&writing, err) : tw_error_nomem(err);
    if (status == TW_OK)
        status = tw_tile_records_open(output, &records, err);
    if (status == TW_OK)
        status = write_all(&writing, records, tiles, count, made, err);
    tw_tile_records_close(records);
    tw_encoder_close(writing.encoder);
    tw_text_free(&writing.list);
    tw_arena_free(writing.arena);
    return status;
}
