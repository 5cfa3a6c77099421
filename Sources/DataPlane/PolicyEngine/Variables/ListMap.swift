import Expression

/// A map from names to lists of values: parameters of a query, cookies. Names are told apart by their bytes and stand in
/// the order in which they first occur.
final class ListMap: MapView {
    private let names: [String]
    private let lists: [[Value]]
    private let positions: [ByteText: Int]

    init(_ pairs: [(name: String, value: Value)]) {
        var names: [String] = []
        var lists: [[Value]] = []
        var positions: [ByteText: Int] = [:]
        for (name, value) in pairs {
            if let position = positions[ByteText(name)] {
                lists[position].append(value)
            } else {
                positions[ByteText(name)] = names.count
                names.append(name)
                lists.append([value])
            }
        }
        self.names = names
        self.lists = lists
        self.positions = positions
    }

    /// The values of a name; empty where there are none.
    subscript(name: String) -> [Value] { self.positions[ByteText(name)].map { self.lists[$0] } ?? [] }

    func contains(_ name: String) -> Bool { self.positions[ByteText(name)] != nil }

    var count: Int { self.names.count }

    func value(forKey key: Value) -> Value? {
        guard case .string(let name) = key else { return nil }
        return self.positions[ByteText(name)].map { .list(self.lists[$0]) }
    }

    func hasKey(_ key: Value) -> Bool {
        guard case .string(let name) = key else { return false }
        return self.contains(name)
    }

    func entry(at position: Int) -> (key: Value, value: Value) {
        (.string(self.names[position]), .list(self.lists[position]))
    }
}

/// A text as a key that equals what has the same bytes. As `String`, "é" in its two spellings would be one key.
private struct ByteText: Hashable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (left: ByteText, right: ByteText) -> Bool { left.text.hasSameBytes(as: right.text) }

    func hash(into hasher: inout Hasher) {
        var text = self.text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
