extension YAMLReader {
    /// Reads a node within brackets, where indentation has no meaning.
    mutating func flowNode(depth: Int) throws(PolicyProblem) -> Node {
        let properties = try self.properties()
        if properties.areThere { try self.skipFlowSpace() }
        let node: Node
        switch self.peek() {
        case "[": node = try self.flowSequence(depth: depth + 1)
        case "{": node = try self.flowMapping(depth: depth + 1)
        case "\"", "'": node = try self.quotedScalar()
        case "*": node = try self.alias(depth: depth)
        default: node = try self.flowPlainScalar(properties)
        }
        self.register(node, as: properties.anchor)
        return node
    }

    private mutating func flowSequence(depth: Int) throws(PolicyProblem) -> Node {
        let start = self.index
        try self.count(at: start)
        try self.checkDepth(depth, at: start)
        self.index += 1
        var items: [Node] = []
        while try !self.isClosed(by: "]", from: start) {
            let itemStart = self.index
            var item = try self.flowNode(depth: depth)
            try self.skipFlowSpace()
            if self.peek() == ":" {
                // `[name: value]` is a list of a mapping with one entry.
                self.index += 1
                try self.checkDepth(depth + 1, at: itemStart)
                guard item.height == 0 else { throw self.notAKey(at: itemStart) }
                let value = try self.flowValue(depth: depth + 1)
                let position = self.position(of: itemStart)
                item = Node(
                    .mapping([Node.Entry(key: item.source.text, position: position, value: value)]),
                    at: position
                )
            }
            items.append(item)
            try self.endOfFlowEntry(closing: "]", from: start)
        }
        return Node(.sequence(items), at: self.position(of: start))
    }

    private mutating func flowMapping(depth: Int) throws(PolicyProblem) -> Node {
        let start = self.index
        try self.count(at: start)
        try self.checkDepth(depth, at: start)
        self.index += 1
        var entries: [Node.Entry] = []
        var seen: [String: SourcePosition] = [:]
        while try !self.isClosed(by: "}", from: start) {
            let keyStart = self.index
            let node = try self.flowNode(depth: depth)
            guard node.height == 0 else { throw self.notAKey(at: keyStart) }
            let key = Key(text: node.source.text, position: self.position(of: keyStart))
            try self.skipFlowSpace()
            var value = Node(.null, at: self.position(of: self.index))
            if self.peek() == ":" {
                self.index += 1
                value = try self.flowValue(depth: depth)
            }
            if try self.isFirst(key, in: &seen) {
                entries.append(Node.Entry(key: key.text, position: key.position, value: value))
            }
            try self.endOfFlowEntry(closing: "}", from: start)
        }
        return Node(.mapping(entries), at: self.position(of: start))
    }

    /// Reads what stands behind a colon.
    private mutating func flowValue(depth: Int) throws(PolicyProblem) -> Node {
        try self.skipFlowSpace()
        guard ![",", "]", "}"].contains(self.peek()) else {
            try self.count(at: self.index)
            return Node(.null, at: self.position(of: self.index))
        }
        return try self.flowNode(depth: depth)
    }

    /// Moves over the closing bracket when it comes next.
    private mutating func isClosed(by bracket: Unicode.Scalar, from start: Int) throws(PolicyProblem) -> Bool {
        try self.skipFlowSpace()
        switch self.peek() {
        case bracket:
            self.index += 1
            return true
        case "\0": throw self.unclosed(bracket, from: start)
        case ",": throw self.problem("a value is missing before the comma", at: self.index)
        default: return false
        }
    }

    private mutating func endOfFlowEntry(closing bracket: Unicode.Scalar, from start: Int) throws(PolicyProblem) {
        try self.skipFlowSpace()
        switch self.peek() {
        case ",": self.index += 1
        case bracket: break
        case "\0": throw self.unclosed(bracket, from: start)
        default: throw self.problem("\",\" or \"\(bracket)\" is expected here", at: self.index)
        }
    }

    private func unclosed(_ bracket: Unicode.Scalar, from start: Int) -> PolicyProblem {
        let line = self.position(of: start).line
        return self.problem("\"\(bracket)\" is missing; its partner is in line \(line)", at: self.scalars.count)
    }

    private func notAKey(at index: Int) -> PolicyProblem {
        self.problem("a key must be a name, not a list or a mapping", at: index)
    }

    /// Moves over white space, breaks and comments.
    mutating func skipFlowSpace() throws(PolicyProblem) {
        while true {
            self.skipBlanks()
            if self.isAtLineEnd { self.skipLine() }
            guard self.peek() == "\n" else { break }
            self.index += 1
        }
        guard !self.isMarker("---"), !self.isMarker("...") else {
            throw self.problem("the document ends within brackets", at: self.index)
        }
    }
}
