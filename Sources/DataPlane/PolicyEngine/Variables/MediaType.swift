/// A `Content-Type`, taken apart (RFC 9110 §8.3.1).
struct MediaType: Equatable {
    /// `type/subtype` in small letters, without parameters; empty where the field was.
    let essence: String
    /// Names in small letters, values as sent (quotes removed), in order; a name that comes again is ignored.
    let parameters: [(name: String, value: String)]

    static func == (left: MediaType, right: MediaType) -> Bool {
        left.essence == right.essence && left.parameters.elementsEqual(right.parameters, by: ==)
    }

    init(_ field: String) {
        var rest = Substring(field).utf8
        self.essence = Self.take(&rest, until: UInt8(ascii: ";")).trimmed.lowercasedASCII
        var parameters: [(name: String, value: String)] = []
        while !rest.isEmpty {
            let name = Self.take(&rest, until: UInt8(ascii: "=")).trimmed.lowercasedASCII
            let value = Self.takeValue(&rest)
            guard !name.isEmpty, !parameters.contains(where: { $0.name == name }) else { continue }
            parameters.append((name, value))
        }
        self.parameters = parameters
    }

    /// What stands before the next `mark`, which is passed over.
    private static func take(_ rest: inout Substring.UTF8View, until mark: UInt8) -> Substring {
        let taken = rest.prefix { $0 != mark }
        rest = rest.dropFirst(taken.count + 1)
        return Substring(taken)
    }

    /// A token, or a quoted string with its escapes resolved; the semicolon behind it is passed over.
    private static func takeValue(_ rest: inout Substring.UTF8View) -> String {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard rest.first == UInt8(ascii: "\"") else { return self.take(&rest, until: UInt8(ascii: ";")).trimmed }
        rest = rest.dropFirst()
        var value: [UInt8] = []
        while let next = rest.popFirst(), next != UInt8(ascii: "\"") {
            if next == UInt8(ascii: "\\"), let escaped = rest.popFirst() {
                value.append(escaped)
            } else {
                value.append(next)
            }
        }
        _ = self.take(&rest, until: UInt8(ascii: ";"))
        return String(decoding: value, as: UTF8.self)
    }
}
