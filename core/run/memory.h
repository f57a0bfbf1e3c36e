/* memory.h - what the machine has.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_MEMORY_H
#define TW_MEMORY_H

#include <stddef.h>

/* Bytes that this process may use: of the machine, or of its cgroup where that allows less. */
size_t tw_memory_available(void);

#endif
