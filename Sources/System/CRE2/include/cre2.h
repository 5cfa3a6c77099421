// RE2 (regular expressions in linear time) for callers that speak C. RE2's own interface is C++; this is as much of it as
// LinearRegex uses. A compiled expression never changes: any number of threads may search with it at once.

#ifndef PORTICO_CRE2_H
#define PORTICO_CRE2_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled expression.
typedef struct cre2_regex cre2_regex;

typedef struct {
    /// Text and pattern are bytes, each a character, where they are UTF-8 otherwise.
    bool latin1;
    bool case_insensitive;
    /// `.` takes newlines too.
    bool dot_newline;
    /// Bounds the program and the states that searching caches, in bytes.
    size_t max_memory;
} cre2_options;

/// Where a group matched, in bytes of the text; both are -1 where it took no part.
typedef struct {
    ptrdiff_t start;
    ptrdiff_t end;
} cre2_span;

/// Compiles a pattern; NULL where it is none, with what is wrong in `error` (cut to `error_capacity`, closed by a zero).
cre2_regex *cre2_compile(
    const char *pattern, size_t length, cre2_options options, char *error, size_t error_capacity);

void cre2_free(cre2_regex *regex);

/// How many groups capture, without the whole match.
size_t cre2_group_count(const cre2_regex *regex);

/// The name of a group, 1...count; NULL where it has none. Lives as long as the expression.
const char *cre2_group_name(const cre2_regex *regex, size_t group);

/// How many instructions the program has: what an expression costs to keep.
size_t cre2_program_size(const cre2_regex *regex);

/// Searches `text` from `start`; what stands before `start` is still seen by `^` and `\b`.
/// Fills the first `count` of whole match and groups. With `count` 0 it is quickest and allocates nothing once warm.
bool cre2_search(
    const cre2_regex *regex, const char *text, size_t length, size_t start, cre2_span *spans, size_t count);

#ifdef __cplusplus
}
#endif

#endif
