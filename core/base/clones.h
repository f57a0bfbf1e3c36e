/* clones.h - loops over pixels are compiled twice: for every machine, and for those with AVX2.
 *
 * TW_CLONES stands before a function whose loops the compiler vectorises; the loader picks the version that
 * the machine can run. FMA is never among the instructions, because it rounds differently: results have the
 * same bits on every machine. Functions that a clone calls are cloned with it only where they are inlined.
 * Sanitizers cannot run before the loader has chosen, and only gcc with glibc on x86-64 knows clones.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_CLONES_H
#define TW_CLONES_H

#include <limits.h> /* tells __GLIBC__ */

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__) &&                 \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TW_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define TW_CLONES
#endif

#endif
