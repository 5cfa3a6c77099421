// What glibc's allocator tells and does beyond the standard.

#ifndef PORTICO_CMALLOC_H
#define PORTICO_CMALLOC_H

#include <stddef.h>

/// Bytes that are allocated now, those mapped on their own included; 0 where the allocator does not say.
size_t cmalloc_allocated(void);

/// Gives free pages back to the system.
void cmalloc_trim(void);

#endif
