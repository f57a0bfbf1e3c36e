/* SPDX-License-Identifier: MIT */
#include "block.h"
#include "expression.h"

#include <string.h>

/* Pixels valid in both; NULL is all. */
static const uint8_t *combine(const uint8_t *a, const uint8_t *b, uint8_t *room, size_t count)
{
    if (a == NULL || b == NULL || a == b)
        return a != NULL ? a : b;
    tw_element_and(a, b, room, count);
    return room;
}

void tw_step_leaf(struct tw_step *steps, struct tw_step *step, size_t first, size_t count)
{
    const struct tw_array *array = &step->node->data;
    (void)steps;
    (void)count;
    step->values = tw_block_at(array, first);
    step->valid = array->valid != NULL ? array->valid + first : NULL;
}

/* The room was filled beforehand. */
void tw_step_constant(struct tw_step *steps, struct tw_step *step, size_t first, size_t count)
{
    (void)steps;
    (void)first;
    (void)count;
    step->values = step->values_room;
    step->valid = NULL;
}

void tw_step_convert(struct tw_step *steps, struct tw_step *step, size_t first, size_t count)
{
    const struct tw_step *in = &steps[step->in[0]];
    (void)first;
    tw_pixels_convert(in->values, in->dtype, step->values_room, step->dtype, count);
    step->values = step->values_room;
    step->valid = in->valid;
}

void tw_step_clean(struct tw_step *steps, struct tw_step *step, size_t first, size_t count)
{
    const struct tw_step *in = &steps[step->in[0]];
    (void)first;
    step->values = in->values;
    step->valid = in->valid;
    if (!tw_block_has_nan(in->values, in->dtype, in->valid, count))
        return;
    if (in->valid != NULL)
        memcpy(step->valid_room, in->valid, count);
    else
        memset(step->valid_room, TW_VALID, count);
    tw_block_clear_nan(in->values, in->dtype, step->valid_room, count);
    step->valid = step->valid_room;
}

void tw_step_unary(struct tw_step *steps, struct tw_step *step, size_t first, size_t count)
{
    const struct tw_step *in = &steps[step->in[0]];
    (void)first;
    step->element.unary(in->values, step->values_room, count);
    step->values = step->values_room;
    step->valid = in->valid;
}

void tw_step_binary(struct tw_step *steps, struct tw_step *step, size_t first, size_t count)
{
    const struct tw_step *left = &steps[step->in[0]], *right = &steps[step->in[1]];
    (void)first;
    step->element.binary(left->values, right->values, step->values_room, count);
    step->values = step->values_room;
    step->valid = combine(left->valid, right->valid, step->valid_room, count);
}

void tw_step_where(struct tw_step *steps, struct tw_step *step, size_t first, size_t count)
{
    const struct tw_step *in = &steps[step->in[0]], *mask = &steps[step->in[1]];
    (void)first;
    tw_element_mask(mask->values, step->valid_room, count);
    if (mask->valid != NULL)
        tw_element_and(step->valid_room, mask->valid, step->valid_room, count);
    if (in->valid != NULL)
        tw_element_and(step->valid_room, in->valid, step->valid_room, count);
    step->values = in->values;
    step->valid = step->valid_room;
}

void tw_step_like(struct tw_step *steps, struct tw_step *step, size_t first, size_t count)
{
    (void)first;
    (void)count;
    step->values = steps[step->in[0]].values;
    step->valid = steps[step->in[1]].valid;
}

void tw_step_fill(struct tw_step *steps, struct tw_step *step, size_t first, size_t count)
{
    const struct tw_step *in = &steps[step->in[0]], *filler = &steps[step->in[1]];
    (void)first;
    memcpy(step->values_room, in->values, count * tw_dtype_size(step->dtype));
    step->values = step->values_room;
    step->valid = NULL;
    if (in->valid == NULL)
        return;
    tw_element_take(step->values_room, filler->values, step->dtype, in->valid, count);
    if (filler->valid == NULL)
        return;
    tw_element_or(in->valid, filler->valid, step->valid_room, count);
    step->valid = step->valid_room;
}

void tw_step_choose(struct tw_step *steps, struct tw_step *step, size_t first, size_t count)
{
    const struct tw_step *mask = &steps[step->in[0]], *yes = &steps[step->in[1]], *no = &steps[step->in[2]];
    uint8_t is_yes[TW_STEP_BLOCK], no_valid[TW_STEP_BLOCK];
    (void)first;
    tw_element_mask(mask->values, is_yes, count);
    memcpy(step->values_room, yes->values, count * tw_dtype_size(step->dtype));
    tw_element_take(step->values_room, no->values, step->dtype, is_yes, count);
    step->values = step->values_room;
    step->valid = mask->valid;
    if (yes->valid == NULL && no->valid == NULL)
        return;
    memset(no_valid, TW_VALID, count);
    memcpy(step->valid_room, yes->valid != NULL ? yes->valid : no_valid, count);
    tw_element_take(step->valid_room, no->valid != NULL ? no->valid : no_valid, TW_UINT8, is_yes, count);
    if (mask->valid != NULL)
        tw_element_and(step->valid_room, mask->valid, step->valid_room, count);
    step->valid = step->valid_room;
}

void tw_step_clip(struct tw_step *steps, struct tw_step *step, size_t first, size_t count)
{
    const struct tw_step *in = &steps[step->in[0]];
    (void)first;
    tw_element_clip(in->values, step->values_room, step->dtype, step->node->numbers + 1, count);
    step->values = step->values_room;
    step->valid = in->valid;
}

void tw_step_is_in(struct tw_step *steps, struct tw_step *step, size_t first, size_t count)
{
    const struct tw_step *in = &steps[step->in[0]];
    (void)first;
    tw_element_is_in(in->values, step->values_room, count, step->node->list, step->node->num_list);
    step->values = step->values_room;
    step->valid = in->valid;
}

/* Copies what the block covers of each row of the rectangle. */
void tw_step_slice(struct tw_step *steps, struct tw_step *step, size_t first, size_t count)
{
    const struct tw_node *node = step->node;
    const struct tw_array *whole = &node->operands[0]->data;
    size_t width = (size_t)node->data.width_px, size = tw_dtype_size(step->dtype);
    (void)steps;
    for (size_t done = 0; done < count;) {
        size_t col = (first + done) % width, row = (first + done) / width;
        size_t length = width - col < count - done ? width - col : count - done;
        size_t from = ((size_t)node->row + row) * (size_t)whole->width_px + (size_t)node->col + col;
        memcpy(step->values_room + done * size, tw_block_at(whole, from), length * size);
        if (whole->valid != NULL)
            memcpy(step->valid_room + done, whole->valid + from, length);
        done += length;
    }
    step->values = step->values_room;
    step->valid = whole->valid != NULL ? step->valid_room : NULL;
}
