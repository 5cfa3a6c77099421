/// The head of a request or a response while policies run on it: what was received, and what actions have changed.
///
/// Names are in small letters throughout. What was received is never rewritten: removals and additions are kept beside
/// it, and the proxy writes the head with them (``forEachField(_:)``), the untouched lines byte for byte as they came.
package struct ExchangeHead {
    package let received: HeadSnapshot
    /// Whether each received field was removed; empty while none was.
    private var removed: [Bool] = []
    private var added: [(name: String, value: String)] = []
    /// Grows with each change, so that what was made of the fields is known to be stale.
    private(set) var generation = 0

    package init(_ received: HeadSnapshot) {
        self.received = received
    }

    /// Whether an action changed anything.
    package var isEdited: Bool { self.generation > 0 }

    /// The lines that actions have added, where they have changed nothing else; nil where a received one is gone.
    package var additions: [(name: String, value: String)]? { self.removed.isEmpty ? self.added : nil }

    /// The number of field lines.
    var count: Int { self.received.fields.count - self.removed.count(where: \.self) + self.added.count }

    private func isRemoved(_ index: Int) -> Bool { !self.removed.isEmpty && self.removed[index] }
}

// MARK: - Reading

extension ExchangeHead {
    /// A field line as it will be sent on.
    package enum Line {
        /// As it came: ranges in the snapshot's bytes.
        case received(HeadSnapshot.Field)
        case added(name: String, value: String)
    }

    /// Every field line in order: the received ones that are left, then the added ones.
    package func forEachField(_ body: (Line) -> Void) {
        for (index, field) in self.received.fields.enumerated() where !self.isRemoved(index) {
            body(.received(field))
        }
        for line in self.added { body(.added(name: line.name, value: line.value)) }
    }

    /// Whether there is a field of this name, which is in small letters.
    package func contains(_ name: String) -> Bool {
        for (index, field) in self.received.fields.enumerated()
        where !self.isRemoved(index) && self.received.isNamed(field, name) {
            return true
        }
        return self.added.contains { $0.name == name }
    }

    /// The value of the first field of this name, which is in small letters; nil where there is none.
    package func first(_ name: String) -> String? {
        for (index, field) in self.received.fields.enumerated()
        where !self.isRemoved(index) && self.received.isNamed(field, name) {
            return self.received.text(field.value)
        }
        return self.added.first { $0.name == name }?.value
    }

    /// The value that an action has given to this name, which is in small letters; nil where none has.
    package func added(_ name: String) -> String? { self.added.first { $0.name == name }?.value }

    /// The values of the fields of this name, one for each line; not split at commas.
    package func values(_ name: String) -> [String] {
        var values: [String] = []
        for (index, field) in self.received.fields.enumerated()
        where !self.isRemoved(index) && self.received.isNamed(field, name) {
            values.append(self.received.text(field.value))
        }
        for line in self.added where line.name == name { values.append(line.value) }
        return values
    }

    /// The names that occur, each once, sorted: the order in which maps of headers are gone through.
    var names: [String] {
        var names: Set<String> = []
        self.forEachField { line in
            switch line {
            case .received(let field): names.insert(self.received.lowercasedName(of: field))
            case .added(let name, _): names.insert(name)
            }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

// MARK: - Changing

extension ExchangeHead {
    /// Adds a field line behind those that are there. The name is in small letters; name and value were checked.
    package mutating func add(_ name: String, _ value: String) {
        self.added.append((name, value))
        self.generation += 1
    }

    /// Removes every field of this name, which is in small letters.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    package mutating func remove(_ name: String) -> Bool {
        var isFound = false
        for (index, field) in self.received.fields.enumerated()
        where !self.isRemoved(index) && self.received.isNamed(field, name) {
            if self.removed.isEmpty {
                self.removed = Array(repeating: false, count: self.received.fields.count)
            }
            self.removed[index] = true
            isFound = true
        }
        let before = self.added.count
        self.added.removeAll { $0.name == name }
        isFound = isFound || self.added.count < before
        if isFound { self.generation += 1 }
        return isFound
    }

    /// Leaves one field of this name.
    package mutating func set(_ name: String, _ value: String) {
        self.remove(name)
        self.add(name, value)
    }
}
