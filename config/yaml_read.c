/* Reads YAML through libyaml's events. A container is read by one call that begins and ends at its own first
 * and last event; `event` is always the one in hand.
 *
 * SPDX-License-Identifier: MIT
 */
#include "config.h"
#include "environment.h"
#include "scalar.h"
#include "yaml_anchor.h"
#include "yaml_map.h"
#include "yaml_syntax.h"

#include <yaml.h>

#include <string.h>

enum { MAX_DEPTH = 64 };

struct reader {
    yaml_parser_t parser;
    yaml_event_t event;
    struct tw_arena *arena;
    struct tw_problems *problems;
    const char *file;
    struct tw_yaml_text text;
    struct tw_anchors anchors;
    bool nomem;
};

/* All functions below return false when reading cannot go on: a problem was added, or nomem is set. */

static bool out_of_memory(struct reader *reader)
{
    reader->nomem = true;
    return false;
}

static struct tw_value here(const struct reader *reader)
{
    yaml_mark_t mark = reader->event.start_mark;
    return (struct tw_value){
        .text = "", .file = reader->file, .line = (int)mark.line + 1, .col = (int)mark.column + 1};
}

static bool stop(struct reader *reader, const char *message)
{
    struct tw_value place = here(reader);
    tw_problems_add(reader->problems, &place, "%s", message);
    return false;
}

static bool advance(struct reader *reader)
{
    yaml_event_delete(&reader->event);
    if (yaml_parser_parse(&reader->parser, &reader->event))
        return true;
    if (reader->parser.error == YAML_MEMORY_ERROR)
        return out_of_memory(reader);
    tw_yaml_syntax_problem(&reader->parser, &reader->text, reader->problems);
    return false;
}

/* The bytes of a scalar or a name as a string; a '\0' inside would cut it silently. */
static bool copy_text(struct reader *reader, const yaml_char_t *bytes, size_t length, const char **copy)
{
    if (memchr(bytes, '\0', length) != NULL)
        return stop(reader, "a text cannot hold the character '\\0'");
    *copy = tw_arena_strndup(reader->arena, (const char *)bytes, length);
    return *copy != NULL || out_of_memory(reader);
}

/* Tags would need types that a configuration does not have; `!` and `!!str` only say that it is a string. */
static void check_tag(struct reader *reader, const yaml_char_t *tag, bool *is_string)
{
    if (tag == NULL)
        return;
    *is_string = strcmp((const char *)tag, "!") == 0 || strcmp((const char *)tag, YAML_STR_TAG) == 0;
    if (*is_string)
        return;
    struct tw_value place = here(reader);
    tw_problems_add(reader->problems, &place, "tags such as '%.60s' are not supported; remove it",
                    (const char *)tag);
}

static bool read_scalar(struct reader *reader, struct tw_value *value)
{
    bool is_string = reader->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    check_tag(reader, reader->event.data.scalar.tag, &is_string);
    if (!copy_text(reader, reader->event.data.scalar.value, reader->event.data.scalar.length, &value->text))
        return false;
    if (tw_environment_is_in(value->text))
        value->text = tw_environment_expand(reader->arena, value, value->text, reader->problems);
    if (value->text == NULL)
        return out_of_memory(reader);
    value->kind = TW_STRING;
    if (!is_string)
        tw_scalar_resolve(value);
    return true;
}

static bool read_alias(struct reader *reader, int depth, struct tw_yaml_node *node)
{
    const struct tw_yaml_node *found = NULL;
    const char *name = (const char *)reader->event.data.alias.anchor;
    struct tw_value place = here(reader);
    if (!tw_anchors_expand(&reader->anchors, name, &place, &found, reader->problems))
        return false;
    if (depth - 1 + found->height > MAX_DEPTH)
        return stop(reader, "lists and maps are nested more than 64 deep, aliases included");
    *node = *found;
    node->value.line = place.line;
    node->value.col = place.col;
    return true;
}

static bool read_node(struct reader *reader, int depth, struct tw_yaml_node *node);

static void count_child(struct tw_yaml_node *node, const struct tw_yaml_node *child)
{
    node->size += child->size;
    if (child->height >= node->height)
        node->height = child->height + 1;
}

static bool append_item(struct reader *reader, struct tw_value *list, size_t *capacity,
                        const struct tw_value *item)
{
    if (list->count == *capacity) {
        *capacity = *capacity < 4 ? 4 : *capacity * 2;
        struct tw_value *grown = tw_arena_calloc(reader->arena, *capacity, sizeof(*grown));
        if (grown == NULL)
            return out_of_memory(reader);
        if (list->count > 0)
            memcpy(grown, list->items, list->count * sizeof(*grown));
        list->items = grown;
    }
    list->items[list->count++] = *item;
    return true;
}

static bool read_list(struct reader *reader, int depth, struct tw_yaml_node *node)
{
    bool is_string = false;
    check_tag(reader, reader->event.data.sequence_start.tag, &is_string);
    node->value.kind = TW_LIST;
    size_t capacity = 0;
    while (advance(reader)) {
        struct tw_yaml_node child;
        if (reader->event.type == YAML_SEQUENCE_END_EVENT)
            return true;
        if (!read_node(reader, depth + 1, &child) ||
            !append_item(reader, &node->value, &capacity, &child.value))
            return false;
        count_child(node, &child);
    }
    return false;
}

