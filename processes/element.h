/* element.h - what the operations of expressions do to one block of values.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_ELEMENT_H
#define TW_ELEMENT_H

#include "node.h"

typedef void tw_unary_element(const void *in, void *out, size_t count);
typedef void tw_binary_element(const void *left, const void *right, void *out, size_t count);

/* The function of an operation on values of dtype: float32, float64; BOTH, EITHER and NEGATE: uint8 too;
 * comparisons: all integers of 8 and 16 bits. */
tw_unary_element *tw_element_unary(int32_t operation, enum tw_dtype dtype);
tw_binary_element *tw_element_binary(int32_t operation, enum tw_dtype dtype);

/* out = valid ? out : filler, for values of any type. */
void tw_element_take(void *out, const void *filler, enum tw_dtype dtype, const uint8_t *valid, size_t count);

/* low and high must be values of dtype. */
void tw_element_clip(const void *in, void *out, enum tw_dtype dtype, const double bounds[2], size_t count);

void tw_element_is_in(const double *in, uint8_t *mask, size_t count, const double *list, int32_t num_list);

/* Bytes that are TW_VALID or 0. */
void tw_element_and(const uint8_t *a, const uint8_t *b, uint8_t *both, size_t count);
void tw_element_or(const uint8_t *a, const uint8_t *b, uint8_t *either, size_t count);
/* TW_VALID where the mask is not 0. */
void tw_element_mask(const uint8_t *mask, uint8_t *valid, size_t count);

#endif
