#include "cpostgres.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>

// Each function of libpq that is used: what it returns, its name, its parameters, and their names. A declaration that
// differs from that of libpq-fe.h does not compile.
#define FUNCTIONS(F)                                                                                                  \
    F(void, PQclear, (PGresult * result), (result))                                                                   \
    F(PostgresPollingStatusType, PQconnectPoll, (PGconn * connection), (connection))                                  \
    F(PGconn *, PQconnectStartParams, (const char *const *names, const char *const *values, int expands),             \
      (names, values, expands))                                                                                       \
    F(void, PQconninfoFree, (PQconninfoOption * options), (options))                                                  \
    F(PQconninfoOption *, PQconninfoParse, (const char *text, char **problem), (text, problem))                       \
    F(int, PQconsumeInput, (PGconn * connection), (connection))                                                       \
    F(char *, PQerrorMessage, (const PGconn *connection), (connection))                                               \
    F(void, PQfinish, (PGconn * connection), (connection))                                                            \
    F(int, PQflush, (PGconn * connection), (connection))                                                              \
    F(void, PQfreemem, (void *memory), (memory))                                                                      \
    F(PGresult *, PQgetResult, (PGconn * connection), (connection))                                                   \
    F(int, PQgetisnull, (const PGresult *result, int row, int column), (result, row, column))                         \
    F(int, PQgetlength, (const PGresult *result, int row, int column), (result, row, column))                         \
    F(char *, PQgetvalue, (const PGresult *result, int row, int column), (result, row, column))                       \
    F(int, PQisBusy, (PGconn * connection), (connection))                                                             \
    F(PGnotify *, PQnotifies, (PGconn * connection), (connection))                                                    \
    F(int, PQntuples, (const PGresult *result), (result))                                                             \
    F(char *, PQresultErrorField, (const PGresult *result, int field), (result, field))                               \
    F(ExecStatusType, PQresultStatus, (const PGresult *result), (result))                                             \
    F(int, PQsendPrepare, (PGconn * connection, const char *name, const char *text, int count, const Oid *types),     \
      (connection, name, text, count, types))                                                                         \
    F(int, PQsendQuery, (PGconn * connection, const char *text), (connection, text))                                  \
    F(int, PQsendQueryPrepared,                                                                                       \
      (PGconn * connection, const char *name, int count, const char *const *values, const int *lengths,               \
       const int *formats, int format),                                                                               \
      (connection, name, count, values, lengths, formats, format))                                                    \
    F(int, PQserverVersion, (const PGconn *connection), (connection))                                                 \
    F(PQnoticeProcessor, PQsetNoticeProcessor, (PGconn * connection, PQnoticeProcessor processor, void *argument),    \
      (connection, processor, argument))                                                                              \
    F(int, PQsetnonblocking, (PGconn * connection, int flag), (connection, flag))                                     \
    F(int, PQsocket, (const PGconn *connection), (connection))                                                        \
    F(ConnStatusType, PQstatus, (const PGconn *connection), (connection))                                             \
    F(PGTransactionStatusType, PQtransactionStatus, (const PGconn *connection), (connection))

// Hidden: libpq calls some of them itself, and shall find its own.
#define DEFINE(result, name, parameters, names)                                                                       \
    static result(*found_##name) parameters;                                                                          \
    __attribute__((visibility("hidden"))) result name parameters { return found_##name names; }
FUNCTIONS(DEFINE)

static char problem[256];

static void load(void) {
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        snprintf(problem, sizeof problem, "%s", dlerror());
        return;
    }
#define FIND(result, name, parameters, names)                                                                         \
    found_##name = (result(*) parameters)dlsym(library, #name);                                                       \
    if (found_##name == NULL) {                                                                                       \
        snprintf(problem, sizeof problem, "libpq.so.5 has no " #name);                                                \
        return;                                                                                                       \
    }
    FUNCTIONS(FIND)
}

const char *cpostgres_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return problem[0] == 0 ? NULL : problem;
}
