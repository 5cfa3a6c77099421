// zlib (RFC 1950 to 1952), and functions in place of its macros, which Swift does not see.

#ifndef PORTICO_CZLIB_H
#define PORTICO_CZLIB_H

#include <zlib.h>

/// `deflateInit2` with the default strategy and memory level; `window_bits` as there, 16 more for gzip.
int czlib_deflate_open(z_stream *stream, int level, int window_bits);

/// `inflateInit2`.
int czlib_inflate_open(z_stream *stream, int window_bits);

#endif
