/* page.h - the files of the page, which are part of the binary: page/. Made by embed.cmake.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_PAGE_H
#define TW_PAGE_H

#include <stddef.h>

struct tw_page {
    const char *name; /* `page/index.html` */
    const char *text;
    size_t size;
};
extern const struct tw_page tw_page_files[];
extern const size_t tw_num_page_files;

#endif
