import Yams

/// Turns YAML into nodes with places, within bounds.
///
/// A text that isn't YAML gives one problem and no node; everything else that is wrong is noted and the rest goes on.
struct YAMLDocument {
    /// Values in one document; an alias counts as often as it is used, so a few lines can't grow into gigabytes.
    static let maxNodes = 50_000
    /// Lists and mappings within one another.
    static let maxDepth = 64
    /// Keys that stand twice; the next one ends the reading.
    static let maxDuplicates = 100

    let source: SettingSource
    private(set) var root: SettingNode?
    private(set) var problems: [SettingsProblem] = []
    private var nodes = 0
    private var duplicates = DuplicateKeys()

    init(_ text: String, from source: SettingSource) {
        self.source = source
        do throws(SettingsProblem) {
            guard let tree = try self.compose(text) else { return }
            self.root = try self.convert(tree, depth: 0)
        } catch {
            self.root = nil
            self.problems.append(error)
        }
    }

    /// Yams stops at the first key that stands twice. It is noted and hidden, and the text read again, so that
    /// whatever else is wrong is found too.
    private mutating func compose(_ original: String) throws(SettingsProblem) -> Node? {
        var text = original
        while true {
            do {
                return try Yams.compose(yaml: text)
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                try self.hideDuplicate(keys.first ?? "", first: context.mark, in: &text)
            } catch {
                throw self.problem(for: error, in: text)
            }
        }
    }

    private mutating func hideDuplicate(
        _ key: String,
        first: Mark,
        in text: inout String
    ) throws(SettingsProblem) {
        guard self.problems.count < Self.maxDuplicates,
            let second = self.duplicates.hideSecond(key, first: first, in: &text)
        else { throw SettingsProblem(at: self.place(first), "the key \(quoted(key)) stands twice in this mapping") }
        self.problems.append(
            SettingsProblem(
                at: SettingPlace(self.source, line: second.line, column: second.column),
                "the key \(quoted(key)) stands twice; the first is in line \(first.line)"
            )
        )
    }

    private mutating func convert(_ node: Node, depth: Int) throws(SettingsProblem) -> SettingNode {
        let place = self.place(node.mark)
        self.nodes += 1
        guard self.nodes <= Self.maxNodes else {
            throw SettingsProblem(at: place, "more than \(Self.maxNodes) values, aliases counted where they are used")
        }
        guard depth <= Self.maxDepth else {
            throw SettingsProblem(at: place, "lists and mappings are nested more than \(Self.maxDepth) deep")
        }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain
            let isNull = isPlain && ["", "~", "null"].contains(scalar.string)
            return SettingNode(isNull ? .null : .scalar(scalar.string), at: place, isPlain: isPlain)
        case .sequence(let sequence):
            var items: [SettingNode] = []
            for item in sequence { items.append(try self.convert(item, depth: depth + 1)) }
            return SettingNode(.sequence(items), at: place)
        case .mapping(let mapping):
            var entries: [SettingNode.Entry] = []
            for (key, value) in mapping {
                guard let entry = try self.entry(key, value, depth: depth) else { continue }
                entries.append(entry)
            }
            return SettingNode(.mapping(entries), at: place)
        case .alias:
            // The parser puts the anchored node in the alias's place; this one is for emitting.
            throw SettingsProblem(at: place, "an alias that stands for nothing")
        }
    }

    private mutating func entry(_ key: Node, _ value: Node, depth: Int) throws(SettingsProblem) -> SettingNode.Entry? {
        let place = self.place(key.mark)
        guard case .scalar(let name) = key else {
            self.problems.append(SettingsProblem(at: place, "a key must be a name, not a list or a mapping"))
            return nil
        }
        guard !self.duplicates.isHidden(name.string) else { return nil }
        return SettingNode.Entry(key: name.string, keyPlace: place, node: try self.convert(value, depth: depth + 1))
    }

    private func place(_ mark: Mark?) -> SettingPlace {
        SettingPlace(self.source, line: max(1, mark?.line ?? 1), column: max(1, mark?.column ?? 1))
    }

    /// A text that ends too early is wrong at the end of its last line, not in the line after it.
    private func place(_ mark: Mark, in text: String) -> SettingPlace {
        let lines = SettingsText(text).lines.prefix(mark.line)
        guard let last = lines.lastIndex(where: { !$0.isEmpty }), last + 1 < mark.line else { return self.place(mark) }
        return SettingPlace(self.source, line: last + 1, column: lines[last].count + 1)
    }

    private func problem(for error: any Error, in text: String) -> SettingsProblem {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let story = context.map { " \($0.text)" } ?? ""
            return SettingsProblem(at: self.place(mark, in: text), "is not YAML: \(problem)\(story)")
        case .composer(_, let problem, let mark, _):
            return SettingsProblem(at: self.place(mark), "is not one YAML document: \(problem)")
        case .reader(let problem, let offset, _, _):
            let before = SettingsText(String(text.prefix(offset ?? 0)))
            let column = (before.lines.last?.count ?? 0) + 1
            let place = SettingPlace(self.source, line: before.lines.count, column: column)
            return SettingsProblem(at: place, "is not YAML: \(problem)")
        default:
            return SettingsProblem(at: SettingPlace(self.source), "is not YAML: \(error)")
        }
    }
}

