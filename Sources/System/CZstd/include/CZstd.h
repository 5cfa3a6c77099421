// Zstandard (RFC 8878): streaming compression and decompression.

#ifndef PORTICO_CZSTD_H
#define PORTICO_CZSTD_H

#include <zstd.h>
#include <zstd_errors.h>

#endif
