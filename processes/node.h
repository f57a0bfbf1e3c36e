/* node.h - arrays of a script: computed, or an expression that will be.
 *
 * Operators make nodes; nothing is computed until the pixels are needed (tw_node_evaluate). Then the whole
 * chain is run block by block, so that what lies between its inputs and its result stays in the cache. A node
 * that something else needs too is written out on the way; nothing is computed twice for that reason.
 *
 * An array that is computed holds no NaN in a valid pixel.
 *
 * Nodes live in the tile's arena and belong to one thread. Nodata spreads: a pixel is nodata where an operand
 * is, and where the result is NaN. Types are fixed when the node is made, so that a result does not depend on
 * when it is computed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_NODE_H
#define TW_NODE_H

#include "array.h"
#include "error.h"

struct tw_host;

/* The numbers are part of lib/array.lua. */
enum tw_operation {
    TW_OP_NONE = -1, /* pixels that were never an expression */
    TW_OP_ADD = 0,
    TW_OP_SUBTRACT,
    TW_OP_MULTIPLY,
    TW_OP_DIVIDE,
    TW_OP_MODULO,
    TW_OP_POWER,
    TW_OP_ATAN2,
    TW_OP_LT, /* comparisons give masks: uint8, 0 or 1 */
    TW_OP_LE,
    TW_OP_GT,
    TW_OP_GE,
    TW_OP_EQ,
    TW_OP_NE,
    TW_OP_BOTH,
    TW_OP_EITHER,
    TW_OP_MINUS, /* one operand from here on */
    TW_OP_ABS,
    TW_OP_SQRT,
    TW_OP_EXP,
    TW_OP_LOG,
    TW_OP_SIN,
    TW_OP_COS,
    TW_OP_TAN,
    TW_OP_FLOOR,
    TW_OP_CEIL,
    TW_OP_ROUND, /* ties to even */
    TW_OP_NEGATE,
    TW_OP_WHERE,   /* operand 0 where the mask operand 1 is true, otherwise nodata */
    TW_OP_LIKE,    /* operand 0 with the validity of operand 1 */
    TW_OP_FILL,    /* operand 0, and operand 1 where that is nodata */
    TW_OP_CHOOSE,  /* operand 1 where the mask operand 0 is true, operand 2 where it is false */
    TW_OP_CLIP,    /* operand 0 within the numbers 1 and 2 */
    TW_OP_CONVERT, /* rounded (ties to even) and clamped to another type; NaN is nodata */
    TW_OP_IS_IN,   /* a mask of what equals one of a list of numbers */
    TW_OP_SLICE,   /* a rectangle of operand 0, which is computed */
    TW_NUM_OPERATIONS
};

enum { TW_MAX_OPERANDS = 3, TW_MAX_NODES = 32 };

struct tw_node {
    struct tw_array data; /* pixels NULL: not computed. Shape and type are always set */
    int32_t operation;
    int32_t halo_px;  /* how far beyond a pixel its value depends on others */
    int32_t meta;     /* name, unit and scale: a number given out by lib/array.lua, 0 for none */
    int32_t num_uses; /* nodes made from this one */
    int32_t size;     /* nodes that are not computed, this one included */
    int32_t pass, step,
        num_seen;       /* in the evaluation in work: its number, where it has the node, how often */
    bool was_evaluated; /* on the way to another node, and not kept */
    struct tw_node *operands[TW_MAX_OPERANDS]; /* NULL: a number */
    double numbers[TW_MAX_OPERANDS];
    const double *list; /* IS_IN: num_list numbers */
    int32_t num_list;
    int32_t col, row; /* SLICE */
};

/* What a node is made from; mirrored in lib/ffi.lua. */
struct tw_node_spec {
    int32_t operation;
    int32_t dtype;        /* CONVERT */
    int32_t rectangle[4]; /* SLICE: col, row, width, height */
    const double *list;   /* IS_IN, copied */
    int32_t num_list;
    struct tw_node *operands[TW_MAX_OPERANDS];
    double numbers[TW_MAX_OPERANDS]; /* where operands are NULL; CLIP: low and high at 1 and 2 */
};

/* A node of pixels that exist; they are borrowed. Returns a status. */
int32_t tw_node_wrap(struct tw_host *host, const struct tw_array *array, struct tw_node **node);

/* The result of an operation. At least one operand is a node, those have the same shape; a rectangle lies
 * inside. May be an operand that the operation would not change. Returns a status. */
int32_t tw_node_make(struct tw_host *host, const struct tw_node_spec *spec, struct tw_node **node);

/* Computes node->data.pixels unless they are there. Returns a status. */
int32_t tw_node_evaluate(struct tw_host *host, struct tw_node *node);

/* The type in which a binary operation or a comparison works on the operands of a node. */
enum tw_dtype tw_node_work_dtype(const struct tw_node *node);

#endif
