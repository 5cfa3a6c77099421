import Expression

/// `req.headers` and its kin: a map from names in small letters to lists of values, one value for each line, found by a
/// name in any case (`spec/expressions.md` 4.10).
///
/// It shows the head as it was when it was made; the exchange makes another after each change.
final class HeaderMap: MapView {
    private let names: [String]
    private let values: [Value]

    init(_ head: ExchangeHead) {
        var lists: [String: [String]] = [:]
        head.forEachField { line in
            switch line {
            case .received(let field):
                lists[head.received.lowercasedName(of: field), default: []].append(head.received.text(field.value))
            case .added(let name, let value):
                lists[name, default: []].append(value)
            }
        }
        // HTTP/2 may split one Cookie field into crumbs (RFC 9113 §8.2.3); policies see the whole.
        if let crumbs = lists["cookie"], crumbs.count > 1 { lists["cookie"] = [crumbs.joined(separator: "; ")] }
        self.names = lists.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        self.values = self.names.map { .list((lists[$0] ?? []).map(Value.string)) }
    }

    var count: Int { self.names.count }

    func value(forKey key: Value) -> Value? {
        self.position(of: key).map { self.values[$0] }
    }

    func hasKey(_ key: Value) -> Bool {
        self.position(of: key) != nil
    }

    func entry(at position: Int) -> (key: Value, value: Value) {
        (.string(self.names[position]), self.values[position])
    }

    private func position(of key: Value) -> Int? {
        guard case .string(let name) = key else { return nil }
        return self.names.firstIndex { $0.equalsIgnoringCase(name) }
    }
}