/// Finds the second of two equal keys and puts another key of the same width in its place.
private struct DuplicateKeys {
    private var hidden: Set<String> = []

    func isHidden(_ key: String) -> Bool { self.hidden.contains(key) }

    /// - Returns: where the second key stands; nil, and `text` as it was, when it can't be told.
    mutating func hideSecond(_ key: String, first: Mark, in text: inout String) -> (line: Int, column: Int)? {
        let name = Array(key.unicodeScalars)
        // Private-use characters: no key of ours has them, and each stand-in differs from the one before.
        guard !name.isEmpty, let mark = Unicode.Scalar(UInt32(0xE000 + self.hidden.count)) else { return nil }
        let standIn = [mark] + Array(repeating: "\u{F8FF}", count: name.count - 1)
        let standInText = String(String.UnicodeScalarView(standIn))
        guard !text.unicodeScalars.contains(mark) else { return nil }

        var lines = SettingsText(text).lines
        guard let (line, start) = Self.find(name, after: first, in: lines) else { return nil }
        let begin = Self.isQuote(lines[line][start]) ? start + 1 : start
        lines[line].replaceSubrange(begin..<begin + name.count, with: standIn)
        text = lines.map { String(String.UnicodeScalarView($0)) }.joined(separator: "\n")
        self.hidden.insert(standInText)
        return (line + 1, start + 1)
    }

    /// - Returns: line and column of the key, or of its quote, from 0.
    private static func find(
        _ name: [Unicode.Scalar],
        after first: Mark,
        in lines: [[Unicode.Scalar]]
    ) -> (line: Int, column: Int)? {
        guard lines.indices.contains(first.line - 1) else { return nil }
        let line = lines[first.line - 1]
        for column in stride(from: first.column + name.count, to: line.count, by: 1)
        where [" ", ",", "{"].contains(line[column - 1]) && Self.isKey(name, in: line, at: column) {
            return (first.line - 1, column)
        }
        let indent = first.column - 1
        for (index, line) in lines.enumerated().dropFirst(first.line) {
            guard let start = line.firstIndex(where: { $0 != " " }), line[start] != "#" else { continue }
            guard start >= indent else { return nil }
            if start == indent, Self.isKey(name, in: line, at: start) { return (index, start) }
        }
        return nil
    }

    private static func isKey(_ name: [Unicode.Scalar], in line: [Unicode.Scalar], at start: Int) -> Bool {
        let quote = Self.isQuote(line[start]) ? line[start] : nil
        guard line.dropFirst(quote == nil ? start : start + 1).starts(with: name) else { return false }
        let rest = line.dropFirst(start + name.count + (quote == nil ? 0 : 1))
        return rest.drop { $0 == " " || $0 == quote }.first == ":"
    }

    private static func isQuote(_ scalar: Unicode.Scalar) -> Bool { scalar == "\"" || scalar == "'" }
}
