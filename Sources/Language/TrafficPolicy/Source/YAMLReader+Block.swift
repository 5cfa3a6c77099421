extension YAMLReader {
    /// What surrounds a node that stands outside of brackets.
    struct BlockContext {
        /// The column that the node's lines must lie beyond.
        let parent: Int
        /// Whether the node stands behind a key, on the key's own line: no mapping or list can begin there.
        var isInline = false
        /// Whether a list may lie in the parent's own column, as below a key.
        var allowsListAtParent = false
    }

    /// The key of a mapping.
    struct Key {
        let text: String
        let position: SourcePosition
    }

    /// What stands before a node: `&anchor` and `!!tag`.
    struct Properties {
        var anchor: String?
        /// Whether a tag says that the scalar is a text, whatever it looks like.
        var isText = false
        var areThere = false
    }

    /// Reads the node that begins at the next scalar.
    mutating func blockNode(_ context: BlockContext, depth: Int) throws(PolicyProblem) -> Node {
        let start = self.index
        let properties = try self.properties()
        let node: Node
        if properties.areThere, self.isAtLineEnd {
            node = try self.nodeBelow(context, depth: depth)
        } else {
            // A property in front of a key is the key's.
            if properties.areThere, self.isAtKey { self.index = start }
            node = try self.content(context, properties, depth: depth)
        }
        self.register(node, as: properties.anchor)
        return node
    }

    /// Reads the node of the next lines, null when they are not indented beyond the parent.
    private mutating func nodeBelow(_ context: BlockContext, depth: Int) throws(PolicyProblem) -> Node {
        let start = self.index
        if let column = try self.nextContent() {
            if column > context.parent { return try self.blockNode(BlockContext(parent: context.parent), depth: depth) }
            if context.allowsListAtParent, column == context.parent, self.isAtDash {
                return try self.blockSequence(depth: depth + 1)
            }
        }
        try self.count(at: start)
        return Node(.null, at: self.position(of: start))
    }

    private mutating func content(
        _ context: BlockContext,
        _ properties: Properties,
        depth: Int
    ) throws(PolicyProblem) -> Node {
        if self.isAtDash {
            guard !context.isInline else {
                throw self.problem("a list cannot begin on the line of its key", at: self.index)
            }
            return try self.blockSequence(depth: depth + 1)
        }
        if self.isAtKey {
            guard !context.isInline else {
                throw self.problem("a mapping cannot begin on the line of its key; quote the text?", at: self.index)
            }
            return try self.blockMapping(depth: depth + 1)
        }
        let node: Node
        switch self.peek() {
        case "|", ">": return try self.blockScalar(parent: context.parent)
        case "*": node = try self.alias(depth: depth)
        case "[", "{": node = try self.flowNode(depth: depth)
        case "\"", "'": node = try self.quotedScalar()
        default: return try self.plainScalar(properties, parent: context.parent)
        }
        try self.expectLineEnd()
        return node
    }

    /// Reads the `- item` lines that begin in this column.
    private mutating func blockSequence(depth: Int) throws(PolicyProblem) -> Node {
        let start = self.index
        let column = self.column
        try self.count(at: start)
        try self.checkDepth(depth, at: start)
        var items: [Node] = []
        while true {
            self.index += 1
            items.append(try self.value(BlockContext(parent: column), depth: depth))
            guard let next = try self.nextContent(), next >= column else { break }
            guard next == column else {
                throw self.problem("the line is indented more than the list entries above it", at: self.index)
            }
            guard self.isAtDash else { break }
        }
        return Node(.sequence(items), at: self.position(of: start))
    }

    /// Reads the `key: value` lines that begin in this column.
    private mutating func blockMapping(depth: Int) throws(PolicyProblem) -> Node {
        let start = self.index
        let column = self.column
        try self.count(at: start)
        try self.checkDepth(depth, at: start)
        var entries: [Node.Entry] = []
        var seen: [String: SourcePosition] = [:]
        while true {
            guard self.isAtKey || self.isAtPropertyOfKey else {
                throw self.problem("a key is expected here, as in \"name: value\"", at: self.index)
            }
            let key = try self.key()
            self.skipBlanks()
            self.index += 1
            let context = BlockContext(parent: column, isInline: true, allowsListAtParent: true)
            let value = try self.value(context, depth: depth)
            if try self.isFirst(key, in: &seen) {
                entries.append(Node.Entry(key: key.text, position: key.position, value: value))
            }
            guard let next = try self.nextContent(), next >= column else { break }
            guard next == column else {
                throw self.problem("the line is indented more than the keys above it", at: self.index)
            }
        }
        return Node(.mapping(entries), at: self.position(of: start))
    }

    /// Reads what stands behind a dash or a colon.
    private mutating func value(_ context: BlockContext, depth: Int) throws(PolicyProblem) -> Node {
        let behind = self.index
        self.skipBlanks()
        guard self.isAtLineEnd else { return try self.blockNode(context, depth: depth) }
        self.index = behind
        return try self.nodeBelow(context, depth: depth)
    }
}

