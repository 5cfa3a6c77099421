/// A map that holds its entries, in the order in which they were put in.
package final class LiteralMap: MapView {
    /// Where looking at each key is faster than hashing the one that is sought.
    private static let fewEntries = 4

    private let keys: [Value]
    private let values: [Value]
    /// The positions of the keys; empty while there are few.
    private let positions: [MapKey: Int]

    /// A map of entries whose keys are all different.
    ///
    /// - Throws: where two keys are equal, or a key is no `int`, `uint`, `string` or `bool`.
    package convenience init(_ entries: [(key: Value, value: Value)]) throws(EvaluationError) {
        var builder = LiteralMapBuilder(capacity: entries.count)
        for (key, value) in entries {
            try builder.insert(value, for: key)
        }
        self.init(builder)
    }

    /// A map of members with names; of two with one name the last one counts, as in JSON.
    package convenience init(members: [(name: String, value: Value)]) {
        var builder = LiteralMapBuilder(capacity: members.count)
        for (name, value) in members {
            builder.replace(value, forName: name)
        }
        self.init(builder)
    }

    init(_ builder: LiteralMapBuilder) {
        self.keys = builder.keys
        self.values = builder.values
        self.positions = builder.keys.count > Self.fewEntries ? builder.positions : [:]
    }

    package var count: Int { self.keys.count }

    package func value(forKey key: Value) -> Value? {
        self.position(of: key).map { self.values[$0] }
    }

    package func hasKey(_ key: Value) -> Bool {
        self.position(of: key) != nil
    }

    package func entry(at position: Int) -> (key: Value, value: Value) {
        (self.keys[position], self.values[position])
    }

    private func position(of key: Value) -> Int? {
        guard self.positions.isEmpty else { return MapKey(key).flatMap { self.positions[$0] } }
        if case .string(let name) = key { return self.position(ofName: name) }
        guard let sought = MapKey(key) else { return nil }
        return self.keys.firstIndex { MapKey($0) == sought }
    }

    private func position(ofName name: String) -> Int? {
        self.keys.firstIndex { key in
            if case .string(let text) = key { StringOrder.areEqual(text, name) } else { false }
        }
    }
}

/// A map that is being made.
struct LiteralMapBuilder {
    fileprivate(set) var keys: [Value] = []
    fileprivate(set) var values: [Value] = []
    fileprivate var positions: [MapKey: Int] = [:]

    init(capacity: Int = 0) {
        self.keys.reserveCapacity(capacity)
        self.values.reserveCapacity(capacity)
        self.positions.reserveCapacity(capacity)
    }

    func hasKey(_ key: Value) -> Bool {
        MapKey(key).map { self.positions[$0] != nil } ?? false
    }

    /// - Throws: where there is such a key already, or the value can't be a key.
    mutating func insert(_ value: Value, for key: Value) throws(EvaluationError) {
        if case .double = key { throw Self.notAKey(key) }
        guard let mapKey = MapKey(key) else { throw Self.notAKey(key) }
        guard self.positions.updateValue(self.keys.count, forKey: mapKey) == nil else {
            throw EvaluationError(.duplicateKey(key.briefText))
        }
        self.keys.append(key)
        self.values.append(value)
    }

    fileprivate mutating func replace(_ value: Value, forName name: String) {
        guard let mapKey = MapKey(.string(name)) else { return }
        if let position = self.positions[mapKey] {
            self.values[position] = value
        } else {
            self.positions[mapKey] = self.keys.count
            self.keys.append(.string(name))
            self.values.append(value)
        }
    }

    private static func notAKey(_ key: Value) -> EvaluationError {
        EvaluationError(.invalidArgument("keys of maps are int, uint, string or bool, not \(key.typeName.rawValue)"))
    }
}

extension Value {
    /// For messages: the value where it is short and simple, else its type.
    var briefText: String {
        switch self {
        case .null: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .int(let int): "\(int)"
        case .uint(let uint): "\(uint)u"
        case .double(let double): "\(double)"
        case .string(let text): text.utf8.count <= 64 ? text : "\(text.unicodeScalars.prefix(61))..."
        default: self.typeName.rawValue
        }
    }
}
