import Expression

/// `vars`: what `set-vars` has set in the phase that runs, in that order. Immutable; each change makes another.
final class PhaseVariables: MapView {
    /// What all values of one phase may take, in bytes (`spec/traffic-policy.md` 4.23).
    static let byteLimit = 256 << 10

    private let entries: [(name: String, value: Value)]
    let bytes: Int

    static let none = PhaseVariables([], bytes: 0)

    private init(_ entries: [(name: String, value: Value)], bytes: Int) {
        self.entries = entries
        self.bytes = bytes
    }

    /// With `value` for `name`, which may be there already; nil where that takes more memory than variables may.
    func setting(_ name: String, to value: Value) -> PhaseVariables? {
        var entries = self.entries
        var bytes = self.bytes + name.utf8.count + value.weight
        if let index = entries.firstIndex(where: { $0.name.hasSameBytes(as: name) }) {
            bytes -= name.utf8.count + entries[index].value.weight
            entries[index].value = value
        } else {
            entries.append((name, value))
        }
        return bytes <= Self.byteLimit ? PhaseVariables(entries, bytes: bytes) : nil
    }

    var count: Int { self.entries.count }

    func value(forKey key: Value) -> Value? {
        guard case .string(let name) = key else { return nil }
        return self.entries.first { $0.name.hasSameBytes(as: name) }?.value
    }

    func hasKey(_ key: Value) -> Bool { self.value(forKey: key) != nil }

    func entry(at position: Int) -> (key: Value, value: Value) {
        (.string(self.entries[position].name), self.entries[position].value)
    }
}

extension Value {
    /// About how many bytes the value takes.
    var weight: Int {
        let own = MemoryLayout<Value>.size
        switch self {
        case .string(let text): return own + text.utf8.count
        case .bytes(let bytes): return own + bytes.count
        case .list(let elements): return elements.reduce(own) { $0 + $1.weight }
        case .map(let map):
            return (0..<map.count).reduce(own) { sum, position in
                let entry = map.entry(at: position)
                return sum + entry.key.weight + entry.value.weight
            }
        case .optional(let box): return own + (box.wrapped?.weight ?? 0)
        case .null, .bool, .int, .uint, .double, .timestamp, .duration, .type: return own
        }
    }
}

extension String {
    /// Equality of expressions: by code points. Swift's own takes "é" and "e" with an accent for the same.
    func hasSameBytes(as other: String) -> Bool {
        self.utf8.count == other.utf8.count && self.utf8.elementsEqual(other.utf8)
    }
}
