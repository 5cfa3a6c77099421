import Yams

/// Puts a token into the text of a configuration file and leaves every other character as it was.
package struct TokenEdit: Sendable {
    /// What the token is, by its key in the file.
    package enum Key: String, Sendable {
        case authtoken
        case apiKey = "api_key"
        case connectURL = "connect_url"

        /// As a file of this version has it.
        func spelt(isVersion2: Bool) -> String {
            self == .connectURL && isVersion2 ? "server_addr" : self.rawValue
        }

        /// In words.
        var name: String {
            switch self {
            case .authtoken: "authtoken"
            case .apiKey: "API key"
            case .connectURL: "connect address"
            }
        }
    }

    /// Why a text cannot be edited, in words that go behind the path.
    package struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// The text with the token in it.
    package let text: String

    /// - Parameters:
    ///   - token: what the file shall hold.
    ///   - key: under which key.
    ///   - original: the file's text; empty where there is no file.
    /// - Throws: `Refusal` when the text is no configuration file, or is written in a form that cannot be edited
    ///   safely.
    package init(_ token: String, as key: Key = .authtoken, in original: String) throws {
        guard !token.isEmpty, token.utf8.count <= 512, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Refusal(description: "the \(key.name) is empty or holds characters that no \(key.name) has")
        }
        self.text = try Self.edited(original, token: token, key)
        guard try Self.token(key, in: self.text) == token,
            try Self.rest(of: self.text, without: key) == Self.rest(of: original, without: key)
        else {
            throw Refusal(description: "cannot be edited without changing more than the \(key.name); put it in by hand")
        }
    }

    private static func edited(_ original: String, token: String, _ name: Key) throws -> String {
        let value = Self.quoted(token)
        let root = try Self.root(of: original)
        guard let root else {
            let start = original.isEmpty || original.hasSuffix("\n") ? original : original + "\n"
            return start + "version: 3\nagent:\n    \(name.rawValue): \(value)\n"
        }
        let isVersion2 = root["version"]?.scalar?.string == "2"
        var lines = Lines(original, key: name.spelt(isVersion2: isVersion2))
        // Version 2 has the agent's keys at the top.
        if isVersion2 {
            try lines.set(value, in: root, indent: "")
            return lines.text
        }
        guard let (key, agent) = root.first(where: { $0.key.string == "agent" }) else {
            lines.append(["agent:", "    \(name.rawValue): \(value)"])
            if root["version"] == nil { lines.prepend("version: 3") }
            return lines.text
        }
        if let agent = agent.mapping, !agent.isEmpty {
            try lines.set(
                value,
                in: agent,
                indent: String(repeating: " ", count: (agent.first?.key.mark?.column ?? 5) - 1)
            )
        } else {
            try lines.begin("\(name.rawValue): \(value)", under: key)
        }
        return lines.text
    }

    /// The mapping of the file; nil where there is nothing but comments.
    private static func root(of text: String) throws -> Node.Mapping? {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw Refusal(description: "is not YAML: \(error)")
        }
        guard let node, node.scalar?.string.isEmpty != true else { return nil }
        guard let mapping = node.mapping else { throw Refusal(description: "does not hold a mapping") }
        return mapping
    }

    private static func token(_ key: Key, in text: String) throws -> String? {
        guard let root = try Self.root(of: text) else { return nil }
        let top = root[key.spelt(isVersion2: true)]
        return (top ?? root["agent"]?.mapping?[key.rawValue])?.scalar?.string
    }

    /// The file's meaning apart from the token and what an edit may add around it.
    private static func rest(of text: String, without key: Key) throws -> Node? {
        guard var root = try Self.root(of: text) else { return nil }
        root[key.spelt(isVersion2: true)] = nil
        if var agent = root["agent"]?.mapping {
            agent[key.rawValue] = nil
            root["agent"] = agent.isEmpty ? nil : Node.mapping(agent)
        } else {
            root["agent"] = nil
        }
        if root["version"]?.scalar?.string == "3" { root["version"] = nil }
        return root.isEmpty ? nil : Node.mapping(root)
    }

    private static func quoted(_ token: String) -> String {
        let isPlain =
            token.utf8.first.map { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A } == true
            && token.utf8.allSatisfy { byte in
                byte == 0x5F || byte == 0x2D || (byte >= 0x30 && byte <= 0x39)
                    || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A)
            }
        return isPlain
            ? token : "'\(token.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
    }
}

