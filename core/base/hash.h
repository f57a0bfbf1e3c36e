/* hash.h - fingerprints (XXH3, 128 bit): they tell whether something changed, and protect from nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef TW_HASH_H
#define TW_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { TW_FINGERPRINT_SIZE = 33 }; /* 32 hexadecimal digits and '\0' */

void tw_fingerprint(const void *bytes, size_t size, char fingerprint[TW_FINGERPRINT_SIZE]);

/* The same 128 bits as numbers. */
void tw_hash_128(const void *bytes, size_t size, uint64_t hash[2]);

/* 64 bits of the same kind, for tables. */
uint64_t tw_hash(const void *bytes, size_t size);

#endif
