/* SPDX-License-Identifier: MIT */
#include "pmtiles_assemble.h"
#include "content_table.h"
#include "file.h"
#include "pmtiles_directory.h"
#include "tile_archive.h"

#include <jansson.h>
#include <libdeflate.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_METADATA = 1 << 20, MOST_CONTENTS = 1 << 21, BUFFER_SIZE = 1 << 20 };

struct archive {
    struct tw_single_file *file;
    struct tw_arena *arena; /* reset after each tile */
    const char *path;       /* of the temporary file */
    int fd;
    uint64_t size;   /* with what the buffer holds */
    char *buffer;    /* the end of the file, not written yet */
    size_t buffered; /* bytes of it */
    struct tw_pmtiles_entries entries;
    struct tw_content_table *contents;
    struct tw_pmtiles_header header;
    struct tw_archive_tiles tiles;
};

static enum tw_status write_at(const struct archive *archive, const void *bytes, size_t size, uint64_t offset,
                               struct tw_error *err)
{
    const char *next = bytes;
    while (size > 0) {
        ssize_t written = pwrite(archive->fd, next, size, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return tw_error_set(err, TW_ESTORAGE, "cannot write '%s': %s", archive->path, strerror(errno));
        next += written;
        offset += (uint64_t)written;
        size -= (size_t)written;
    }
    return TW_OK;
}

static enum tw_status write_buffer(struct archive *archive, struct tw_error *err)
{
    uint64_t offset = archive->size - archive->buffered;
    enum tw_status status = write_at(archive, archive->buffer, archive->buffered, offset, err);
    archive->buffered = 0;
    return status;
}

static enum tw_status append(struct archive *archive, const void *bytes, size_t size, struct tw_error *err)
{
    enum tw_status status = TW_OK;
    if (archive->buffered + size > BUFFER_SIZE && (status = write_buffer(archive, err)) != TW_OK)
        return status;
    if (size > BUFFER_SIZE) {
        status = write_at(archive, bytes, size, archive->size, err);
    } else {
        memcpy(archive->buffer + archive->buffered, bytes, size);
        archive->buffered += size;
    }
    archive->size += size;
    return status;
}

/* Sets where in the archive a content lies, and adds it if it is not there yet. */
static enum tw_status place_content(struct archive *archive, const struct tw_spool_content *content,
                                    uint64_t *offset, struct tw_error *err)
{
    struct tw_blob tile;
    if (tw_content_find(archive->contents, content->hash, offset))
        return TW_OK;
    *offset = archive->size - TW_PMTILES_ROOT_END;
    if (!tw_content_keep(archive->contents, content->hash, *offset))
        return tw_error_nomem(err);
    tw_arena_reset(archive->arena);
    enum tw_status status =
        tw_spool_read(tw_directory_spool(archive->file->tiles), content, archive->arena, &tile, err);
    archive->header.num_contents++;
    return status == TW_OK ? append(archive, tile.bytes, tile.size, err) : status;
}

/* The specification's example code: ids of the zooms above, 1 + 4 + 16 + ..., and the place. */
static uint64_t tile_id(int zoom, uint64_t place)
{
    return ((UINT64_C(1) << (2 * zoom)) - 1) / 3 + place;
}

static enum tw_status add_tiles(void *context, const struct tw_spool_step *step, struct tw_error *err)
{
    struct archive *archive = context;
    struct tw_pmtiles_entry entry = {tile_id(step->tiles.zoom, step->first), 0, (uint32_t)step->content.size,
                                     (uint32_t)step->count};
    enum tw_status status = place_content(archive, &step->content, &entry.offset, err);
    if (status != TW_OK)
        return status;
    tw_archive_tiles_add(&archive->tiles, step);
    return tw_pmtiles_add(&archive->entries, &entry) ? TW_OK : tw_error_nomem(err);
}

static void set_places(struct archive *archive)
{
    struct tw_pmtiles_header *header = &archive->header;
    const struct tw_sink *sink = archive->file->sink;
    const struct tw_archive_places places = tw_archive_places(&archive->tiles, sink);
    const char *extension = tw_encoder_extension(sink->codec);
    header->min_zoom = header->center_zoom = (uint8_t)places.min_zoom;
    header->max_zoom = (uint8_t)places.max_zoom;
    memcpy(header->bounds, places.bounds, sizeof(header->bounds));
    memcpy(header->center, places.center, sizeof(header->center));
    header->tile_type = strcmp(extension, "png") == 0 ? 2 : strcmp(extension, "webp") == 0 ? 4 : 3;
}

static bool pack_metadata(const struct archive *archive, struct tw_text *packed)
{
    const struct tw_sink *sink = archive->file->sink;
    const struct tw_archive_about *about = &((const struct tw_tile_archive *)archive->file)->about;
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:{s:s}}", "name", about->name, "description",
                             about->description, "version", about->version, "type", about->type, "format",
                             tw_encoder_extension(sink->codec), "tile_size", sink->pyramid.tile_size_px,
                             "tilewright", "fingerprint", archive->file->fingerprint);
    if (json != NULL && about->attribution[0] != '\0')
        json_object_set_new(json, "attribution", json_string(about->attribution));
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    bool done = text != NULL && tw_pmtiles_gzip(text, strlen(text), packed);
    free(text);
    json_decref(json);
    return done;
}

