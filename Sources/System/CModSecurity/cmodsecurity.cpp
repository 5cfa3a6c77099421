#include "cmodsecurity.h"

#include "expressions.h"

// Before the library's headers, one of which uses `free` without it.
#include <cstdlib>

#include <dlfcn.h>
#include <modsecurity/intervention.h>
#include <modsecurity/modsecurity.h>
#include <modsecurity/rules_set.h>
#include <modsecurity/transaction.h>

#include <cstring>
#include <mutex>
#include <string>

// Of the library's headers the C interface alone is used, by the types of its functions: what its classes look like
// differs from version to version.
#define FUNCTIONS(F)                                                                                                  \
    F(msc_init)                                                                                                       \
    F(msc_set_connector_info)                                                                                         \
    F(msc_set_log_cb)                                                                                                 \
    F(msc_who_am_i)                                                                                                   \
    F(msc_create_rules_set)                                                                                           \
    F(msc_rules_merge)                                                                                                \
    F(msc_rules_add_file)                                                                                             \
    F(msc_rules_add)                                                                                                  \
    F(msc_rules_cleanup)                                                                                              \
    F(msc_new_transaction)                                                                                            \
    F(msc_process_connection)                                                                                         \
    F(msc_process_uri)                                                                                                \
    F(msc_add_n_request_header)                                                                                       \
    F(msc_process_request_headers)                                                                                    \
    F(msc_append_request_body)                                                                                        \
    F(msc_process_request_body)                                                                                       \
    F(msc_add_n_response_header)                                                                                      \
    F(msc_process_response_headers)                                                                                   \
    F(msc_append_response_body)                                                                                       \
    F(msc_process_response_body)                                                                                      \
    F(msc_intervention)                                                                                               \
    F(msc_transaction_cleanup)

