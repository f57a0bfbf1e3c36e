/* expression.h - a chain of operations as a list of steps that run block by block.
 *
 * expression.c makes the list from nodes and runs it; expression_steps.c holds what each kind of step does to
 * a block.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_EXPRESSION_H
#define TW_EXPRESSION_H

#include "element.h"
#include "host.h"

enum {
    TW_STEP_BLOCK = TW_BLOCK / 2,    /* values: a dozen rooms fit into the second level's cache */
    TW_MAX_STEPS = 12 * TW_MAX_NODES /* three operands of a node: each a leaf, cleaned, converted */
};

struct tw_step;
typedef void tw_step_function(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);

/* How the validity of a step comes about. */
enum tw_validity { TW_ALL_VALID, TW_VALID_AS_BASE, TW_VALID_OWN };

struct tw_step {
    tw_step_function *run;
    const struct tw_node *node; /* of leaves, slices, CLIP and IS_IN */
    double number;              /* of constants */
    int in[TW_MAX_OPERANDS];
    enum tw_dtype dtype;
    union {
        tw_unary_element *unary;
        tw_binary_element *binary;
    } element;
    enum tw_validity validity;
    const uint8_t *valid_base;             /* VALID_AS_BASE: of the whole array */
    const void *pixels_base;               /* values are those of a whole array; NULL: computed */
    bool passes_values;                    /* of in[0] */
    int last_use;                          /* the last step that reads its values */
    int converted[TW_NUM_DTYPES], cleaned; /* steps made of it, or -1 */
    unsigned char *values_room;            /* a block; of stored steps: the whole array */
    uint8_t *valid_room;                   /* a block */
    struct tw_array stored;                /* pixels not NULL: written as a whole */
    bool is_stored, owns_validity, has_nodata;

    /* The block in work. valid NULL: all are. */
    const void *values;
    const uint8_t *valid;
};

void tw_step_leaf(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);
void tw_step_constant(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);
void tw_step_convert(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);
void tw_step_clean(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);
void tw_step_unary(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);
void tw_step_binary(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);
void tw_step_where(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);
void tw_step_like(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);
void tw_step_fill(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);
void tw_step_choose(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);
void tw_step_clip(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);
void tw_step_is_in(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);
void tw_step_slice(struct tw_step *steps, struct tw_step *step, size_t first, size_t count);

#endif
