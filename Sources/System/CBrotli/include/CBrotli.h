// Brotli (RFC 7932): encoder and decoder.

#ifndef PORTICO_CBROTLI_H
#define PORTICO_CBROTLI_H

#include <brotli/decode.h>
#include <brotli/encode.h>

#endif