namespace {

constexpr const char *libraryName = "libmodsecurity.so.3";

struct Library {
#define DECLARE(name) decltype(&modsecurity::name) name = nullptr;
    FUNCTIONS(DECLARE)
    modsecurity::ModSecurity *engine = nullptr;
    std::string problem;
};

Library library;

void note(void *context, const void *text) {
    auto *log = static_cast<cmodsecurity_log *>(context);
    if (log == nullptr || text == nullptr) return;
    const size_t count = std::strlen(static_cast<const char *>(text)) + 1;
    if (count > log->limit - log->count) {
        log->omitted += 1;
        return;
    }
    if (count > log->capacity - log->count) {
        const size_t capacity = (log->count + count) * 2;
        void *lines = std::realloc(log->lines, capacity);
        if (lines == nullptr) {
            log->omitted += 1;
            return;
        }
        log->lines = static_cast<char *>(lines);
        log->capacity = capacity;
    }
    std::memcpy(log->lines + log->count, text, count);
    log->count += count;
}

void load() {
    void *opened = dlopen(libraryName, RTLD_NOW | RTLD_LOCAL);
    if (opened == nullptr) {
        library.problem = dlerror();
        return;
    }
#define FIND(name)                                                                                                    \
    library.name = reinterpret_cast<decltype(library.name)>(dlsym(opened, #name));                                    \
    if (library.name == nullptr) {                                                                                    \
        library.problem = std::string(libraryName) + " has no " #name;                                                \
        return;                                                                                                       \
    }
    FUNCTIONS(FIND)
    findExpressions(opened);
    try {
        library.engine = library.msc_init();
    } catch (...) {
    }
    if (library.engine == nullptr) {
        library.problem = std::string(libraryName) + " does not start";
        return;
    }
    library.msc_set_connector_info(library.engine, "Portico");
    library.msc_set_log_cb(library.engine, note);
}

/// The library reads rules with a scanner whose state all share: two that read at once read each other's text.
std::mutex reading;

/// What `add`, which returns a negative number where something is wrong, says of it.
template <typename Add>
char *problemOf(Add add) {
    try {
        const char *problem = nullptr;
        if (add(&problem) >= 0) return nullptr;
        return problem != nullptr ? const_cast<char *>(problem) : strdup("the library does not say why");
    } catch (const std::exception &error) {
        return strdup(error.what());
    } catch (...) {
        return strdup("the library gave up");
    }
}

/// A transaction that ends with its scope.
class Transaction {
public:
    Transaction(modsecurity::RulesSet *rules, cmodsecurity_log *log)
        : transaction(library.msc_new_transaction(library.engine, rules, log)) {}
    ~Transaction() {
        if (this->transaction != nullptr) library.msc_transaction_cleanup(this->transaction);
    }
    Transaction(const Transaction &) = delete;
    Transaction &operator=(const Transaction &) = delete;

    /// Whether there is one: not where there is no memory.
    bool exists() const { return this->transaction != nullptr; }

    /// Each step returns whether the next one may follow.
    bool takeRequest(const cmodsecurity_exchange &exchange) {
        auto *it = this->transaction;
        library.msc_process_connection(it, exchange.client, exchange.client_port, exchange.server,
                                       exchange.server_port);
        library.msc_process_uri(it, exchange.target, exchange.method, exchange.version);
        for (size_t index = 0; index < exchange.request_field_count; index += 1) {
            const auto &field = exchange.request_fields[index];
            library.msc_add_n_request_header(it, field.name.start, field.name.count, field.value.start,
                                             field.value.count);
        }
        library.msc_process_request_headers(it);
        if (this->isStopped()) return false;
        if (exchange.request_body.count > 0) {
            library.msc_append_request_body(it, exchange.request_body.start, exchange.request_body.count);
        }
        library.msc_process_request_body(it);
        return !this->isStopped();
    }

    bool takeResponse(const cmodsecurity_exchange &exchange) {
        auto *it = this->transaction;
        for (size_t index = 0; index < exchange.response_field_count; index += 1) {
            const auto &field = exchange.response_fields[index];
            library.msc_add_n_response_header(it, field.name.start, field.name.count, field.value.start,
                                              field.value.count);
        }
        library.msc_process_response_headers(it, exchange.status, "HTTP 1.1");
        if (this->isStopped()) return false;
        if (exchange.response_body.count > 0) {
            library.msc_append_response_body(it, exchange.response_body.start, exchange.response_body.count);
        }
        library.msc_process_response_body(it);
        return !this->isStopped();
    }

private:
    bool isStopped() {
        modsecurity::ModSecurityIntervention wish = {200, 0, nullptr, nullptr, 0};
        const bool isStopped = library.msc_intervention(this->transaction, &wish) != 0;
        std::free(wish.url);
        std::free(wish.log);
        return isStopped;
    }

    modsecurity::Transaction *transaction;
};

}  // namespace

struct cmodsecurity_rules {
    modsecurity::RulesSet *rules;
};

const char *cmodsecurity_load(void) {
    static std::once_flag once;
    std::call_once(once, load);
    return library.problem.empty() ? nullptr : library.problem.c_str();
}

const char *cmodsecurity_version(void) { return library.msc_who_am_i(library.engine); }

cmodsecurity_rules *cmodsecurity_rules_new(void) {
    try {
        return new cmodsecurity_rules{library.msc_create_rules_set()};
    } catch (...) {
        return nullptr;
    }
}

void cmodsecurity_rules_free(cmodsecurity_rules *rules) {
    library.msc_rules_cleanup(rules->rules);
    delete rules;
}

char *cmodsecurity_rules_add_text(cmodsecurity_rules *rules, const char *text) {
    const std::lock_guard<std::mutex> alone(reading);
    return problemOf([&](const char **problem) { return library.msc_rules_add(rules->rules, text, problem); });
}

char *cmodsecurity_rules_add_file(cmodsecurity_rules *rules, const char *path) {
    const std::lock_guard<std::mutex> alone(reading);
    return problemOf([&](const char **problem) { return library.msc_rules_add_file(rules->rules, path, problem); });
}

char *cmodsecurity_rules_add_rules(cmodsecurity_rules *rules, const cmodsecurity_rules *others) {
    return problemOf(
        [&](const char **problem) { return library.msc_rules_merge(rules->rules, others->rules, problem); });
}

bool cmodsecurity_is_bounded(void) { return boundsExpressions(); }

void cmodsecurity_log_free(cmodsecurity_log *log) {
    std::free(log->lines);
    log->lines = nullptr;
    log->count = log->capacity = 0;
}

cmodsecurity_outcome cmodsecurity_inspect(const cmodsecurity_rules *rules, const cmodsecurity_exchange *exchange,
                                          cmodsecurity_log *log) {
    try {
        Transaction transaction(rules->rules, log);
        if (!transaction.exists()) return cmodsecurity_failed;
        const ExpressionBudget budget;
        const bool passes = transaction.takeRequest(*exchange) && (exchange->status == 0 || transaction.takeResponse(*exchange));
        log->is_incomplete = budget.isExceeded;
        return passes ? cmodsecurity_passed : cmodsecurity_stopped;
    } catch (...) {
        return cmodsecurity_failed;
    }
}
