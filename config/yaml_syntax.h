/* yaml_syntax.h - what libyaml has to say about a text that is no YAML, with the place.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_YAML_SYNTAX_H
#define TW_YAML_SYNTAX_H

#include "problems.h"

struct tw_yaml_text {
    const char *file;
    const char *bytes;
    size_t size;
};

struct yaml_parser_s;

/* Adds the parser's error: `a.yaml:3:1: not valid YAML: found a tab character ...`. */
void tw_yaml_syntax_problem(const struct yaml_parser_s *parser, const struct tw_yaml_text *text,
                            struct tw_problems *problems);

#endif
