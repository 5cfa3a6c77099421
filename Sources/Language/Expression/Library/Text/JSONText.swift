import Foundation

/// Values as JSON (RFC 8259), compact, with the keys of objects in the order of their code points.
package enum JSONText {
    /// How deep lists and maps may stand in each other, written and read.
    package static let maximumDepth = 128

    /// Writes a value.
    ///
    /// - Throws: where it has none in JSON (NaN, infinity, a type), is nested too deeply, or is over the run's bounds.
    package static func encode(_ value: Value, _ run: Evaluation) throws(EvaluationError) -> String {
        var output: [UInt8] = []
        try self.append(value, to: &output, run, depth: 0)
        return String(decoding: output, as: UTF8.self)
    }

    private static func append(
        _ value: Value,
        to output: inout [UInt8],
        _ run: Evaluation,
        depth: Int
    ) throws(EvaluationError) {
        try run.charge(1)
        guard depth < self.maximumDepth else {
            throw .invalid("JSON: a value nested more than \(self.maximumDepth) deep")
        }
        switch value {
        case .null: output += "null".utf8
        case .bool(let bool): output += (bool ? "true" : "false").utf8
        case .int(let int): output += String(int).utf8
        case .uint(let uint): output += String(uint).utf8
        case .double(let double):
            guard double.isFinite else { throw .invalid("JSON has no \(NumberText.text(double))") }
            output += NumberText.text(double).utf8
        case .string(let text): try self.append(text, to: &output, run)
        case .bytes(let bytes): try self.append(Data(bytes).base64EncodedString(), to: &output, run)
        case .timestamp(let moment): try self.append(moment.text, to: &output, run)
        case .duration(let span): try self.append(span.text, to: &output, run)
        case .list(let elements): try self.append(elements, to: &output, run, depth)
        case .map(let map): try self.append(map, to: &output, run, depth)
        case .optional(let box) where box.wrapped != nil:
            try self.append(box.wrapped ?? .null, to: &output, run, depth: depth + 1)
        case .type, .optional:
            throw .invalid("JSON has no \(value.typeName.rawValue)")
        }
        try run.admit(resultBytes: output.count)
    }

    private static func append(
        _ elements: [Value],
        to output: inout [UInt8],
        _ run: Evaluation,
        _ depth: Int
    ) throws(EvaluationError) {
        output.append(UInt8(ascii: "["))
        for (position, element) in elements.enumerated() {
            if position > 0 { output.append(UInt8(ascii: ",")) }
            try self.append(element, to: &output, run, depth: depth + 1)
        }
        output.append(UInt8(ascii: "]"))
    }

    private static func append(
        _ map: any MapView,
        to output: inout [UInt8],
        _ run: Evaluation,
        _ depth: Int
    ) throws(EvaluationError) {
        output.append(UInt8(ascii: "{"))
        for (position, entry) in try MapEntries.sorted(map, run).enumerated() {
            if position > 0 { output.append(UInt8(ascii: ",")) }
            try self.append(entry.key, to: &output, run)
            output.append(UInt8(ascii: ":"))
            try self.append(entry.value, to: &output, run, depth: depth + 1)
        }
        output.append(UInt8(ascii: "}"))
    }

    private static func append(
        _ text: String,
        to output: inout [UInt8],
        _ run: Evaluation
    ) throws(EvaluationError) {
        try run.admit(resultBytes: output.count + text.utf8.count)
        try run.charge(bytes: text.utf8.count)
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
            case 0x08: output += "\\b".utf8
            case 0x09: output += "\\t".utf8
            case 0x0A: output += "\\n".utf8
            case 0x0C: output += "\\f".utf8
            case 0x0D: output += "\\r".utf8
            case ..<0x20: output += "\\u00\(Hexadecimal.text(of: [byte]))".utf8
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
