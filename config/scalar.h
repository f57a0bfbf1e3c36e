/* scalar.h - what a plain YAML scalar means: YAML 1.2's core schema, without octal and hexadecimal numbers.
 *
 * `null`, `~` and nothing are nothing; `true` and `false` are booleans; decimal numbers, `.inf` and `.nan`
 * are numbers; everything else (`yes`, `0x1f`, `2024-05-01`, `12:30`) is a string.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_SCALAR_H
#define TW_SCALAR_H

#include "value.h"

/* Sets kind, number and boolean from the value's text. */
void tw_scalar_resolve(struct tw_value *value);

#endif
