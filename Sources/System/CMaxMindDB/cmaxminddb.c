#define _GNU_SOURCE
#include "CMaxMindDB.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/// Copies a file of at most `limit` bytes; the library's error otherwise.
static int copy_file(int source, int target, size_t limit) {
    char buffer[1 << 16];
    size_t total = 0;
    for (;;) {
        const ssize_t count = read(source, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return MMDB_IO_ERROR;
        }
        if (count == 0) {
            return MMDB_SUCCESS;
        }
        total += (size_t)count;
        if (total > limit) {
            return MMDB_OUT_OF_MEMORY_ERROR;
        }
        for (ssize_t written = 0; written < count;) {
            const ssize_t step = write(target, buffer + written, (size_t)(count - written));
            if (step < 0 && errno == EINTR) {
                continue;
            }
            if (step < 0) {
                return MMDB_IO_ERROR;
            }
            written += step;
        }
    }
}

int cmaxminddb_open_copy(const char *path, size_t limit, MMDB_s *database) {
    const int source = open(path, O_RDONLY | O_CLOEXEC);
    if (source < 0) {
        return MMDB_FILE_OPEN_ERROR;
    }
    const int copy = memfd_create("mmdb", MFD_CLOEXEC);
    if (copy < 0) {
        close(source);
        return MMDB_IO_ERROR;
    }
    int status = copy_file(source, copy, limit);
    close(source);
    if (status == MMDB_SUCCESS) {
        // The library opens by name only; it maps the memory, which lives on when the descriptor is closed.
        char name[64];
        snprintf(name, sizeof name, "/proc/self/fd/%d", copy);
        status = MMDB_open(name, MMDB_MODE_MMAP, database);
    }
    const int saved = errno;
    close(copy);
    errno = saved;
    return status;
}

bool cmaxminddb_find(const MMDB_s *database, const uint8_t *octets, size_t count, MMDB_entry_s *entry) {
    struct sockaddr_storage storage;
    memset(&storage, 0, sizeof storage);
    if (count == 4) {
        struct sockaddr_in *address = (struct sockaddr_in *)&storage;
        address->sin_family = AF_INET;
        memcpy(&address->sin_addr, octets, 4);
    } else if (count == 16) {
        struct sockaddr_in6 *address = (struct sockaddr_in6 *)&storage;
        address->sin6_family = AF_INET6;
        memcpy(&address->sin6_addr, octets, 16);
    } else {
        return false;
    }
    int error = MMDB_SUCCESS;
    const MMDB_lookup_result_s result = MMDB_lookup_sockaddr(database, (const struct sockaddr *)&storage, &error);
    if (error != MMDB_SUCCESS || !result.found_entry) {
        return false;
    }
    *entry = result.entry;
    return true;
}

bool cmaxminddb_value(MMDB_entry_s *entry, const char *path, MMDB_entry_data_s *value) {
    enum { longest = 96, most_parts = 8 };
    char copy[longest];
    const char *parts[most_parts + 1];
    const size_t length = strlen(path);
    if (length >= longest) {
        return false;
    }
    memcpy(copy, path, length + 1);
    size_t count = 0;
    for (char *part = copy; part != NULL && count < most_parts;) {
        parts[count++] = part;
        part = strchr(part, '.');
        if (part != NULL) {
            *part++ = '\0';
        }
    }
    parts[count] = NULL;
    return MMDB_aget_value(entry, value, parts) == MMDB_SUCCESS && value->has_data;
}

const char *cmaxminddb_text(const MMDB_entry_data_s *value) { return value->utf8_string; }

uint64_t cmaxminddb_unsigned(const MMDB_entry_data_s *value) {
    switch (value->type) {
    case MMDB_DATA_TYPE_UINT16:
        return value->uint16;
    case MMDB_DATA_TYPE_UINT32:
        return value->uint32;
    case MMDB_DATA_TYPE_UINT64:
        return value->uint64;
    default:
        return 0;
    }
}

double cmaxminddb_double(const MMDB_entry_data_s *value) { return value->double_value; }

bool cmaxminddb_bool(const MMDB_entry_data_s *value) { return value->boolean; }
