import Crypto

/// Names of what the operator makes (`spec/kubernetes.md` 4).
enum ObjectNames {
    /// The longest name that is also good for the value of a label.
    static let longest = 63

    /// `text` as the name of an object: what a name may not have is replaced, what is too long ends in a hash.
    static func object(_ text: String) -> String {
        let legal = text.lowercased().replacing("*", with: "wildcard").unicodeScalars.map { scalar -> Character in
            self.isLegal(scalar) ? Character(scalar) : "-"
        }
        let name = self.shortened(self.trimmed(String(legal)), of: text)
        return name.isEmpty ? "default" : name
    }

    /// The one label of an internal host, or of a name of an object: no dots.
    static func label(_ parts: [String]) -> String {
        let text = parts.joined(separator: "-").replacing(".", with: "-")
        return self.shortened(text, of: text)
    }

    /// The first digits of the SHA-256 of `text`, in hexadecimal.
    static func hash(_ text: String, digits: Int) -> String {
        String(SHA256.hash(data: Array(text.utf8)).map { self.hex($0) }.joined().prefix(digits))
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
    }

    private static func shortened(_ name: String, of text: String) -> String {
        guard name.utf8.count > self.longest else { return name }
        return self.trimmed(String(name.prefix(54))) + "-" + self.hash(text, digits: 8)
    }

    private static func trimmed(_ name: String) -> String {
        let edge: (Character) -> Bool = { $0 == "-" || $0 == "." }
        var name = name[...]
        while name.first.map(edge) ?? false { name.removeFirst() }
        while name.last.map(edge) ?? false { name.removeLast() }
        return String(name)
    }

    private static func isLegal(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "0"..."9", ".", "-": true
        default: false
        }
    }
}
