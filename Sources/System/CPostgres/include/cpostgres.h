// libpq, the client library of PostgreSQL, found when it is first wanted: edges without PostgreSQL run where it is not
// installed, and don't carry it and what it stands on (Kerberos, LDAP, TLS) in their memory.
#pragma once

#include <postgresql/libpq-fe.h>

// Finds the library, the first time; from any thread. NULL when it is there, or why not, in words of the system's loader.
// No other function of libpq may be called before this has said that it is there.
const char *cpostgres_load(void);
