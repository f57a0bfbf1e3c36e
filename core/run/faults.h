/* faults.h - what is wrong with an output: tiles that are missing, broken, or belong to nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_FAULTS_H
#define TW_FAULTS_H

#include "arena.h"
#include "error.h"
#include "tile.h"

enum tw_fault_kind { TW_FAULT_MISSING, TW_FAULT_BROKEN, TW_FAULT_ORPHAN, TW_NUM_FAULT_KINDS };

struct tw_fault {
    enum tw_fault_kind kind;
    const char *path;        /* below the output's folder; NULL: it is not known which tile of the metatile */
    struct tw_tile tile;     /* zoom -1: none */
    struct tw_tile metatile; /* of the process, that would make it; zoom -1: none */
    const char *reason;      /* `the file is cut off` */
    uint64_t count;          /* of tiles, or files */
    uint64_t bytes;          /* of the file */
};

/* Zero-initialise; free with tw_faults_free. Not thread safe. */
struct tw_faults {
    struct tw_arena *arena; /* of the texts */
    struct tw_fault *items;
    size_t count, capacity;
    uint64_t totals[TW_NUM_FAULT_KINDS];
};

void tw_faults_free(struct tw_faults *faults);
/* The texts are copied. */
enum tw_status tw_faults_add(struct tw_faults *faults, const struct tw_fault *fault, struct tw_error *err);
/* By kind, zoom, row, column and path: the same list whatever the number of threads. */
void tw_faults_sort(struct tw_faults *faults);

#endif
