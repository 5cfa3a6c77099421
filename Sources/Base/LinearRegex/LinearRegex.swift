import CRE2

/// A regular expression of RE2's syntax: searching takes time linear in the text, whatever the pattern, so that both may
/// come from strangers. There is no looking around and no reference back to a group.
///
/// Positions are bytes of the text's UTF-8. One expression may search on any number of threads at once.
package final class LinearRegex: Sendable {
    package struct Options: Sendable, Hashable {
        package enum Encoding: Sendable, Hashable {
            case utf8
            /// Every byte is a character: for bytes that need not be UTF-8.
            case latin1
        }

        package var encoding = Encoding.utf8
        package var isCaseInsensitive = false
        /// Whether `.` takes newlines too, as `(?s)` says.
        package var dotMatchesNewline = false
        /// Bounds the compiled program and what searching caches. A pattern whose program needs more is refused.
        package var memoryBytes = 1 << 20

        package init() {}
    }

    package let pattern: String
    package let encoding: Options.Encoding
    /// How many groups capture, without the whole match.
    package let groupCount: Int
    /// The numbers of the groups with names, `(?P<name>...)`.
    package let groupNumbers: [String: Int]

    // Safe on every thread: RE2 changes a compiled expression only behind its own locks, and it lives until deinit.
    private nonisolated(unsafe) let compiled: OpaquePointer

    /// The longest pattern that is looked at, in bytes.
    package static let maximumPatternBytes = 64 << 10

    /// Compiles a pattern.
    ///
    /// - Throws: where it isn't RE2's syntax, or is too large.
    package init(_ pattern: String, options: Options = Options()) throws(LinearRegexError) {
        guard pattern.utf8.count <= Self.maximumPatternBytes else {
            throw LinearRegexError(problem: "pattern too large: more than \(Self.maximumPatternBytes) bytes")
        }
        let compiled = try Self.compile(pattern, options)
        let groupCount = cre2_group_count(compiled)
        self.pattern = pattern
        self.encoding = options.encoding
        self.compiled = compiled
        self.groupCount = groupCount
        self.groupNumbers = Self.names(of: compiled, count: groupCount)
    }

    deinit {
        cre2_free(self.compiled)
    }

    /// How many instructions the program has.
    package var programSize: Int { cre2_program_size(self.compiled) }

    private static func compile(_ pattern: String, _ options: Options) throws(LinearRegexError) -> OpaquePointer {
        let settings = cre2_options(
            latin1: options.encoding == .latin1,
            case_insensitive: options.isCaseInsensitive,
            dot_newline: options.dotMatchesNewline,
            max_memory: options.memoryBytes
        )
        var problem = [CChar](repeating: 0, count: 256)
        let compiled = withBytes(of: NamedGroups.portable(pattern)) { bytes in
            cre2_compile(bytes.baseAddress, bytes.count, settings, &problem, problem.count)
        }
        guard let compiled else {
            let text = problem.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw LinearRegexError(problem: String(decoding: text, as: UTF8.self))
        }
        return compiled
    }

    private static func names(of compiled: OpaquePointer, count: Int) -> [String: Int] {
        var numbers: [String: Int] = [:]
        for group in 0..<count {
            guard let name = cre2_group_name(compiled, group + 1) else { continue }
            numbers[String(cString: name)] = group + 1
        }
        return numbers
    }
}

// MARK: - Searching

extension LinearRegex {
    /// Whether the expression matches anywhere in the text. Takes no memory from the heap, but for what RE2 caches while an
    /// expression is new.
    package func matches(_ text: String) -> Bool {
        withBytes(of: text) { cre2_search(self.compiled, $0.baseAddress, $0.count, 0, nil, 0) }
    }

    /// Whether the expression matches anywhere in the bytes, with the same cost.
    package func matches(bytes: UnsafeRawBufferPointer) -> Bool {
        let text = bytes.assumingMemoryBound(to: CChar.self)
        return cre2_search(self.compiled, text.baseAddress, text.count, 0, nil, 0)
    }

    /// The leftmost match that begins at `start` or later; nil where there is none, or no such place.
    ///
    /// What stands before `start` is not searched, but `^` and `\b` see it.
    package func firstMatch(in bytes: [UInt8], from start: Int = 0) -> Match? {
        guard start >= 0, start <= bytes.count else { return nil }
        var spans = [cre2_span](repeating: cre2_span(start: -1, end: -1), count: self.groupCount + 1)
        let isFound = bytes.withUnsafeBytes { bytes in
            let text = bytes.assumingMemoryBound(to: CChar.self)
            return cre2_search(self.compiled, text.baseAddress, text.count, start, &spans, spans.count)
        }
        guard isFound else { return nil }
        return Match(groups: spans.map { $0.start < 0 ? nil : $0.start..<$0.end })
    }

    /// The leftmost match in the text; nil where there is none.
    package func firstMatch(in text: String) -> Match? {
        self.firstMatch(in: Array(text.utf8))
    }

    /// All matches from left to right that don't overlap. An empty match directly behind another match is none, as in Go's
    /// `regexp`.
    package func allMatches(in bytes: [UInt8]) -> Matches {
        Matches(of: self, in: bytes)
    }
}

/// Calls with the text's UTF-8, which is not copied where Swift holds it in one piece already.
private func withBytes<Result>(of text: String, _ body: (UnsafeBufferPointer<CChar>) -> Result) -> Result {
    let fast = text.utf8.withContiguousStorageIfAvailable { bytes in
        bytes.withMemoryRebound(to: CChar.self, body)
    }
    if let fast { return fast }
    var copy = text
    return copy.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self, body)
    }
}
