#include "CMalloc.h"

// Says which library this is.
#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>

size_t cmalloc_allocated(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

void cmalloc_trim(void) { malloc_trim(0); }
#else
size_t cmalloc_allocated(void) { return 0; }

void cmalloc_trim(void) {}
#endif
