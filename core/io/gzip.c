/* SPDX-License-Identifier: MIT */
#include "gzip.h"

#include <libdeflate.h>

#include <stdlib.h>

bool tw_gzip(const void *bytes, size_t size, int level, struct tw_text *packed)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);
    size_t bound = compressor != NULL ? libdeflate_gzip_compress_bound(compressor, size) : 0;
    void *out = bound > 0 ? malloc(bound) : NULL;
    size_t length = out != NULL ? libdeflate_gzip_compress(compressor, bytes, size, out, bound) : 0;
    tw_text_add_bytes(packed, out, length);
    free(out);
    libdeflate_free_compressor(compressor);
    return length > 0 && !packed->failed;
}