/// The lines of a YAML text, changed at the places that its nodes name.
private struct Lines {
    private var lines: [String]
    private let ending: String
    /// As it is spelt in this text.
    private let key: String

    init(_ text: String, key: String) {
        self.key = key
        self.ending = text.contains("\r\n") ? "\r\n" : "\n"
        self.lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    }

    var text: String { self.lines.joined(separator: self.ending) }

    mutating func prepend(_ line: String) {
        let place = self.lines.firstIndex { !$0.hasPrefix("#") && !$0.hasPrefix("%") && !$0.hasPrefix("---") } ?? 0
        self.lines.insert(line, at: place)
    }

    mutating func append(_ added: [String]) {
        while self.lines.last?.isEmpty == true { self.lines.removeLast() }
        self.lines += added + [""]
    }

    /// Changes the value of the token's key of a mapping, or adds the key in front of its first one.
    mutating func set(_ value: String, in mapping: Node.Mapping, indent: String) throws {
        if let (key, node) = mapping.first(where: { $0.key.string == self.key }) {
            try self.replace(node, of: key, with: value)
            return
        }
        guard let first = mapping.first?.key.mark, self.lines.indices.contains(first.line - 1) else {
            throw Self.refusal
        }
        // Something else than blanks in front of the first key: the mapping is in braces.
        if !self.lines[first.line - 1].prefix(first.column - 1).allSatisfy({ $0 == " " }) {
            self.insert("\(self.key): \(value), ", line: first.line, column: first.column)
        } else {
            self.lines.insert("\(indent)\(self.key): \(value)", at: first.line - 1)
        }
    }

    /// Makes `entry` the first and only one of the mapping that is empty so far behind `key`.
    mutating func begin(_ entry: String, under key: Node) throws {
        guard let mark = key.mark, self.lines.indices.contains(mark.line - 1) else { throw Self.refusal }
        var line = self.lines[mark.line - 1]
        if let braces = line.firstRange(of: "{}") {
            line.removeSubrange(braces)
            self.lines[mark.line - 1] = line
        }
        self.lines.insert(String(repeating: " ", count: mark.column + 3) + entry, at: mark.line)
    }

    private mutating func replace(_ node: Node, of key: Node, with value: String) throws {
        guard case .scalar(let scalar) = node, let keyMark = key.mark, let mark = node.mark else { throw Self.refusal }
        if scalar.string.isEmpty, scalar.style == .plain {
            self.insert(" \(value)", line: keyMark.line, column: keyMark.column + self.key.count + 1)
            return
        }
        guard self.lines.indices.contains(mark.line - 1) else { throw Self.refusal }
        let line = self.lines[mark.line - 1].unicodeScalars
        guard let start = line.index(line.startIndex, offsetBy: mark.column - 1, limitedBy: line.endIndex) else {
            throw Self.refusal
        }
        let spelling: String
        switch scalar.style {
        case .singleQuoted: spelling = "'\(scalar.string)'"
        case .doubleQuoted: spelling = "\"\(scalar.string)\""
        default: spelling = scalar.string
        }
        guard line[start...].starts(with: spelling.unicodeScalars),
            let end = line.index(start, offsetBy: spelling.unicodeScalars.count, limitedBy: line.endIndex)
        else { throw Self.refusal }
        self.lines[mark.line - 1] = String(line[..<start]) + value + String(line[end...])
    }

    private mutating func insert(_ text: String, line: Int, column: Int) {
        guard self.lines.indices.contains(line - 1) else { return }
        var scalars = self.lines[line - 1].unicodeScalars
        let place = scalars.index(scalars.startIndex, offsetBy: column - 1, limitedBy: scalars.endIndex)
        scalars.insert(contentsOf: text.unicodeScalars, at: place ?? scalars.endIndex)
        self.lines[line - 1] = String(scalars)
    }

    private static let refusal = TokenEdit.Refusal(
        description: "is written in a form that cannot be edited safely; put the token in by hand"
    )
}
