#include "cre2.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include <re2/re2.h>

struct cre2_regex {
    cre2_regex(const re2::StringPiece &pattern, const RE2::Options &options) : expression(pattern, options) {}

    const RE2 expression;
};

namespace {

/// Groups that are searched for without memory from the heap.
constexpr size_t groups_on_stack = 16;

void copy_error(const std::string &message, char *error, size_t capacity) {
    if (error == nullptr || capacity == 0) {
        return;
    }
    const size_t length = std::min(message.size(), capacity - 1);
    std::memcpy(error, message.data(), length);
    error[length] = '\0';
}

}  // namespace

cre2_regex *cre2_compile(
    const char *pattern, size_t length, cre2_options options, char *error, size_t error_capacity) {
    RE2::Options chosen;
    chosen.set_log_errors(false);
    chosen.set_encoding(options.latin1 ? RE2::Options::EncodingLatin1 : RE2::Options::EncodingUTF8);
    chosen.set_case_sensitive(!options.case_insensitive);
    chosen.set_dot_nl(options.dot_newline);
    chosen.set_max_mem(static_cast<int64_t>(options.max_memory));
    auto regex = std::make_unique<cre2_regex>(re2::StringPiece(pattern, length), chosen);
    if (!regex->expression.ok()) {
        copy_error(regex->expression.error(), error, error_capacity);
        return nullptr;
    }
    return regex.release();
}

void cre2_free(cre2_regex *regex) {
    delete regex;
}

size_t cre2_group_count(const cre2_regex *regex) {
    return static_cast<size_t>(std::max(regex->expression.NumberOfCapturingGroups(), 0));
}

const char *cre2_group_name(const cre2_regex *regex, size_t group) {
    const auto &names = regex->expression.CapturingGroupNames();
    const auto found = names.find(static_cast<int>(group));
    return found == names.end() ? nullptr : found->second.c_str();
}

size_t cre2_program_size(const cre2_regex *regex) {
    return static_cast<size_t>(std::max(regex->expression.ProgramSize(), 0));
}

bool cre2_search(
    const cre2_regex *regex, const char *text, size_t length, size_t start, cre2_span *spans, size_t count) {
    if (start > length) {
        return false;
    }
    // An empty text is still a text: RE2 tells a group that took no part by its null pointer.
    const char *bytes = text == nullptr ? "" : text;
    re2::StringPiece on_stack[groups_on_stack];
    std::unique_ptr<re2::StringPiece[]> on_heap;
    re2::StringPiece *pieces = on_stack;
    if (count > groups_on_stack) {
        on_heap = std::make_unique<re2::StringPiece[]>(count);
        pieces = on_heap.get();
    }
    const re2::StringPiece whole(bytes, length);
    if (!regex->expression.Match(whole, start, length, RE2::UNANCHORED, pieces, static_cast<int>(count))) {
        return false;
    }
    for (size_t index = 0; index < count; index++) {
        const char *found = pieces[index].data();
        const ptrdiff_t from = found == nullptr ? -1 : found - bytes;
        spans[index] = {from, found == nullptr ? -1 : from + static_cast<ptrdiff_t>(pieces[index].size())};
    }
    return true;
}
