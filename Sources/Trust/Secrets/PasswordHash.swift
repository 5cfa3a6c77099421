private import Crypto
private import CryptoExtras
private import Foundation
package import Model

/// What is kept of a password: its hash by scrypt (RFC 7914), which takes memory and time to guess by.
///
/// What it costs stands with each hash, so that it can be raised: older hashes stay good.
package struct PasswordHash: Codable, Sendable, Hashable {
    /// 2^15 blocks of 1 KiB three times over, 32 MiB in all: one of the settings that OWASP's Password Storage Cheat Sheet
    /// calls equal.
    private static let standard = (logRounds: 15, blockSize: 8, parallelism: 3)
    private static let hashBytes = 32
    private static let saltBytes = 16

    private let logRounds: Int
    private let blockSize: Int
    private let parallelism: Int
    private let salt: Data
    private let hash: Data

    /// Takes some tenths of a second of a thread.
    ///
    /// - Parameters:
    ///   - password: what is hashed.
    ///   - logRounds: the binary logarithm of the rounds; nil for what is usual. Tests take fewer.
    package init(of password: Secret, logRounds: Int? = nil) {
        var random = SystemRandom()
        let salt = Data((0..<Self.saltBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) })
        self.logRounds = logRounds ?? Self.standard.logRounds
        self.blockSize = Self.standard.blockSize
        self.parallelism = Self.standard.parallelism
        self.salt = salt
        self.hash =
            Self.derive(password, salt, self.logRounds, self.blockSize, self.parallelism)
            ?? Data(repeating: 0, count: 1)
    }

    /// Whether `password` is the one that was hashed. Takes as long for one that is not.
    package func matches(_ password: Secret) -> Bool {
        // A hash of another length is of no password: it stands where none could be made.
        guard self.hash.count == Self.hashBytes, (1...20).contains(self.logRounds),
            let found = Self.derive(password, self.salt, self.logRounds, self.blockSize, self.parallelism)
        else { return false }
        return zip(found, self.hash).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func derive(
        _ password: Secret,
        _ salt: Data,
        _ logRounds: Int,
        _ blockSize: Int,
        _ parallelism: Int
    ) -> Data? {
        // It fails where there is not the memory, or the numbers are none: then nothing matches.
        try? KDF.Scrypt.deriveKey(
            from: Array(password.reveal().utf8),
            salt: salt,
            outputByteCount: Self.hashBytes,
            rounds: 1 << logRounds,
            blockSize: blockSize,
            parallelism: parallelism
        ).withUnsafeBytes { Data($0) }
    }
}
