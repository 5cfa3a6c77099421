#include "expressions.h"

#include <ctime>
#include <dlfcn.h>

// As the headers of PCRE2 10 have them, for texts of bytes; they are not needed to build this.
extern "C" {
typedef int pcre2_matching(const void *code, const unsigned char *text, size_t count, size_t start, uint32_t options,
                           void *found, void *context);
__attribute__((visibility("default"))) pcre2_matching pcre2_match_8, pcre2_jit_match_8;
}

namespace {

constexpr uint32_t withoutJIT = 0x2000;
constexpr int matchLimit = -47, stackLimit = -46, depthLimit = -53, heapLimit = -63;

/// Processor time for one exchange, in nanoseconds; a harmless one takes some milliseconds.
constexpr uint64_t allowance = 500'000'000;
/// The clock is read once for so many bytes that are matched; a call counts as some.
constexpr size_t bytesBetweenLooks = 4096, bytesOfCall = 64;

/// Steps for a text. Short ones, which attacks are, have many: the worst take some milliseconds with them. Expressions that any text may begin take one for each of its bytes, and texts that people write stay below
/// two, but for some source code; those that make an expression go back and forth take their square or cube.
uint32_t steps(size_t count) {
    if (count <= 512) return 20'000;
    return static_cast<uint32_t>(count < 1'000'000 ? 1000 + 2 * count : 2'001'000);
}

struct {
    pcre2_matching *plain = nullptr;
    pcre2_matching *jit = nullptr;
    void *(*newContext)(void *) = nullptr;
    void (*freeContext)(void *) = nullptr;
    int (*setLimit)(void *, uint32_t) = nullptr;
} engine;

/// The limits that a thread hands to the engine.
struct Limits {
    void *context = engine.newContext(nullptr);
    ~Limits() {
        if (this->context != nullptr) engine.freeContext(this->context);
    }
};

thread_local ExpressionBudget *budget = nullptr;

uint64_t now() {
    timespec time = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

template <typename Match>
int bounded(size_t count, Match match) {
    if (!budget->allows(count)) return matchLimit;
    thread_local Limits limits;
    if (limits.context == nullptr) return match(nullptr);
    engine.setLimit(limits.context, steps(count));
    const int result = match(limits.context);
    if (result == matchLimit || result == depthLimit || result == heapLimit) budget->isExceeded = true;
    return result;
}

template <typename Function>
void find(void *library, const char *name, Function *&function) {
    function = reinterpret_cast<Function *>(dlsym(library, name));
}

}  // namespace

ExpressionBudget::ExpressionBudget() : end(now() + allowance) { budget = this; }

ExpressionBudget::~ExpressionBudget() { budget = nullptr; }

bool ExpressionBudget::allows(size_t count) {
    if (this->end == 0) return false;
    this->bytes += count + bytesOfCall;
    if (this->bytes < bytesBetweenLooks) return true;
    this->bytes = 0;
    if (now() < this->end) return true;
    this->end = 0;
    this->isExceeded = true;
    return false;
}

void findExpressions(void *library) {
    find(library, "pcre2_match_8", engine.plain);
    find(library, "pcre2_jit_match_8", engine.jit);
    find(library, "pcre2_match_context_create_8", engine.newContext);
    find(library, "pcre2_match_context_free_8", engine.freeContext);
    find(library, "pcre2_set_match_limit_8", engine.setLimit);
}

bool boundsExpressions() {
    return engine.setLimit != nullptr
        && dlsym(RTLD_DEFAULT, "pcre2_jit_match_8") == reinterpret_cast<void *>(pcre2_jit_match_8);
}

extern "C" int pcre2_match_8(const void *code, const unsigned char *text, size_t count, size_t start, uint32_t options,
                             void *found, void *context) {
    if (budget == nullptr) return engine.plain(code, text, count, start, options, found, context);
    return bounded(count, [&](void *limits) { return engine.plain(code, text, count, start, options, found, limits); });
}

extern "C" int pcre2_jit_match_8(const void *code, const unsigned char *text, size_t count, size_t start,
                                 uint32_t options, void *found, void *context) {
    if (budget == nullptr) return engine.jit(code, text, count, start, options, found, context);
    return bounded(count, [&](void *limits) {
        const int result = engine.jit(code, text, count, start, options, found, limits);
        // Without room on its stack it has not looked; the slow way needs none.
        if (result != stackLimit) return result;
        return engine.plain(code, text, count, start, options | withoutJIT, found, limits);
    });
}
