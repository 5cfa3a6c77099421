// libpq, the client library of PostgreSQL, as Debian's libpq-dev puts it there.
#include <postgresql/libpq-fe.h>
