/* Whether header and directories of a PMTiles archive agree with each other.
 *
 * SPDX-License-Identifier: MIT
 */
#include "archive_check.h"
#include "pmtiles_file.h"

#include <inttypes.h>
#include <stdlib.h>

/* What a walk through all entries finds. */
struct check {
    struct tw_archive *archive;
    struct tw_pmtiles_file *file;
    const struct tw_archive_report *report;
    uint64_t num_tiles, num_entries;
    uint64_t next_id;   /* after the last entry */
    uint64_t end;       /* of the data so far */
    bool is_scattered;  /* not clustered; told once */
    bool is_broken;     /* a directory cannot be read: counts say nothing */
    uint64_t *contents; /* offsets */
    size_t capacity;
};

static enum tw_status tell_tile(const struct check *check, uint64_t id, const char *reason,
                                struct tw_error *err)
{
    const struct tw_pyramid pyramid = {tw_grid_named("mercator"), 256, 1, 0};
    const struct tw_tile tile = tw_pmtiles_tile(&pyramid, id);
    return check->report->fault(check->report->context, &tile, reason, err);
}

static bool keep_content(struct check *check, uint64_t offset)
{
    if (check->num_entries == check->capacity) {
        size_t capacity = check->capacity > 0 ? check->capacity * 2 : 4096;
        uint64_t *contents = realloc(check->contents, capacity * sizeof(*contents));
        if (contents == NULL)
            return false;
        check->contents = contents;
        check->capacity = capacity;
    }
    check->contents[check->num_entries] = offset;
    return true;
}

static enum tw_status check_clustering(struct check *check, const struct tw_pmtiles_entry *entry,
                                       struct tw_error *err)
{
    bool is_next = entry->offset == check->end || (entry->offset < check->end && check->num_entries > 0);
    if (!tw_pmtiles_file_head(check->file)->is_clustered || is_next || check->is_scattered ||
        check->is_broken)
        return TW_OK;
    check->is_scattered = true;
    return tell_tile(
        check, entry->id,
        "the header says that tiles lie in the order of their ids (clustered), and this one does not", err);
}

static enum tw_status check_entry(void *context, const struct tw_pmtiles_entry *entry, struct tw_error *err)
{
    struct check *check = context;
    const struct tw_pmtiles_header *header = &tw_pmtiles_file_head(check->file)->header;
    enum tw_status status = TW_OK;
    if (entry->id < check->next_id)
        status =
            tell_tile(check, entry->id, "its id does not follow those before it in the directories", err);
    if (status == TW_OK &&
        (entry->offset > header->data_size || entry->length > header->data_size - entry->offset))
        status = tell_tile(check, entry->id, "it lies outside of the section of tiles", err);
    if (status == TW_OK)
        status = check_clustering(check, entry, err);
    if (status == TW_OK && !keep_content(check, entry->offset))
        status = tw_error_nomem(err);
    check->num_entries++;
    check->num_tiles += entry->run;
    check->next_id = entry->id + entry->run > check->next_id ? entry->id + entry->run : check->next_id;
    check->end = entry->offset + entry->length > check->end ? entry->offset + entry->length : check->end;
    return status;
}

static enum tw_status tell_broken(void *context, const struct tw_pmtiles_entry *leaf, const char *reason,
                                  struct tw_error *err)
{
    struct check *check = context;
    check->is_broken = true;
    return tw_archive_fault(check->report, err, "the leaf directory of id %" PRIu64 ": %s", leaf->id, reason);
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return (one > other) - (one < other);
}

static uint64_t count_contents(struct check *check)
{
    uint64_t count = 0;
    if (check->num_entries > 1)
        qsort(check->contents, check->num_entries, sizeof(*check->contents), compare_numbers);
    for (uint64_t i = 0; i < check->num_entries; i++)
        count += i == 0 || check->contents[i] != check->contents[i - 1];
    return count;
}

/* 0 says that the number is not known. */
static enum tw_status check_count(const struct check *check, const char *what, uint64_t said, uint64_t found,
                                  struct tw_error *err)
{
    if (said == 0 || said == found)
        return TW_OK;
    return tw_archive_fault(check->report, err, "the header says %" PRIu64 " %s, and there are %" PRIu64,
                            said, what, found);
}

static enum tw_status check_counts(struct check *check, struct tw_error *err)
{
    const struct tw_pmtiles_header *header = &tw_pmtiles_file_head(check->file)->header;
    if (check->is_broken)
        return TW_OK;
    enum tw_status status = check_count(check, "addressed tiles", header->num_tiles, check->num_tiles, err);
    if (status == TW_OK)
        status = check_count(check, "entries", header->num_entries, check->num_entries, err);
    if (status == TW_OK)
        status = check_count(check, "contents", header->num_contents, count_contents(check), err);
    return status;
}

static enum tw_status check_root(const struct check *check, struct tw_error *err)
{
    const struct tw_pmtiles_header *header = &tw_pmtiles_file_head(check->file)->header;
    if (header->root_offset < TW_PMTILES_HEADER_SIZE)
        return tw_archive_fault(check->report, err,
                                "the root directory begins at %" PRIu64 ", within the header",
                                header->root_offset);
    if (header->root_offset + header->root_size <= TW_PMTILES_ROOT_END)
        return TW_OK;
    return tw_archive_fault(check->report, err,
                            "the root directory of %" PRIu64 " bytes ends at %" PRIu64
                            ", and readers ask for the first %d bytes only",
                            header->root_size, header->root_offset + header->root_size, TW_PMTILES_ROOT_END);
}

static enum tw_status check_places(const struct check *check, struct tw_error *err)
{
    struct tw_tile_zooms zooms;
    const double *bounds = tw_pmtiles_file_head(check->file)->header.bounds;
    enum tw_status status = TW_OK;
    if (!check->archive->facts.has_bounds)
        status = tw_archive_fault(check->report, err,
                                  "the bounds that the header says (%.7g %.7g %.7g %.7g) are none", bounds[0],
                                  bounds[1], bounds[2], bounds[3]);
    if (status != TW_OK || check->is_broken)
        return status;
    status = tw_archive_pmtiles.zooms(check->archive, 0, TW_MAX_ZOOM, &zooms, err);
    return status == TW_OK
               ? tw_archive_check_places(&check->archive->facts, &zooms, "the header", check->report, err)
               : status;
}

enum tw_status tw_pmtiles_check(struct tw_archive *archive, const struct tw_archive_report *report,
                                struct tw_error *err)
{
    struct check check = {.archive = archive, .file = archive->state, .report = report};
    const struct tw_pmtiles_walk walk = {
        .last = UINT64_MAX, .entry = check_entry, .broken = tell_broken, .context = &check};
    enum tw_status status = check_root(&check, err);
    if (status == TW_OK)
        status = tw_pmtiles_file_walk(check.file, &walk, err);
    if (status == TW_OK)
        status = check_counts(&check, err);
    if (status == TW_OK)
        status = check_places(&check, err);
    free(check.contents);
    return status;
}
