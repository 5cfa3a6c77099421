import Foundation

/// SHA-256 (FIPS 180-4) of a few bytes, so that these tests need no cryptography to be built.
struct SHA256Digest {
    private var state: [UInt32]
    private let constants: [UInt32]

    init(of message: [UInt8]) {
        let primes = (2...311).filter { number in !(2..<number).contains { number.isMultiple(of: $0) } }.map(
            Double.init
        )
        self.state = primes.prefix(8).map { Self.fraction($0.squareRoot()) }
        self.constants = primes.map { Self.fraction(cbrt($0)) }
        var padded = message + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        padded += withUnsafeBytes(of: UInt64(message.count * 8).bigEndian, Array.init)
        for start in stride(from: 0, to: padded.count, by: 64) { self.mix(padded[start..<start + 64]) }
    }

    var base64: String {
        Data(self.state.flatMap { withUnsafeBytes(of: $0.bigEndian, Array.init) }).base64EncodedString()
    }

    /// The first 32 bits behind the point.
    private static func fraction(_ value: Double) -> UInt32 {
        UInt32((value - value.rounded(.down)) * 4_294_967_296)
    }

    private mutating func mix(_ block: ArraySlice<UInt8>) {
        func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }
        let bytes = Array(block)
        var words = (0..<16).map { index in bytes[index * 4..<index * 4 + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<64 {
            let (early, late) = (words[index - 15], words[index - 2])
            let first = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3
            let second = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10
            words.append(words[index - 16] &+ first &+ words[index - 7] &+ second)
        }
        var v = self.state
        for index in 0..<64 {
            let sum = rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)
            let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
            let first = v[7] &+ sum &+ choice &+ self.constants[index] &+ words[index]
            let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
            let second = (rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)) &+ majority
            v = [first &+ second, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
        }
        for index in 0..<8 { self.state[index] = self.state[index] &+ v[index] }
    }
}