// MARK: - Keys and properties

extension YAMLReader {
    var isAtDash: Bool { self.peek() == "-" && self.isSpace(1) }

    private var isAtPropertyOfKey: Bool {
        guard self.peek() == "&" || self.peek() == "!" else { return false }
        var copy = self
        // One that cannot be read is reported when it is.
        return (try? copy.properties()) != nil && copy.isAtKey
    }

    /// Whether a scalar and a colon follow on this line.
    var isAtKey: Bool {
        var ahead = 0
        switch self.peek() {
        case "\"", "'":
            guard let end = self.endOfQuoted() else { return false }
            ahead = end
            while [" ", "\t"].contains(self.peek(ahead)) { ahead += 1 }
            return self.peek(ahead) == ":" && self.isSpace(ahead + 1)
        case "[", "{", "|", ">", "#", "&", "!", "%", "@", "`", "]", "}", ",", "\0", "\n": return false
        default: break
        }
        while self.peek(ahead) != "\n", self.peek(ahead) != "\0" {
            if self.peek(ahead) == ":", self.isSpace(ahead + 1) { return true }
            if self.peek(ahead) == "#", self.isSpace(ahead - 1), ahead > 0 { return false }
            ahead += 1
        }
        return false
    }

    /// How far behind the quote the quoted text ends on this line; nil when it doesn't.
    private func endOfQuoted() -> Int? {
        let quote = self.peek()
        var ahead = 1
        while self.peek(ahead) != "\n", self.peek(ahead) != "\0" {
            if self.peek(ahead) == quote {
                guard quote == "'", self.peek(ahead + 1) == quote else { return ahead + 1 }
                ahead += 1
            } else if quote == "\"", self.peek(ahead) == "\\" {
                ahead += 1
            }
            ahead += 1
        }
        return nil
    }

    private mutating func key() throws(PolicyProblem) -> Key {
        let properties = try self.properties()
        let start = self.index
        let node: Node
        switch self.peek() {
        case "\"", "'": node = try self.quotedScalar()
        case "*": node = try self.alias(depth: 0)
        default: node = try self.plainKey()
        }
        self.register(node, as: properties.anchor)
        guard node.height == 0 else { throw self.problem("a key must be a name, not a list or a mapping", at: start) }
        return Key(text: node.source.text, position: self.position(of: start))
    }

    /// Reads the scalar up to its colon.
    private mutating func plainKey() throws(PolicyProblem) -> Node {
        let start = self.index
        try self.checkPlainStart(isInFlow: false)
        var text = ScalarBuilder()
        while !(self.peek() == ":" && self.isSpace(1)) {
            text.append(self.peek(), from: self.index, in: self)
            self.index += 1
        }
        text.removeTrailingBlanks()
        return Node(.string, at: self.position(of: start), source: text.source(in: self, start: start))
    }

    mutating func properties() throws(PolicyProblem) -> Properties {
        var properties = Properties()
        while true {
            switch self.peek() {
            case "&": properties.anchor = try self.anchorName()
            case "!": properties.isText = try self.tag()
            default: return properties
            }
            properties.areThere = true
            self.skipBlanks()
        }
    }

    /// Reads a tag.
    ///
    /// - Returns: whether it makes a text of its scalar.
    private mutating func tag() throws(PolicyProblem) -> Bool {
        let start = self.index
        while !self.isSpace(), ![",", "[", "]", "{", "}"].contains(self.peek()) { self.index += 1 }
        switch String(String.UnicodeScalarView(self.scalars[start..<self.index])) {
        case "!", "!!str": return true
        case "!!null", "!!bool", "!!int", "!!float", "!!seq", "!!map": return false
        case let tag: throw self.problem("the tag \"\(tag)\" has no meaning here", at: start)
        }
    }
}
