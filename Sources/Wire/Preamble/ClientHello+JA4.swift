import Crypto

extension ClientHello {
    /// The JA4 fingerprint of the client (FoxIO, "JA4: TLS client fingerprinting"): what it offers, without the order in
    /// which it offers it, so that clients that shuffle keep theirs.
    package var ja4: String {
        let suites = self.cipherSuites.filter { !Self.isMadeUp($0) }
        let extensions = self.extensions.filter { !Self.isMadeUp($0) }
        let start =
            "t" + self.versionText + (extensions.contains(Self.serverName) ? "d" : "i")
            + Self.count(suites.count) + Self.count(extensions.count) + self.protocolText
        let others = extensions.filter { $0 != Self.serverName && $0 != Self.applicationProtocols }
        var named = Self.list(others.sorted())
        let algorithms = self.signatureAlgorithms.filter { !Self.isMadeUp($0) }
        if !algorithms.isEmpty { named += "_" + Self.list(algorithms) }
        return [
            start, Self.digest(suites.isEmpty ? "" : Self.list(suites.sorted())),
            Self.digest(extensions.isEmpty ? "" : named),
        ].joined(separator: "_")
    }

    private static let serverName: UInt16 = 0
    private static let applicationProtocols: UInt16 = 16

    private var versionText: String {
        switch self.newestVersion {
        case 0x0304: "13"
        case 0x0303: "12"
        case 0x0302: "11"
        case 0x0301: "10"
        case 0x0300: "s3"
        default: "00"
        }
    }

    /// First and last byte of the first protocol, or of its hexadecimal digits where one of the two is no letter or digit.
    private var protocolText: String {
        guard let first = self.firstApplicationProtocol.first, let last = self.firstApplicationProtocol.last else {
            return "00"
        }
        if Self.isLetterOrDigit(first), Self.isLetterOrDigit(last) {
            return String(decoding: [first, last], as: UTF8.self)
        }
        return String(first >> 4, radix: 16) + String(last & 15, radix: 16)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    /// Two digits.
    private static func count(_ count: Int) -> String {
        let count = min(count, 99)
        return count < 10 ? "0\(count)" : "\(count)"
    }

    private static func list(_ numbers: [UInt16]) -> String {
        numbers.map { number in
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 4 - digits.count) + digits
        }.joined(separator: ",")
    }

    /// The first twelve digits of the SHA-256 of a text; zeros for none.
    private static func digest(_ text: String) -> String {
        guard !text.isEmpty else { return String(repeating: "0", count: 12) }
        return SHA256.hash(data: Array(text.utf8)).prefix(6).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
