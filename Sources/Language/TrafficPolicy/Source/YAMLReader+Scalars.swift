// MARK: - Plain

extension YAMLReader {
    /// What cannot begin a scalar without quotes (YAML 1.2.2 7.3.3).
    func checkPlainStart(isInFlow: Bool) throws(PolicyProblem) {
        let first = self.peek()
        switch first {
        case "-", "?", ":":
            let isFollowed = !self.isSpace(1) && !(isInFlow && [",", "[", "]", "{", "}"].contains(self.peek(1)))
            if isFollowed { return }
            let words =
                first == "?" ? "explicit keys (\"? \") are not read here" : "a value cannot begin with \"\(first) \""
            throw self.problem(words, at: self.index)
        case ",", "[", "]", "{", "}", "#", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`":
            throw self.problem("a value cannot begin with \"\(first)\"; put it in quotes", at: self.index)
        case "\0", "\n": throw self.problem("a value is missing here", at: self.index)
        default: return
        }
    }

    /// Reads a scalar without quotes, with the following lines that are indented beyond `parent`.
    mutating func plainScalar(_ properties: Properties, parent: Int) throws(PolicyProblem) -> Node {
        try self.plain(properties, isInFlow: false) { (reader) throws(PolicyProblem) in
            guard let column = try reader.nextContentWithoutComment(), column > parent else { return false }
            guard !reader.isAtKey else {
                throw reader.problem(
                    "a mapping cannot begin here; is the line above a key without \":\"?",
                    at: reader.index
                )
            }
            return true
        }
    }

    mutating func flowPlainScalar(_ properties: Properties) throws(PolicyProblem) -> Node {
        try self.plain(properties, isInFlow: true) { (reader) throws(PolicyProblem) in
            guard try reader.nextContentWithoutComment() != nil else { return false }
            return ![",", "[", "]", "{", "}", ":"].contains(reader.peek())
        }
    }

    /// `continues`: moves to the next line that is not blank; false when it isn't part of the scalar.
    private mutating func plain(
        _ properties: Properties,
        isInFlow: Bool,
        continues: (inout YAMLReader) throws(PolicyProblem) -> Bool
    ) throws(PolicyProblem) -> Node {
        let start = self.index
        try self.checkPlainStart(isInFlow: isInFlow)
        try self.count(at: start)
        var text = ScalarBuilder()
        while true {
            self.plainLine(into: &text, isInFlow: isInFlow)
            let end = self.index
            guard self.peek() == "\n" else { break }
            guard try continues(&self) else {
                self.index = end
                break
            }
            self.fold(from: end, to: self.index, into: &text)
        }
        let source = text.source(in: self, start: start)
        let value = properties.isText ? .string : PlainScalar.value(of: source.text)
        return Node(value, at: self.position(of: start), source: source)
    }

    /// Reads to the end of the scalar on this line, and moves to the break when nothing but a comment follows.
    private mutating func plainLine(into text: inout ScalarBuilder, isInFlow: Bool) {
        scan: while self.peek() != "\n", self.peek() != "\0" {
            switch self.peek() {
            case ":" where self.isSpace(1): break scan
            case ":" where isInFlow && [",", "[", "]", "{", "}"].contains(self.peek(1)): break scan
            case ",", "[", "]", "{", "}": if isInFlow { break scan }
            case "#" where self.isSpace(-1): break scan
            default: break
            }
            text.append(self.peek(), from: self.index, in: self)
            self.index += 1
        }
        text.removeTrailingBlanks()
    }

    /// Moves to the next line that is not blank; nil when that is a comment, a marker or the end.
    private mutating func nextContentWithoutComment() throws(PolicyProblem) -> Int? {
        while self.peek() == "\n" {
            self.index += 1
            self.skipBlanks()
        }
        guard self.peek() != "#" else { return nil }
        return try self.nextContent()
    }

    /// Adds what the breaks between two lines stand for: a space for one, all but the first for more.
    private mutating func fold(from end: Int, to next: Int, into text: inout ScalarBuilder) {
        let breaks = self.scalars[end..<next].indices.filter { self.scalars[$0] == "\n" }
        guard breaks.count > 1 else {
            text.append(" ", from: end, in: self)
            return
        }
        for index in breaks.dropFirst() { text.append("\n", from: index, in: self) }
    }
}

// MARK: - Quoted

extension YAMLReader {
    mutating func quotedScalar() throws(PolicyProblem) -> Node {
        let start = self.index
        let quote = self.peek()
        try self.count(at: start)
        self.index += 1
        var text = ScalarBuilder()
        while true {
            switch self.peek() {
            case "\0":
                let line = self.position(of: start).line
                let words = "the closing quote is missing; the opening one is in line \(line)"
                throw self.problem(words, at: self.scalars.count)
            case "\n": try self.quotedBreak(into: &text)
            case "'" where quote == "'" && self.peek(1) == "'":
                text.append("'", from: self.index, in: self)
                self.index += 2
            case quote:
                self.index += 1
                return Node(.string, at: self.position(of: start), source: text.source(in: self, start: start + 1))
            case "\\" where quote == "\"": try self.escape(into: &text)
            default:
                text.append(self.peek(), from: self.index, in: self)
                self.index += 1
            }
        }
    }

    private mutating func quotedBreak(into text: inout ScalarBuilder) throws(PolicyProblem) {
        let end = self.index
        text.removeTrailingBlanks()
        while self.peek() == "\n" {
            self.index += 1
            guard !self.isMarker("---"), !self.isMarker("...") else {
                throw self.problem("the document ends within quotes", at: self.index)
            }
            self.skipBlanks()
        }
        self.fold(from: end, to: self.index, into: &text)
    }

    private mutating func escape(into text: inout ScalarBuilder) throws(PolicyProblem) {
        let start = self.index
        let kind = self.peek(1)
        self.index += 2
        switch kind {
        case "\n":
            self.skipBlanks()
        case "x": text.append(try self.escaped(digits: 2, from: start), from: start, in: self)
        case "u": text.append(try self.escaped(digits: 4, from: start), from: start, in: self)
        case "U": text.append(try self.escaped(digits: 8, from: start), from: start, in: self)
        default:
            guard let scalar = Self.escapes[kind] else {
                throw self.problem("\"\\\(kind)\" is no escape; write \"\\\\\" for a backslash", at: start)
            }
            text.append(scalar, from: start, in: self)
        }
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "0": "\0", "a": "\u{7}", "b": "\u{8}", "t": "\t", "\t": "\t", "n": "\n", "v": "\u{B}", "f": "\u{C}",
        "r": "\r", "e": "\u{1B}", " ": " ", "\"": "\"", "/": "/", "\\": "\\", "N": "\u{85}", "_": "\u{A0}",
        "L": "\u{2028}", "P": "\u{2029}",
    ]

    /// Reads the number behind `\u`; two of JSON's surrogates are one scalar.
    private mutating func escaped(digits: Int, from start: Int) throws(PolicyProblem) -> Unicode.Scalar {
        let first = try self.hexadecimal(digits: digits, from: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        if (0xD800...0xDBFF).contains(first), self.peek() == "\\", self.peek(1) == "u" {
            self.index += 2
            let second = try self.hexadecimal(digits: 4, from: start)
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        throw self.problem("the escape stands for no character", at: start)
    }

    private mutating func hexadecimal(digits: Int, from start: Int) throws(PolicyProblem) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<digits {
            guard self.peek().isASCII, let digit = UInt32(String(self.peek()), radix: 16) else {
                throw self.problem("\(digits) hexadecimal digits are expected in this escape", at: start)
            }
            number = number << 4 | digit
            self.index += 1
        }
        return number
    }
}
