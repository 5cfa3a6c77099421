#ifndef PORTICO_CMODSECURITY_EXPRESSIONS_H
#define PORTICO_CMODSECURITY_EXPRESSIONS_H

#include <cstddef>
#include <cstdint>

/// What regular expressions may cost an exchange, which is looked at on this thread for as long as this lives.
///
/// The library runs expressions without a limit: one text of 4 KB can hold a core for ten seconds. Its calls of PCRE2 come here,
/// since the program's own functions of that name are found first.
class ExpressionBudget {
public:
    ExpressionBudget();
    ~ExpressionBudget();
    ExpressionBudget(const ExpressionBudget &) = delete;
    ExpressionBudget &operator=(const ExpressionBudget &) = delete;

    /// Whether an expression was broken off, or not begun any more.
    bool isExceeded = false;

    /// Whether there is time left; notes where not. `bytes` are about to be matched.
    bool allows(size_t bytes);

private:
    uint64_t end;
    /// Since the clock was read last.
    size_t bytes = 0;
};

/// Finds the functions that do the work, in what `library` stands on.
void findExpressions(void *library);

/// Whether calls of PCRE2 come here.
bool boundsExpressions();

#endif
