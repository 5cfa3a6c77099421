package import Model

/// A value of a policy document as it is given back: what was written, spelt in one way.
package indirect enum DocumentValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    /// A text that is shown to no one who reads the document.
    case secret(Secret)
    case list([DocumentValue])
    /// In the order of the document.
    case object([Member])

    package struct Member: Sendable {
        package let name: String
        package let value: DocumentValue

        package init(_ name: String, _ value: DocumentValue) {
            self.name = name
            self.value = value
        }
    }

    /// Whether secrets are written as they are, for keeping, or as a mark, for showing.
    package enum Secrecy: Sendable {
        case redacted, revealed
    }

    /// What a scalar without quotes means in a document.
    package init(plainScalar text: String) {
        switch PlainScalar.value(of: text) {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string, .sequence, .mapping: self = .string(text)
        }
    }

    /// What stands in the place of a secret.
    package static let redaction = "[redacted]"

    /// The value as compact JSON.
    ///
    /// Infinity and NaN, which JSON has not, are written as texts.
    package func json(_ secrecy: Secrecy) -> String {
        var json = ""
        self.write(into: &json, secrecy)
        return json
    }

    private func write(into json: inout String, _ secrecy: Secrecy) {
        switch self {
        case .null: json += "null"
        case .bool(let value): json += value ? "true" : "false"
        case .integer(let value): json += "\(value)"
        case .number(let value): json += value.isFinite ? "\(value)" : "\"\(value)\""
        case .string(let text): Self.write(text, into: &json)
        case .secret(let secret): Self.write(secrecy == .revealed ? secret.reveal() : Self.redaction, into: &json)
        case .list(let items):
            json += "["
            for (index, item) in items.enumerated() {
                if index > 0 { json += "," }
                item.write(into: &json, secrecy)
            }
            json += "]"
        case .object(let members):
            json += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { json += "," }
                Self.write(member.name, into: &json)
                json += ":"
                member.value.write(into: &json, secrecy)
            }
            json += "}"
        }
    }

    private static func write(_ text: String, into json: inout String) {
        json += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\n": json += "\\n"
            case "\r": json += "\\r"
            case "\t": json += "\\t"
            // Line separators are legal in JSON and not in scripts that it is pasted into.
            case _ where scalar.value < 0x20, "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: json.unicodeScalars.append(scalar)
            }
        }
        json += "\""
    }
}
