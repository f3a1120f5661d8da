// zlib: DEFLATE. Two of its functions are macros, which Swift cannot call.
#pragma once
#include <zlib.h>

static inline int lightmail_deflate_init(z_streamp stream, int level, int window_bits, int memory_level) {
    return deflateInit2(stream, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY);
}

static inline int lightmail_inflate_init(z_streamp stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}
