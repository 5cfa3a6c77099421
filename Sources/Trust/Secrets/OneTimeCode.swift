private import Crypto
private import Foundation
package import Model

/// The codes of a second factor: six digits, new ones every 30 seconds (RFC 6238 with HMAC-SHA-1, which is what the
/// programs on people's phones make).
package struct OneTimeCode: Sendable {
    private static let secretBytes = 20
    private static let period: Int64 = 30
    /// Codes of so many steps before and after are good too: clocks differ.
    private static let tolerance: Int64 = 1

    private let secret: [UInt8]

    /// A new secret.
    package init() {
        var random = SystemRandom()
        self.secret = (0..<Self.secretBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    package init(secret: [UInt8]) {
        self.secret = secret
    }

    package var bytes: [UInt8] { self.secret }

    /// The secret as people type it in: base32 (RFC 4648 §6).
    package var base32: Secret {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var text: [UInt8] = []
        var (buffer, count): (UInt32, UInt32) = (0, 0)
        for byte in self.secret {
            buffer = buffer << 8 | UInt32(byte)
            count += 8
            while count >= 5 {
                count -= 5
                text.append(digits[Int(buffer >> count & 31)])
            }
            buffer &= (1 << count) - 1
        }
        if count > 0 { text.append(digits[Int(buffer << (5 - count) & 31)]) }
        return Secret(String(decoding: text, as: UTF8.self))
    }

    /// What a program on a phone reads: `otpauth://…`.
    package func uri(issuer: String, account: String) -> Secret {
        let issuer = Self.encoded(issuer)
        return Secret(
            "otpauth://totp/\(issuer):\(Self.encoded(account))?secret=\(self.base32.reveal())&issuer=\(issuer)"
                + "&algorithm=SHA1&digits=6&period=30"
        )
    }

    /// The code of the step that holds `time`, in seconds since 1970.
    package func code(at time: Int64) -> String { self.code(step: time / Self.period) }

    /// The step whose code `text` is, if it is one of those around `time` and later than `last`, whose code was used.
    /// Takes as long for a near miss as for a far one.
    package func step(of text: Secret, at time: Int64, after last: Int64) -> Int64? {
        var found: Int64?
        let now = time / Self.period
        for step in (now - Self.tolerance)...(now + Self.tolerance) where Secret(self.code(step: step)).equals(text) {
            found = step
        }
        return found.flatMap { $0 > last ? $0 : nil }
    }

    private func code(step: Int64) -> String {
        let counter = withUnsafeBytes(of: UInt64(bitPattern: step).bigEndian) { Array($0) }
        let mac = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: self.secret))
        )
        // RFC 4226 §5.3: the last half byte says where the four bytes are.
        let offset = Int(mac[mac.count - 1] & 15)
        let number = mac[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let digits = String(number % 1_000_000)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & ~0x20) || "-._".utf8.contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
