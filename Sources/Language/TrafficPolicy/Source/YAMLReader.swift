import Model

/// Reads YAML 1.2, and JSON as the part of it that JSON is, into nodes with places.
///
/// A reader of our own, because a policy's errors need what libyaml does not tell: where a character inside a scalar
/// stands, and every key that stands twice (docs/decisions/0110-a-yaml-reader-for-policies.md). Left out are explicit
/// keys (`? `), merge keys and tags other than the core schema's. A text that isn't YAML throws one problem;
/// repeated keys are noted and the rest is read.
struct YAMLReader {
    let scalars: [Unicode.Scalar]
    let limits: PolicyLimits
    /// The index of the first scalar of each line.
    private let lineStarts: [Int]
    /// The next scalar to be read.
    var index = 0
    var problems: [PolicyProblem] = []
    private var anchors: [String: Anchored] = [:]
    private var values = 0

    private struct Anchored {
        let node: Node
        let count: Int
        let height: Int
    }

    /// - Throws: when `text` is no YAML, or larger or deeper than `limits` allow.
    /// - Returns: the root, null for an empty document; and the keys that stand twice.
    static func read(
        _ text: String,
        limits: PolicyLimits
    ) throws(PolicyProblem) -> (root: Node, problems: [PolicyProblem]) {
        guard text.utf8.count <= limits.documentBytes else {
            let words = "the document has \(text.utf8.count) bytes; at most \(limits.documentBytes) are allowed"
            throw PolicyProblem(.policyDocument, at: .start, words)
        }
        var reader = YAMLReader(text, limits: limits)
        try reader.checkCharacters()
        return (try reader.document(), reader.problems)
    }

    private init(_ text: String, limits: PolicyLimits) {
        var scalars: [Unicode.Scalar] = []
        var starts = [0]
        var isBehindReturn = false
        scalars.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            defer { isBehindReturn = scalar == "\r" }
            // A break is one "\n" from here on, however it was written.
            if scalar == "\n", isBehindReturn { continue }
            scalars.append(scalar == "\r" ? "\n" : scalar)
            if scalars.last == "\n" { starts.append(scalars.count) }
        }
        self.scalars = scalars
        self.lineStarts = starts
        self.limits = limits
    }

    /// What YAML calls printable (1.2.2 5.1); everything else would hide in a log or an editor.
    private func checkCharacters() throws(PolicyProblem) {
        let isPrintable = { (scalar: Unicode.Scalar) in
            switch scalar.value {
            case 0x09, 0x0A, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...: true
            default: false
            }
        }
        guard let bad = self.scalars.firstIndex(where: { !isPrintable($0) }) else { return }
        let name = String(self.scalars[bad].value, radix: 16, uppercase: true)
        throw self.problem("the control character U+\(name) cannot stand in a document", at: bad)
    }
}

// MARK: - The document

extension YAMLReader {
    private mutating func document() throws(PolicyProblem) -> Node {
        if self.peek() == "\u{FEFF}" { self.index += 1 }
        try self.directives()
        var root = Node(.null, at: .start)
        if try self.nextContent() != nil {
            root = try self.blockNode(BlockContext(parent: -1), depth: 0)
        }
        guard try self.nextContent() == nil else {
            throw self.problem("unexpected text behind the end of the document", at: self.index)
        }
        if self.isMarker("...") { self.index += 3 }
        guard try self.nextContent() == nil, self.index >= self.scalars.count else {
            throw self.problem("a second document begins here; a policy is one document", at: self.index)
        }
        return root
    }

    /// Reads `%YAML` lines and the `---` that begins the document, where they are there.
    private mutating func directives() throws(PolicyProblem) {
        while try self.nextContent() != nil, self.peek() == "%", self.isAtLineStart {
            guard self.starts(with: "%YAML 1.") else {
                throw self.problem("only the directive \"%YAML 1.2\" can stand before a document", at: self.index)
            }
            self.skipLine()
        }
        if self.isMarker("---") { self.index += 3 }
    }
}

// MARK: - Looking

extension YAMLReader {
    /// The scalar `ahead` of the next one; NUL, which no document holds, beyond the end.
    func peek(_ ahead: Int = 0) -> Unicode.Scalar {
        let index = self.index + ahead
        return self.scalars.indices.contains(index) ? self.scalars[index] : "\0"
    }

    /// Whether what is `ahead` ends a word: white space, a break or the end.
    func isSpace(_ ahead: Int = 0) -> Bool { [" ", "\t", "\n", "\0"].contains(self.peek(ahead)) }

    var isAtLineEnd: Bool {
        switch self.peek() {
        case "\n", "\0": true
        case "#": self.index == 0 || self.isSpace(-1)
        default: false
        }
    }

    var isAtLineStart: Bool { self.column == 0 }

    /// The column of the next scalar, from 0.
    var column: Int { self.index - self.lineStarts[self.line(of: self.index)] }

    func starts(with text: String) -> Bool { self.scalars.dropFirst(self.index).starts(with: text.unicodeScalars) }