/* Behind the tiles, but for header and root, for which the beginning was left free. */
static enum tw_status write_directories(struct archive *archive, struct tw_error *err)
{
    struct tw_text root = {0}, leaves = {0}, metadata = {0};
    struct tw_pmtiles_header *header = &archive->header;
    uint8_t bytes[TW_PMTILES_HEADER_SIZE];
    enum tw_status status = TW_OK;
    if (!pack_metadata(archive, &metadata) || !tw_pmtiles_pack(&archive->entries, &root, &leaves))
        status = tw_error_nomem(err);
    header->num_tiles = archive->tiles.count;
    header->num_entries = archive->entries.count;
    header->data_offset = TW_PMTILES_ROOT_END;
    header->data_size = archive->size - TW_PMTILES_ROOT_END;
    header->root_offset = TW_PMTILES_HEADER_SIZE;
    header->root_size = root.length;
    header->metadata_offset = archive->size;
    header->metadata_size = metadata.length;
    header->leaves_offset = archive->size + metadata.length;
    header->leaves_size = leaves.length;
    set_places(archive);
    tw_pmtiles_write_header(header, bytes);
    if (status == TW_OK)
        status = append(archive, tw_text_get(&metadata), metadata.length, err);
    if (status == TW_OK)
        status = append(archive, tw_text_get(&leaves), leaves.length, err);
    if (status == TW_OK)
        status = write_buffer(archive, err);
    if (status == TW_OK)
        status = write_at(archive, tw_text_get(&root), root.length, header->root_offset, err);
    if (status == TW_OK)
        status = write_at(archive, bytes, sizeof(bytes), 0, err);
    tw_text_free(&root);
    tw_text_free(&leaves);
    tw_text_free(&metadata);
    return status;
}

static enum tw_status write_archive(struct archive *archive, struct tw_error *err)
{
    struct tw_single_file *file = archive->file;
    archive->path = tw_arena_printf(file->sink->arena, "%s/assembled.pmtiles", file->folder);
    archive->arena = tw_arena_new(0);
    archive->contents = tw_content_table_new(MOST_CONTENTS);
    archive->buffer = malloc(BUFFER_SIZE);
    if (archive->path == NULL || archive->arena == NULL || archive->contents == NULL ||
        archive->buffer == NULL)
        return tw_error_nomem(err);
    archive->fd = open(archive->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (archive->fd < 0)
        return tw_error_set(err, TW_ESTORAGE, "cannot write '%s': %s", archive->path, strerror(errno));
    const struct tw_spool_walk walk = {file, add_tiles, archive};
    enum tw_status status = TW_OK;
    for (int zoom = 0; status == TW_OK && zoom <= TW_MAX_ZOOM; zoom++)
        status = tw_spool_walk(&walk, zoom, err);
    return status == TW_OK ? write_directories(archive, err) : status;
}

enum tw_status tw_pmtiles_assemble(struct tw_single_file *file, struct tw_error *err)
{
    struct archive archive = {.file = file, .fd = -1, .size = TW_PMTILES_ROOT_END};
    enum tw_status status = write_archive(&archive, err);
    if (archive.fd >= 0 && close(archive.fd) != 0 && status == TW_OK)
        status = tw_error_set(err, TW_ESTORAGE, "cannot write '%s': %s", archive.path, strerror(errno));
    if (status == TW_OK)
        status = tw_sink_place_file(file->sink, archive.path, file->fingerprint, err);
    else if (archive.fd >= 0)
        unlink(archive.path);
    free(archive.buffer);
    free(archive.entries.items);
    tw_content_table_free(archive.contents);
    tw_arena_free(archive.arena);
    return status;
}

static uint64_t number_at(const uint8_t *bytes)
{
    uint64_t number = 0;
    for (int i = 7; i >= 0; i--)
        number = number << 8 | bytes[i];
    return number;
}

/* The metadata's text; owned by the caller. NULL when there is none. */
static json_t *read_metadata(int fd)
{
    uint8_t header[TW_PMTILES_HEADER_SIZE];
    if (pread(fd, header, sizeof(header), 0) != (ssize_t)sizeof(header) ||
        memcmp(header, "PMTiles\x03", 8) != 0)
        return NULL;
    uint64_t offset = number_at(header + 24), size = number_at(header + 32);
    if (size > MOST_METADATA || offset > INT64_MAX)
        return NULL;
    void *packed = malloc(size + 1);
    char *text = malloc(MOST_METADATA);
    struct libdeflate_decompressor *unpacker = libdeflate_alloc_decompressor();
    size_t length = 0;
    json_t *json = NULL;
    if (packed != NULL && text != NULL && unpacker != NULL &&
        pread(fd, packed, size, (off_t)offset) == (ssize_t)size &&
        libdeflate_gzip_decompress(unpacker, packed, size, text, MOST_METADATA, &length) ==
            LIBDEFLATE_SUCCESS)
        json = json_loadb(text, length, 0, NULL);
    libdeflate_free_decompressor(unpacker);
    free(text);
    free(packed);
    return json;
}

char *tw_pmtiles_fingerprint(const char *path, struct tw_arena *arena)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    json_t *json = read_metadata(fd);
    close(fd);
    const char *found =
        json_string_value(json_object_get(json_object_get(json, "tilewright"), "fingerprint"));
    char *copy = found != NULL && !tw_archive_is_part(found) ? tw_arena_strdup(arena, found) : NULL;
    json_decref(json);
    return copy;
}
