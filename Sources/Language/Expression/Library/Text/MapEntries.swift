/// The entries of a map in the order of the texts of their keys, by code point: what is written of a map is then the same
/// however it was made.
enum MapEntries {
    /// - Throws: where a key has no text (which no key of the language lacks).
    static func sorted(
        _ map: any MapView,
        _ run: Evaluation
    ) throws(EvaluationError) -> [(key: String, value: Value)] {
        try run.charge(map.count)
        var entries: [(key: String, value: Value)] = []
        entries.reserveCapacity(map.count)
        for position in 0..<map.count {
            let entry = map.entry(at: position)
            entries.append((try self.text(of: entry.key), entry.value))
        }
        // UTF-8 sorts as code points do. Two keys of one text (`1` and `"1"`) keep the map's order.
        entries.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return entries
    }

    private static func text(of key: Value) throws(EvaluationError) -> String {
        switch key {
        case .string(let text): return text
        case .int(let int): return String(int)
        case .uint(let uint): return String(uint)
        case .bool(let bool): return bool ? "true" : "false"
        default: throw .invalid("a map with a key of type \(key.typeName.rawValue)")
        }
    }
}
