/* What lies in a bucket, page by page.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bucket_language.h"

#include <stdlib.h>
#include <string.h>

struct listing {
    struct tw_bucket *bucket;
    const struct tw_bucket_listing *spec;
    const char *prefix;     /* of names in the bucket, with its slash */
    size_t root_length;     /* of the part that is the place's own */
    struct tw_arena *arena; /* of a page */
    bool is_encoded;        /* names on this page */
    bool has_found;
    struct tw_error *err;
};

static enum tw_status visit(struct listing *listing, const char *name, uint64_t size, bool is_folder)
{
    char *plain = tw_arena_strdup(listing->arena, name);
    if (plain == NULL)
        return tw_error_nomem(listing->err);
    if (listing->is_encoded)
        tw_text_decode(plain);
    size_t length = strlen(plain);
    bool is_marker =
        length > 0 && plain[length - 1] == '/' && !is_folder; /* some tools put such for folders */
    if (length <= strlen(listing->prefix) || is_marker ||
        strncmp(plain, listing->prefix, strlen(listing->prefix)) != 0)
        return TW_OK;
    if (is_folder)
        plain[length - 1] = '\0';
    listing->has_found = true;
    const struct tw_bucket_entry entry = {plain + listing->root_length, size, is_folder};
    return listing->spec->visit(listing->spec->context, &entry, listing->err);
}

/* The element of that name, from at on: its inside, which ends at *end; NULL: there is none. */
static const char *find_element(const char *at, const char *name, const char **end, struct tw_arena *arena)
{
    const char *opening = tw_arena_printf(arena, "<%s>", name);
    const char *closing = tw_arena_printf(arena, "</%s>", name);
    at = opening != NULL && closing != NULL ? strstr(at, opening) : NULL;
    *end = at != NULL ? strstr(at, closing) : NULL;
    return *end != NULL ? at : NULL;
}

/* Storage with real folders lists them, too. */
static bool is_directory(const char *at, const char *end, struct tw_arena *arena)
{
    const char *kind = tw_xml_text(&at, end, "ResourceType", arena);
    return kind != NULL && strcmp(kind, "directory") == 0;
}

static enum tw_status visit_file(struct listing *listing, const char *at, const char *end)
{
    const struct tw_bucket_list_words *words = &listing->bucket->place.language->list;
    const char *inside = at;
    const char *name = tw_xml_text(&inside, end, words->file_name, listing->arena);
    inside = at;
    const char *size = name != NULL ? tw_xml_text(&inside, end, words->size, listing->arena) : NULL;
    if (name == NULL || is_directory(at, end, listing->arena))
        return TW_OK;
    return visit(listing, name, size != NULL ? strtoull(size, NULL, 10) : 0, false);
}

/* Folders and files of a page are two lists; each is sorted. */
static enum tw_status visit_page(struct listing *listing, const char *xml)
{
    const struct tw_bucket_list_words *words = &listing->bucket->place.language->list;
    enum tw_status status = TW_OK;
    struct tw_arena_mark mark = tw_arena_mark(listing->arena);
    const char *end;
    for (const char *at = xml;
         status == TW_OK && (at = find_element(at, words->folder, &end, listing->arena)) != NULL; at = end) {
        const char *name = tw_xml_text(&at, end, words->folder_name, listing->arena);
        if (name != NULL)
            status = visit(listing, name, 0, true);
        tw_arena_release(listing->arena, mark);
    }
    for (const char *at = xml;
         status == TW_OK && (at = find_element(at, words->file, &end, listing->arena)) != NULL; at = end) {
        status = visit_file(listing, at, end);
        tw_arena_release(listing->arena, mark);
    }
    return status;
}

static const char *page_query(const struct listing *listing, const char *token)
{
    struct tw_text query = {0};
    const struct tw_bucket_page page = {listing->prefix, token, listing->spec->is_probe ? 2 : 1000,
                                        listing->spec->is_flat};
    listing->bucket->place.language->add_list_query(&page, &query);
    const char *kept = query.failed ? NULL : tw_arena_strdup(listing->arena, tw_text_get(&query));
    tw_text_free(&query);
    return kept;
}

static enum tw_status cut_off(const struct listing *listing, struct tw_error *err)
{
    return tw_error_set(err, TW_ESTORAGE, "cannot list '%s': what the server says is no list of files",
                        listing->bucket->place.url);
}

static bool is_whole(const struct listing *listing, const char *xml)
{
    const char *closing = tw_arena_printf(listing->arena, "</%s>", listing->bucket->place.language->list.all);
    return closing != NULL && strstr(xml, closing) != NULL;
}

/* *token: of the next page; NULL behind the last one. Owned by the caller. */
static enum tw_status read_page(struct listing *listing, char **token)
{
    tw_arena_reset(listing->arena);
    struct tw_ask ask = {.method = "GET", .query = page_query(listing, *token), .verb = "list"};
    struct tw_http_answer answer = {0};
    free(*token);
    *token = NULL;
    if (ask.query == NULL)
        return tw_error_nomem(listing->err);
    enum tw_status status = tw_bucket_ask(listing->bucket, &ask, &answer, listing->err);
    const char *xml = tw_text_get(&answer.body), *at = xml;
    if (status == TW_OK && !is_whole(listing, xml))
        status = cut_off(listing, listing->err);
    listing->is_encoded = strstr(xml, "<EncodingType>url</EncodingType>") != NULL;
    if (status == TW_OK)
        status = visit_page(listing, xml);
    const char *next = tw_xml_text(&at, NULL, listing->bucket->place.language->list.next, listing->arena);
    bool has_more = next != NULL && next[0] != '\0';
    if (status == TW_OK && has_more && (*token = strdup(next)) == NULL)
        status = tw_error_nomem(listing->err);
    if (status == TW_OK && !has_more && strstr(xml, "<IsTruncated>true</IsTruncated>") != NULL)
        status = cut_off(listing, listing->err);
    tw_text_free(&answer.body);
    return status;
}

enum tw_status tw_bucket_list(struct tw_bucket *bucket, const struct tw_bucket_listing *spec,
                              struct tw_error *err)
{
    struct listing listing = {.bucket = bucket, .spec = spec, .arena = tw_arena_new(0), .err = err};
    struct tw_text prefix = {0};
    const char *own = bucket->place.prefix;
    tw_text_printf(&prefix, "%s%s", own, own[0] != '\0' ? "/" : "");
    listing.root_length = prefix.length;
    tw_text_printf(&prefix, "%s%s", spec->folder, spec->folder[0] != '\0' ? "/" : "");
    listing.prefix = tw_text_get(&prefix);
    char *token = NULL;
    enum tw_status status = listing.arena != NULL && !prefix.failed ? TW_OK : tw_error_nomem(err);
    if (status == TW_OK)
        do
            status = read_page(&listing, &token);
        while (status == TW_OK && token != NULL && !(spec->is_probe && listing.has_found));
    free(token);
    tw_text_free(&prefix);
    tw_arena_free(listing.arena);
    return status;
}
