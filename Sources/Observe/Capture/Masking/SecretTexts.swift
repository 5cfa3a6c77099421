import Foundation

/// Texts that nobody may see, looked for wherever they may stand: as they are, and as URLs, forms and JSON write them.
struct SecretTexts {
    /// Shorter ones stand everywhere by chance.
    private static let shortest = 4

    /// The longest first.
    private let forms: [[UInt8]]
    /// Whether one of them begins with a byte.
    private let beginnings: [Bool]

    init(_ texts: [String]) {
        var forms: Set<[UInt8]> = []
        for text in texts where text.utf8.count >= Self.shortest {
            for form in Self.forms(of: text) { forms.insert(Array(form.utf8)) }
        }
        self.forms = forms.sorted { $0.count > $1.count }
        var beginnings = [Bool](repeating: false, count: 256)
        for form in forms { beginnings[Int(form[0])] = true }
        self.beginnings = beginnings
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )

    private static func forms(of text: String) -> [String] {
        let escaped = text.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? text
        let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return [
            text, escaped, escaped.replacing("%20", with: "+"), quoted, quoted.replacing("/", with: "\\/"),
        ]
    }

    /// `text` with the mask where one of them stands. Where it was cut, the beginning of one at its end counts, too.
    func removed(from text: String, isCut: Bool = false) -> String {
        guard !self.forms.isEmpty, let bytes = self.removed(from: Array(text.utf8), isCut: isCut) else { return text }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same for bytes; nil where none stands there. In one go: what has been masked is not looked at again, as the mask
    /// itself may hold what is a secret somewhere.
    func removed(from bytes: [UInt8], isCut: Bool) -> [UInt8]? {
        guard !self.forms.isEmpty else { return nil }
        return bytes.withUnsafeBytes { bytes in
            var output: [UInt8] = []
            // From here on nothing is in the output yet.
            var kept = 0
            var at = 0
            while at < bytes.count {
                guard self.beginnings[Int(bytes[at])], let count = self.match(bytes[at...], isCut: isCut) else {
                    at += 1
                    continue
                }
                output += bytes[kept..<at]
                output += TrafficMask.text.utf8
                at += count
                kept = at
            }
            guard kept > 0 else { return nil }
            output += bytes[kept...]
            return output
        }
    }

    /// How many bytes at the start of `rest` are one of them.
    private func match(_ rest: Slice<UnsafeRawBufferPointer>, isCut: Bool) -> Int? {
        for form in self.forms {
            let count = min(form.count, rest.count)
            guard count == form.count || (isCut && count >= Self.shortest) else { continue }
            if rest.prefix(count).elementsEqual(form.prefix(count)) { return count }
        }
        return nil
    }
}
