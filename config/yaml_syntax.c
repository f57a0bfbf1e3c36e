/* SPDX-License-Identifier: MIT */
#include "yaml_syntax.h"

#include <yaml.h>

#include <string.h>

/* libyaml tells the byte, but not the line, of bytes that are no UTF-8. Columns count characters. */
static struct tw_value place_of_byte(const struct tw_yaml_text *text, size_t offset)
{
    struct tw_value place = {.file = text->file, .line = 1, .col = 1};
    for (size_t i = 0; i < offset && i < text->size; i++) {
        bool continues = ((unsigned char)text->bytes[i] & 0xC0) == 0x80;
        if (text->bytes[i] == '\n') {
            place.line++;
            place.col = 1;
        } else if (!continues) {
            place.col++;
        }
    }
    return place;
}

static bool is_tab(const yaml_parser_t *parser, const struct tw_yaml_text *text)
{
    size_t index = 0;
    for (size_t line = 0; line < parser->problem_mark.line && index < text->size; index++)
        line += text->bytes[index] == '\n';
    while (index < text->size && text->bytes[index] == ' ')
        index++;
    return index < text->size && text->bytes[index] == '\t';
}

void tw_yaml_syntax_problem(const struct yaml_parser_s *parser, const struct tw_yaml_text *text,
                            struct tw_problems *problems)
{
    const char *what = parser->problem != NULL ? parser->problem : "cannot be read";
    if (parser->error == YAML_READER_ERROR) {
        struct tw_value place = place_of_byte(text, parser->problem_offset);
        tw_problems_add(problems, &place, "not valid YAML: %s; the file must be UTF-8", what);
        return;
    }
    struct tw_value place = {.file = text->file,
                             .line = (int)parser->problem_mark.line + 1,
                             .col = (int)parser->problem_mark.column + 1};
    tw_problems_add(problems, &place, "not valid YAML: %s", what);
    if (parser->context != NULL)
        tw_text_printf(&problems->text, " %s that begins in line %d", parser->context,
                       (int)parser->context_mark.line + 1);
    if (strcmp(what, "mapping values are not allowed in this context") == 0)
        tw_text_add(&problems->text, "; check the indentation, and put text that holds ': ' into quotes");
    if (is_tab(parser, text))
        tw_text_add(&problems->text, "; indent with spaces, not tabs");
}