static bool read_key(struct reader *reader, struct tw_member *member, bool *is_merge)
{
    if (reader->event.type != YAML_SCALAR_EVENT)
        return stop(reader, reader->event.type == YAML_ALIAS_EVENT
                                ? "a key must be a plain name, not an alias"
                                : "a key must be a plain name, not a list or a map");
    struct tw_value place = here(reader);
    member->line = place.line;
    member->col = place.col;
    if (!copy_text(reader, reader->event.data.scalar.value, reader->event.data.scalar.length, &member->key))
        return false;
    bool is_plain = reader->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    *is_merge = is_plain && strcmp(member->key, "<<") == 0;
    return *member->key != '\0' || stop(reader, "there is no key before the ':'");
}

static bool merge_map(struct reader *reader, struct tw_pending_map *map, const struct tw_value *merged)
{
    if (merged->kind != TW_MAP) {
        tw_problems_add(reader->problems, merged, "'<<' takes a map or a list of maps, not %s",
                        tw_value_kind_name(merged->kind));
        return true;
    }
    for (size_t i = 0; i < merged->count; i++)
        if (!tw_pending_map_add(reader->arena, map, &merged->members[i], true))
            return out_of_memory(reader);
    return true;
}

static bool merge(struct reader *reader, struct tw_pending_map *map, const struct tw_value *merged)
{
    if (merged->kind != TW_LIST)
        return merge_map(reader, map, merged);
    for (size_t i = 0; i < merged->count; i++)
        if (!merge_map(reader, map, &merged->items[i]))
            return false;
    return true;
}

static bool read_member(struct reader *reader, int depth, struct tw_pending_map *map,
                        struct tw_yaml_node *child)
{
    struct tw_member member = {0};
    bool is_merge = false;
    if (!read_key(reader, &member, &is_merge) || !advance(reader) || !read_node(reader, depth + 1, child))
        return false;
    if (is_merge)
        return merge(reader, map, &child->value);
    member.value = child->value;
    return tw_pending_map_add(reader->arena, map, &member, false) || out_of_memory(reader);
}

static bool read_map(struct reader *reader, int depth, struct tw_yaml_node *node)
{
    bool is_string = false;
    check_tag(reader, reader->event.data.mapping_start.tag, &is_string);
    struct tw_pending_map map = {0};
    while (advance(reader)) {
        struct tw_yaml_node child;
        if (reader->event.type == YAML_MAPPING_END_EVENT)
            return tw_pending_map_finish(reader->arena, &map, &node->value, reader->problems) ||
                   out_of_memory(reader);
        if (!read_member(reader, depth, &map, &child))
            return false;
        count_child(node, &child);
    }
    return false;
}

static const yaml_char_t *anchor_of(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor;
    default:
        return event->data.mapping_start.anchor;
    }
}

static bool read_body(struct reader *reader, int depth, struct tw_yaml_node *node)
{
    if (reader->event.type == YAML_SCALAR_EVENT)
        return read_scalar(reader, &node->value);
    if (depth > MAX_DEPTH)
        return stop(reader, "lists and maps are nested more than 64 deep");
    node->height = 1;
    if (reader->event.type == YAML_SEQUENCE_START_EVENT)
        return read_list(reader, depth, node);
    return read_map(reader, depth, node);
}

static bool read_node(struct reader *reader, int depth, struct tw_yaml_node *node)
{
    if (reader->event.type == YAML_ALIAS_EVENT)
        return read_alias(reader, depth, node);
    *node = (struct tw_yaml_node){.value = here(reader), .size = 1};
    const char *name = (const char *)anchor_of(&reader->event);
    struct tw_anchor *anchor = NULL;
    if (name != NULL) {
        anchor = tw_anchors_open(&reader->anchors, reader->arena, name, &node->value, reader->problems);
        reader->nomem = reader->anchors.nomem;
        if (anchor == NULL)
            return false;
    }
    if (!read_body(reader, depth, node))
        return false;
    if (anchor != NULL)
        tw_anchor_close(anchor, node);
    return true;
}

/* Stream start, document start, the root, document end, stream end. */
static bool read_stream(struct reader *reader, struct tw_yaml_node *root)
{
    if (!advance(reader) || !advance(reader))
        return false;
    if (reader->event.type == YAML_STREAM_END_EVENT) {
        struct tw_value place = {.file = reader->file, .line = 1, .col = 1};
        tw_problems_add(reader->problems, &place, "the file is empty");
        return false;
    }
    if (!advance(reader) || !read_node(reader, 1, root) || !advance(reader) || !advance(reader))
        return false;
    if (reader->event.type != YAML_STREAM_END_EVENT)
        return stop(reader, "a second document begins here; a configuration is one document");
    return true;
}

enum tw_status tw_yaml_read(struct tw_arena *arena, const char *name, const char *text, size_t size,
                            const struct tw_value **root, struct tw_problems *problems)
{
    struct reader reader = {.arena = arena, .problems = problems};
    size_t before = problems->count;
    *root = NULL;
    reader.file = tw_arena_strdup(arena, name);
    struct tw_yaml_node *node = tw_arena_calloc(arena, 1, sizeof(*node));
    if (reader.file == NULL || node == NULL || !yaml_parser_initialize(&reader.parser))
        return TW_ENOMEM;
    reader.text = (struct tw_yaml_text){.file = reader.file, .bytes = text, .size = size};
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, size);
    if (read_stream(&reader, node))
        *root = &node->value;
    yaml_event_delete(&reader.event);
    yaml_parser_delete(&reader.parser);
    if (reader.nomem || problems->text.failed)
        return TW_ENOMEM;
    return problems->count > before ? TW_EUSAGE : TW_OK;
}
