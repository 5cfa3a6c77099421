// Databases in MaxMind's format (libmaxminddb), for callers that speak Swift: no variable arguments, no file that changes
// underneath.

#ifndef PORTICO_CMAXMINDDB_H
#define PORTICO_CMAXMINDDB_H

#include <maxminddb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Opens a copy of the file in memory: what happens to the file afterwards changes nothing, and no look-up waits for a
/// disk. Gives MMDB_SUCCESS, or an error for `MMDB_strerror`; with MMDB_IO_ERROR and MMDB_FILE_OPEN_ERROR, `errno` says
/// more. Files of more than `limit` bytes are MMDB_OUT_OF_MEMORY_ERROR.
int cmaxminddb_open_copy(const char *path, size_t limit, MMDB_s *database);

/// The record of an address of 4 or 16 octets; false where there is none, or the database is broken there.
bool cmaxminddb_find(const MMDB_s *database, const uint8_t *octets, size_t count, MMDB_entry_s *entry);

/// A value in a record by its path, as in `country.names.en` or `subdivisions.0.names.en`; false where it is not there.
/// Texts in `value` lie in the database, and are not closed by a zero.
bool cmaxminddb_value(MMDB_entry_s *entry, const char *path, MMDB_entry_data_s *value);

/// A text's bytes, and a number's value, in a value of such a type (`MMDB_DATA_TYPE_…`).
const char *cmaxminddb_text(const MMDB_entry_data_s *value);
uint64_t cmaxminddb_unsigned(const MMDB_entry_data_s *value);
double cmaxminddb_double(const MMDB_entry_data_s *value);
bool cmaxminddb_bool(const MMDB_entry_data_s *value);

#endif
