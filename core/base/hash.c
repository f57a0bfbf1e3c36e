/* SPDX-License-Identifier: MIT */
#include "hash.h"

#include <stdio.h>

#include <xxhash.h>

void tw_fingerprint(const void *bytes, size_t size, char fingerprint[TW_FINGERPRINT_SIZE])
{
    XXH128_hash_t hash = XXH3_128bits(bytes, size);
    snprintf(fingerprint, TW_FINGERPRINT_SIZE, "%016llx%016llx", (unsigned long long)hash.high64,
             (unsigned long long)hash.low64);
}

void tw_hash_128(const void *bytes, size_t size, uint64_t hash[2])
{
    XXH128_hash_t found = XXH3_128bits(bytes, size);
    hash[0] = found.low64;
    hash[1] = found.high64;
}

uint64_t tw_hash(const void *bytes, size_t size)
{
    return XXH3_64bits(bytes, size);
}
