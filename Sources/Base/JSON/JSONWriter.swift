/// Where the text of JSON values is written, as UTF-8.
package protocol JSONOutput {
    mutating func write(json text: Substring)
    mutating func write(json byte: UInt8)
}

extension [UInt8]: JSONOutput {
    package mutating func write(json text: Substring) {
        self += text.utf8
    }

    package mutating func write(json byte: UInt8) {
        self.append(byte)
    }
}

extension JSONValue {
    /// Appends the value's text, without any whitespace.
    package func write(into output: inout some JSONOutput) {
        switch self {
        case .null: output.write(json: "null")
        case .bool(true): output.write(json: "true")
        case .bool(false): output.write(json: "false")
        case .integer(let number): output.write(json: String(number)[...])
        case .number(let text): output.write(json: text[...])
        case .string(let text): output.writeJSONString(text)
        case .array(let values): Self.write(values, into: &output)
        case .object(let object): object.write(into: &output)
        }
    }

    /// The value's text as UTF-8.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        self.write(into: &bytes)
        return bytes
    }

    /// The value's text.
    package var text: String { String(decoding: self.bytes, as: UTF8.self) }

    private static func write(_ values: [JSONValue], into output: inout some JSONOutput) {
        output.write(json: UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { output.write(json: UInt8(ascii: ",")) }
            value.write(into: &output)
        }
        output.write(json: UInt8(ascii: "]"))
    }
}

extension JSONObject {
    /// Appends the object's text, without any whitespace.
    package func write(into output: inout some JSONOutput) {
        output.write(json: UInt8(ascii: "{"))
        for (index, member) in self.members.enumerated() {
            if index > 0 { output.write(json: UInt8(ascii: ",")) }
            output.writeJSONString(member.key)
            output.write(json: UInt8(ascii: ":"))
            member.value.write(into: &output)
        }
        output.write(json: UInt8(ascii: "}"))
    }
}

extension JSONOutput {
    /// Appends `text` in quotes, escaped where JSON asks for it and nowhere else.
    package mutating func writeJSONString(_ text: String) {
        self.write(json: UInt8(ascii: "\""))
        let bytes = text.utf8
        var start = bytes.startIndex
        while let place = bytes[start...].firstIndex(where: \.needsJSONEscape) {
            self.write(json: text[start..<place])
            self.writeJSONEscape(of: bytes[place])
            start = bytes.index(after: place)
        }
        self.write(json: text[start...])
        self.write(json: UInt8(ascii: "\""))
    }

    private mutating func writeJSONEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): self.write(json: "\\\"")
        case UInt8(ascii: "\\"): self.write(json: "\\\\")
        case 0x08: self.write(json: "\\b")
        case 0x09: self.write(json: "\\t")
        case 0x0A: self.write(json: "\\n")
        case 0x0C: self.write(json: "\\f")
        case 0x0D: self.write(json: "\\r")
        default: self.write(json: ("\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16))[...])
        }
    }
}

extension UInt8 {
    fileprivate var needsJSONEscape: Bool { self < 0x20 || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") }
}
