// libmodsecurity, the engine for rules in ModSecurity's language, for callers that speak C: as much of it as Firewall
// uses. The library is found when the first firewall is wanted: edges without one run where it is not installed, and
// don't carry it and what it stands on (curl, libxml2, Lua, ICU) in their memory. No exception of it leaves these calls.

#ifndef PORTICO_CMODSECURITY_H
#define PORTICO_CMODSECURITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Rules, with what they are set up with. Once they are complete they never change: any number of threads may run
/// transactions on them at once.
typedef struct cmodsecurity_rules cmodsecurity_rules;

/// Finds the library, the first time; from any thread.
///
/// Returns NULL when it is there, or why not, in words of the system's loader. No other function may be called before this
/// has said that it is there.
const char *cmodsecurity_load(void);

/// The library's name and version; valid for ever.
const char *cmodsecurity_version(void);

/// Whether what regular expressions cost is bounded: where the library does not use PCRE2, or the program does not show it our
/// functions, it is not.
bool cmodsecurity_is_bounded(void);

/// Makes rules that are none yet; NULL where there is no memory.
cmodsecurity_rules *cmodsecurity_rules_new(void);
void cmodsecurity_rules_free(cmodsecurity_rules *rules);

/// Add rules: those of a text, of a file, of other rules, which are shared and may be freed before these.
///
/// They return NULL, or what is wrong, which the caller frees; the rules can then only be freed.
char *cmodsecurity_rules_add_text(cmodsecurity_rules *rules, const char *text);
char *cmodsecurity_rules_add_file(cmodsecurity_rules *rules, const char *path);
char *cmodsecurity_rules_add_rules(cmodsecurity_rules *rules, const cmodsecurity_rules *others);

typedef struct {
    const uint8_t *start;
    size_t count;
} cmodsecurity_bytes;

typedef struct {
    cmodsecurity_bytes name;
    cmodsecurity_bytes value;
} cmodsecurity_field;

/// A request, and with a `status` the response to it. Texts end with a NUL and are never NULL.
typedef struct {
    const char *client;
    int client_port;
    const char *server;
    int server_port;
    const char *method;
    const char *target;
    /// `1.1`.
    const char *version;
    const cmodsecurity_field *request_fields;
    size_t request_field_count;
    cmodsecurity_bytes request_body;
    /// 0 where there is no response, or none yet.
    int status;
    const cmodsecurity_field *response_fields;
    size_t response_field_count;
    cmodsecurity_bytes response_body;
} cmodsecurity_exchange;

/// What rules have logged: lines, each with a NUL behind it. Lines that would make it larger than `limit` bytes are left
/// out, and counted. All else than the limit begins with 0.
typedef struct {
    char *lines;
    size_t count;
    size_t capacity;
    size_t limit;
    size_t omitted;
    /// A regular expression was broken off because it took too many steps, or was not begun because the exchange had taken too
    /// much time: what is not found is not proven.
    bool is_incomplete;
} cmodsecurity_log;

void cmodsecurity_log_free(cmodsecurity_log *log);

/// How the rules took an exchange.
typedef enum {
    cmodsecurity_passed,
    /// A rule wants it stopped, whatever the scores are.
    cmodsecurity_stopped,
    /// The library gave up.
    cmodsecurity_failed,
} cmodsecurity_outcome;

/// Runs the rules for requests, and with a status those for responses, on an exchange. Takes as long as the rules take.
cmodsecurity_outcome cmodsecurity_inspect(const cmodsecurity_rules *rules, const cmodsecurity_exchange *exchange,
                                          cmodsecurity_log *log);

#ifdef __cplusplus
}
#endif

#endif