    /// Whether `---` or `...` begins this line.
    func isMarker(_ marker: String) -> Bool { self.starts(with: marker) && self.isAtLineStart && self.isSpace(3) }

    /// From 0.
    private func line(of index: Int) -> Int {
        var low = 0
        var high = self.lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.lineStarts[middle] <= index { low = middle } else { high = middle }
        }
        return low
    }

    func position(of index: Int) -> SourcePosition {
        let line = self.line(of: index)
        return SourcePosition(line: line + 1, column: index - self.lineStarts[line] + 1)
    }

    /// A problem with what stands at `index`; one at the end of the text stands at the end of its last line.
    func problem(_ message: String, at index: Int) -> PolicyProblem {
        var index = min(index, self.scalars.count)
        if index == self.scalars.count {
            while index > 0, self.scalars[index - 1] == "\n" { index -= 1 }
        }
        let word = self.scalars.dropFirst(index).prefix(40).prefix { ![" ", "\t", "\n"].contains($0) }
        let offending = String(String.UnicodeScalarView(word))
        return PolicyProblem(.policyDocument, at: self.position(of: index), offending: offending, message)
    }
}

// MARK: - Moving

extension YAMLReader {
    mutating func skipBlanks() {
        while self.peek() == " " || self.peek() == "\t" { self.index += 1 }
    }

    mutating func skipLine() {
        while self.peek() != "\n", self.peek() != "\0" { self.index += 1 }
    }

    /// Moves over blank lines and comments.
    ///
    /// - Returns: the column of what comes then; nil before the end or a marker.
    mutating func nextContent() throws(PolicyProblem) -> Int? {
        while true {
            self.skipBlanks()
            if self.isAtLineEnd { self.skipLine() }
            guard self.peek() == "\n" else { break }
            self.index += 1
        }
        guard self.index < self.scalars.count, !self.isMarker("---"), !self.isMarker("...") else { return nil }
        let column = self.column
        let indentation = self.scalars[(self.index - column)..<self.index]
        guard let tab = indentation.firstIndex(of: "\t"), indentation.allSatisfy({ $0 == " " || $0 == "\t" }) else {
            return column
        }
        throw self.problem("a tab cannot indent; use spaces", at: tab)
    }

    /// What stands on the line behind a value that has ended must be a comment.
    mutating func expectLineEnd() throws(PolicyProblem) {
        let end = self.index
        self.skipBlanks()
        guard !self.isAtLineEnd else { return }
        guard self.peek() != ":" else {
            throw self.problem("a mapping cannot begin here; put the key on a line of its own", at: self.index)
        }
        throw self.problem("unexpected text behind the end of the value", at: max(end, self.index))
    }
}

// MARK: - Counting

extension YAMLReader {
    /// Counts a value that is read.
    mutating func count(at index: Int) throws(PolicyProblem) {
        try self.count(1, at: index)
    }

    private mutating func count(_ more: Int, at index: Int) throws(PolicyProblem) {
        self.values += more
        guard self.values <= self.limits.values else {
            throw self.problem("more than \(self.limits.values) values, aliases counted where they are used", at: index)
        }
    }

    func checkDepth(_ depth: Int, at index: Int) throws(PolicyProblem) {
        guard depth > self.limits.depth else { return }
        throw self.problem("lists and mappings are nested more than \(self.limits.depth) deep", at: index)
    }

    mutating func register(_ node: Node, as name: String?) {
        guard let name else { return }
        self.anchors[name] = Anchored(node: node, count: node.count, height: node.height)
    }

    /// Reads `*name`.
    mutating func alias(depth: Int) throws(PolicyProblem) -> Node {
        let start = self.index
        let name = try self.anchorName()
        guard let anchored = self.anchors[name] else {
            throw self.problem("the alias \"*\(name)\" has no anchor \"&\(name)\" before it", at: start)
        }
        try self.count(anchored.count, at: start)
        try self.checkDepth(depth + anchored.height, at: start)
        return anchored.node
    }

    /// Reads the name behind `&` or `*`.
    mutating func anchorName() throws(PolicyProblem) -> String {
        let start = self.index
        self.index += 1
        var name = String.UnicodeScalarView()
        while !self.isSpace(), ![",", "[", "]", "{", "}"].contains(self.peek()) {
            name.append(self.peek())
            self.index += 1
        }
        guard !name.isEmpty else {
            throw self.problem("a name is missing behind \"\(self.scalars[start])\"", at: start)
        }
        return String(name)
    }

    /// Notes a key that stands twice.
    ///
    /// - Returns: whether it is the first of its name.
    mutating func isFirst(_ key: Key, in seen: inout [String: SourcePosition]) throws(PolicyProblem) -> Bool {
        guard let first = seen[key.text] else {
            seen[key.text] = key.position
            return true
        }
        let words = "the key \"\(key.text)\" stands twice; the first is in line \(first.line)"
        let problem = PolicyProblem(.policyDocument, at: key.position, offending: key.text, words)
        guard self.problems.count < self.limits.problems else { throw problem }
        self.problems.append(problem)
        return false
    }
}
