/* viewer.h - the page of static maps, as part of the program (see cmake/embed.cmake).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_VIEWER_H
#define TW_VIEWER_H

#include <stddef.h>

struct tw_viewer {
    const char *name, *bytes;
    size_t size;
};
extern const struct tw_viewer tw_viewer_files[];
extern const size_t tw_num_viewer_files;

#endif
