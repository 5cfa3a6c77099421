/// How the methods of strings work. Positions are code points.
enum Strings {
    // MARK: Characters and positions

    static func charAt(_ text: String, _ position: Int64, _ run: Evaluation) throws(EvaluationError) -> String {
        let index = try self.index(position, in: text, run)
        return index == text.endIndex ? "" : String(text.unicodeScalars[index])
    }

    static func indexOf(_ text: String, _ part: String, _ run: Evaluation) throws(EvaluationError) -> Int64 {
        try self.indexOfFrom(text, part, 0, run)
    }

    static func indexOfFrom(
        _ text: String,
        _ part: String,
        _ start: Int64,
        _ run: Evaluation
    ) throws(EvaluationError) -> Int64 {
        let from = try self.index(start, in: text, run)
        let bytes = Array(text.utf8[from...])
        guard let offset = TextSearch.firstOffset(of: Array(part.utf8), in: bytes[...]) else { return -1 }
        return start + self.codePoints(in: bytes[..<offset])
    }

    static func lastIndexOf(_ text: String, _ part: String, _ run: Evaluation) throws(EvaluationError) -> Int64 {
        try run.charge(bytes: text.utf8.count)
        let bytes = Array(text.utf8)
        guard let offset = TextSearch.lastOffset(of: Array(part.utf8), in: bytes[...]) else { return -1 }
        return self.codePoints(in: bytes[..<offset])
    }

    static func lastIndexOfUpTo(
        _ text: String,
        _ part: String,
        _ last: Int64,
        _ run: Evaluation
    ) throws(EvaluationError) -> Int64 {
        let index = try self.index(last, in: text, run)
        // What begins at `last` or before ends within as many bytes as it has.
        let end = text.utf8.distance(from: text.startIndex, to: index) + part.utf8.count
        let bytes = Array(text.utf8.prefix(end))
        guard let offset = TextSearch.lastOffset(of: Array(part.utf8), in: bytes[...]) else { return -1 }
        return self.codePoints(in: bytes[..<offset])
    }

    /// The place of a position; charges for walking there.
    private static func index(
        _ position: Int64,
        in text: String,
        _ run: Evaluation
    ) throws(EvaluationError) -> String.Index {
        try run.charge(bytes: text.utf8.count)
        guard let index = text.codePointIndex(position) else { throw .invalid("index out of range: \(position)") }
        return index
    }

    private static func codePoints(in bytes: ArraySlice<UInt8>) -> Int64 {
        bytes.reduce(into: 0) { count, byte in
            if byte & 0xC0 != 0x80 { count += 1 }
        }
    }

    // MARK: Parts

    static func substringFrom(_ text: String, _ start: Int64, _ run: Evaluation) throws(EvaluationError) -> String {
        try String(text[self.index(start, in: text, run)...])
    }

    static func substring(
        _ text: String,
        _ start: Int64,
        _ end: Int64,
        _ run: Evaluation
    ) throws(EvaluationError) -> String {
        guard start <= end else { throw .invalid("invalid substring range: start \(start), end \(end)") }
        let from = try self.index(start, in: text, run)
        return try String(text[from..<self.index(end, in: text, run)])
    }

    static func trim(_ text: String, _ run: Evaluation) throws(EvaluationError) -> String {
        try run.charge(bytes: text.utf8.count)
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }

    static func reverse(_ text: String, _ run: Evaluation) throws(EvaluationError) -> String {
        try run.admit(bytes: text.utf8.count)
        var reversed = String.UnicodeScalarView()
        reversed.append(contentsOf: text.unicodeScalars.reversed())
        return String(reversed)
    }

    // MARK: Case

    static func lowerAscii(_ text: String, _ run: Evaluation) throws(EvaluationError) -> String {
        try self.mapBytes(of: text, run) { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }

    static func upperAscii(_ text: String, _ run: Evaluation) throws(EvaluationError) -> String {
        try self.mapBytes(of: text, run) { (0x61...0x7A).contains($0) ? $0 & ~0x20 : $0 }
    }

    static func lower(_ text: String, _ run: Evaluation) throws(EvaluationError) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return try self.lowerAscii(text, run) }
        return try self.mapScalars(of: text, run) { $0.simpleLowercase }
    }

    static func upper(_ text: String, _ run: Evaluation) throws(EvaluationError) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return try self.upperAscii(text, run) }
        return try self.mapScalars(of: text, run) { $0.simpleUppercase }
    }

    private static func mapBytes(
        of text: String,
        _ run: Evaluation,
        _ transform: (UInt8) -> UInt8
    ) throws(EvaluationError) -> String {
        let count = text.utf8.count
        try run.admit(bytes: count)
        return String(unsafeUninitializedCapacity: count) { buffer in
            buffer.initialize(fromContentsOf: text.utf8.lazy.map(transform))
        }
    }

    private static func mapScalars(
        of text: String,
        _ run: Evaluation,
        _ transform: (Unicode.Scalar) -> Unicode.Scalar
    ) throws(EvaluationError) -> String {
        // The properties of a scalar take longer to find than a byte to copy.
        try run.charge(text.utf8.count / 16)
        var mapped = String.UnicodeScalarView()
        mapped.append(contentsOf: text.unicodeScalars.lazy.map(transform))
        let result = String(mapped)
        try run.admit(bytes: result.utf8.count)
        return result
    }

    // MARK: Literals

    static func quote(_ text: String, _ run: Evaluation) throws(EvaluationError) -> String {
        try run.charge(bytes: text.utf8.count)
        var quoted: [UInt8] = [0x22]
        for byte in text.utf8 {
            switch byte {
            case 0x07: quoted += "\\a".utf8
            case 0x08: quoted += "\\b".utf8
            case 0x09: quoted += "\\t".utf8
            case 0x0A: quoted += "\\n".utf8
            case 0x0B: quoted += "\\v".utf8
            case 0x0C: quoted += "\\f".utf8
            case 0x0D: quoted += "\\r".utf8
            case 0x22: quoted += "\\\"".utf8
            case 0x5C: quoted += "\\\\".utf8
            default: quoted.append(byte)
            }
        }
        quoted.append(0x22)
        try run.admit(bytes: quoted.count)
        return String(decoding: quoted, as: UTF8.self)
    }
}
