/* dtype.h - the types of pixels.
 *
 * The numbers are part of the script host's view of arrays (processes/lib/ffi.lua); do not renumber.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_DTYPE_H
#define TW_DTYPE_H

#include <stdbool.h>
#include <stddef.h>

enum tw_dtype {
    TW_UINT8 = 0,
    TW_INT8 = 1,
    TW_UINT16 = 2,
    TW_INT16 = 3,
    TW_UINT32 = 4,
    TW_INT32 = 5,
    TW_FLOAT32 = 6,
    TW_FLOAT64 = 7,
    TW_NUM_DTYPES = 8
};

/* `uint8`, `float32`, ... */
const char *tw_dtype_name(enum tw_dtype dtype);

/* Finds a type by name. Returns false when there is none. */
bool tw_dtype_parse(const char *name, enum tw_dtype *dtype);

/* `uint8, int8, uint16, ...` for error messages. */
const char *tw_dtype_names(void);
/* The names as a list of TW_NUM_DTYPES, for suggestions. */
const char *const *tw_dtype_list(void);

size_t tw_dtype_size(enum tw_dtype dtype);
bool tw_dtype_is_float(enum tw_dtype dtype);
/* The smallest and the largest finite value. */
double tw_dtype_min(enum tw_dtype dtype);
double tw_dtype_max(enum tw_dtype dtype);

/* Whether value can be stored exactly (for floats: NaN and infinities too). */
bool tw_dtype_holds(enum tw_dtype dtype, double value);

/* The type that holds the result of arithmetic between two operands: float32, or float64 when one of them is
 * a 32-bit integer or a double. */
enum tw_dtype tw_dtype_arithmetic(enum tw_dtype left, enum tw_dtype right);

/* The smallest type that holds every value of both, for mosaics and stacks. */
enum tw_dtype tw_dtype_common(enum tw_dtype left, enum tw_dtype right);

#endif
