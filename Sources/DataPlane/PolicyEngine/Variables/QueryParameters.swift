/// The parameters of a query, decoded (WHATWG URL, `application/x-www-form-urlencoded`): names in the order in which
/// they first occur, each with its values in order. Names are case-sensitive.
struct QueryParameters {
    private(set) var names: [String] = []
    private var lists: [String: [String]] = [:]

    /// - Parameter query: without `?`. An escape that is none stands for itself.
    init(_ query: String) {
        for (name, value) in Self.pairs(query) {
            if self.lists[name] == nil { self.names.append(name) }
            self.lists[name, default: []].append(value)
        }
    }

    /// Names and values in order, decoded, of a query without `?`. An escape that is none stands for itself.
    static func pairs(_ query: String) -> [(name: String, value: String)] {
        query.utf8.split(separator: UInt8(ascii: "&")).map { part in
            let equals = part.firstIndex(of: UInt8(ascii: "="))
            let name = Self.decode(part[..<(equals ?? part.endIndex)])
            return (name, equals.map { Self.decode(part[part.index(after: $0)...]) } ?? "")
        }
    }

    subscript(name: String) -> [String]? { self.lists[name] }

    /// `+` is a space, `%XX` a byte; bytes that are no UTF-8 become U+FFFD.
    private static func decode(_ text: Substring.UTF8View) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == .percent, let second = rest.dropFirst().first, let first = rest.first,
                let decoded = UInt8(hex: first, second)
            {
                bytes.append(decoded)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
