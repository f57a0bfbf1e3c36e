/* templates.h - the files that `create` writes. NAME stands for the name that was asked for.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_TEMPLATES_H
#define TW_TEMPLATES_H

extern const char *const tw_template_config;
extern const char *const tw_template_script;

#endif
