import Events
import Foundation

/// Hides values of members in JSON by their names. The text may be cut, or none: what has no name is left as it is, and
/// nothing is asked of it but where strings begin and end.
struct JSONMask {
    private let names: SecretNames
    private let bytes: [UInt8]
    private var at = 0
    private var output: [UInt8] = []
    /// From here on nothing is in the output yet.
    private var kept = 0

    init(_ names: SecretNames, _ bytes: [UInt8]) {
        self.names = names
        self.bytes = bytes
    }

    /// Nil where nothing is hidden.
    mutating func masked() -> [UInt8]? {
        while self.at < self.bytes.count {
            guard self.bytes[self.at] == UInt8(ascii: "\"") else {
                self.at += 1
                continue
            }
            let text = self.string()
            self.skipBlanks()
            guard self.at < self.bytes.count, self.bytes[self.at] == UInt8(ascii: ":") else { continue }
            self.at += 1
            guard self.names.hides(Self.name(text)) else { continue }
            self.skipBlanks()
            self.hideValue()
        }
        guard self.kept > 0 else { return nil }
        self.output += self.bytes[self.kept...]
        return self.output
    }

    /// What stands in quotes from here on, which is left behind.
    private mutating func string() -> ArraySlice<UInt8> {
        let start = self.at + 1
        self.at = start
        while self.at < self.bytes.count {
            switch self.bytes[self.at] {
            case UInt8(ascii: "\""):
                self.at += 1
                return self.bytes[start..<(self.at - 1)]
            case UInt8(ascii: "\\"): self.at = min(self.at + 2, self.bytes.count)
            default: self.at += 1
            }
        }
        return self.bytes[start...]
    }

    private static func name(_ text: ArraySlice<UInt8>) -> String {
        let plain = String(decoding: text, as: UTF8.self)
        guard text.contains(UInt8(ascii: "\\")) else { return plain }
        return (try? JSONDecoder().decode(String.self, from: Data("\"\(plain)\"".utf8))) ?? plain
    }

    private mutating func skipBlanks() {
        while self.at < self.bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(self.bytes[self.at]) { self.at += 1 }
    }

    /// Puts the mask in the place of the value that begins here, whatever it is.
    private mutating func hideValue() {
        let start = self.at
        self.skipValue()
        // Nothing stands there, or nothing that tells anything.
        guard self.at > start, !self.bytes[start..<self.at].elementsEqual("null".utf8) else { return }
        self.output += self.bytes[self.kept..<start]
        self.output += "\"\(TrafficMask.text)\"".utf8
        self.kept = self.at
    }

    private mutating func skipValue() {
        var depth = 0
        while self.at < self.bytes.count {
            switch self.bytes[self.at] {
            case UInt8(ascii: "\""):
                _ = self.string()
                if depth == 0 { return }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                self.at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // Of what the value stands in.
                guard depth > 0 else { return }
                depth -= 1
                self.at += 1
                if depth == 0 { return }
            case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D:
                guard depth > 0 else { return }
                self.at += 1
            default: self.at += 1
            }
        }
    }
}
