/// The text of a configuration file, read by the program and bounded here.
package struct SettingsFile: Sendable {
    /// The largest configuration file.
    package static let maxBytes = 1 << 20

    package let path: String
    package let text: String

    package init(path: String, text: String) throws(SettingsError) {
        try self.init(path: path, bytes: Array(text.utf8))
    }

    /// - Throws: when there are more than `maxBytes`, or they are not UTF-8; the place of the first byte that isn't.
    package init(path: String, bytes: [UInt8]) throws(SettingsError) {
        guard bytes.count <= Self.maxBytes else {
            throw SettingsError([
                SettingsProblem(at: SettingPlace(.file(path)), "is larger than 1 MiB, which no configuration needs")
            ])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let (line, column) = Self.firstInvalid(in: bytes)
            throw SettingsError([
                SettingsProblem(at: SettingPlace(.file(path), line: line, column: column), "is not UTF-8 here")
            ])
        }
        self.path = path
        self.text = text
    }

    private static func firstInvalid(in bytes: [UInt8]) -> (line: Int, column: Int) {
        var (line, column) = (1, 1)
        var iterator = bytes.makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        while case .valid(let encoded) = parser.parseScalar(from: &iterator) {
            if encoded.elementsEqual([0x0A]) {
                (line, column) = (line + 1, 1)
            } else {
                column += 1
            }
        }
        return (line, column)
    }
}
