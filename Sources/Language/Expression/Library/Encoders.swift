import Foundation

extension StandardLibrary {
    /// The encoders extension, and its methods of strings.
    static let encoders: [FunctionDeclaration] = [
        FunctionDeclaration(
            "base64.encode",
            summary: "The bytes as base64 of the standard alphabet, padded.",
            examples: ["base64.encode(b'hello') == 'aGVsbG8='"],
            overloads: [.function(Base64.encode)]
        ),
        FunctionDeclaration(
            "base64.decode",
            summary: "The bytes of base64 of the standard alphabet, with its padding or without.",
            examples: ["base64.decode('aGVsbG8=') == b'hello'", "base64.decode('aGVsbG8') == b'hello'"],
            overloads: [.function(Base64.decode)]
        ),
        FunctionDeclaration(
            "encodeBase64",
            summary: "The string's UTF-8 as base64 of the standard alphabet, padded.",
            examples: ["'hello'.encodeBase64() == 'aGVsbG8='"],
            overloads: [.method(Base64.encodeText)]
        ),
        FunctionDeclaration(
            "decodeBase64",
            summary: "The string of which the UTF-8 was encoded; an error where it is no base64, or no UTF-8.",
            examples: ["'aGVsbG8='.decodeBase64() == 'hello'"],
            overloads: [.method(Base64.decodeText)]
        ),
    ]
}

private enum Base64 {
    static func encode(_ bytes: [UInt8], _ run: Evaluation) throws(EvaluationError) -> String {
        try run.admit(bytes: (bytes.count + 2) / 3 * 4)
        return Data(bytes).base64EncodedString()
    }

    static func decode(_ text: String, _ run: Evaluation) throws(EvaluationError) -> [UInt8] {
        try run.charge(bytes: text.utf8.count)
        let padding = text.utf8.count % 4 == 0 ? 0 : 4 - text.utf8.count % 4
        let hasPadding = text.utf8.last == UInt8(ascii: "=")
        let padded = hasPadding ? text : text + String(repeating: "=", count: padding)
        guard let data = Data(base64Encoded: padded) else { throw .invalid("not base64: \(excerpt(text))") }
        return Array(data)
    }

    static func encodeText(_ text: String, _ run: Evaluation) throws(EvaluationError) -> String {
        try self.encode(Array(text.utf8), run)
    }

    static func decodeText(_ text: String, _ run: Evaluation) throws(EvaluationError) -> String {
        guard let decoded = String(validating: try self.decode(text, run), as: UTF8.self) else {
            throw .invalid("what was encoded is no UTF-8: \(excerpt(text))")
        }
        return decoded
    }
}
