/// The Huffman code of HPACK (RFC 7541 §5.2, Appendix B).
///
/// The code is canonical: codes of one length follow each other in the order of their symbols, and those of the next
/// length follow them. The lengths alone say all of it.
final class HuffmanCode: Sendable {
    static let shared = HuffmanCode()

    /// Bits of the code of each byte; the last is the end of the string, which must not be sent.
    private static let lengths: [UInt8] = [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28,
        28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6,
        6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8,
        7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7,
        7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23,
        24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22,
        23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25,
        26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24,
        20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
        27, 27, 27, 26, 30,
    ]
    private static let endOfString: UInt16 = 256
    private static let longest = 30
    /// Codes of up to so many bits are found by one look.
    private static let quickBits = 9

    /// By the next nine bits: the symbol and, in the upper half, its length; 0 where the code is longer.
    private let quick: [UInt32]
    /// By length: the first code, and how many there are.
    private let first: [UInt32]
    private let count: [UInt32]
    /// By length: where the symbols begin in `symbols`.
    private let start: [Int]
    private let symbols: [UInt16]

    private init() {
        let order = Self.lengths.indices.sorted { (Self.lengths[$0], $0) < (Self.lengths[$1], $1) }
        var quick = [UInt32](repeating: 0, count: 1 << Self.quickBits)
        var first = [UInt32](repeating: 0, count: Self.longest + 1)
        var count = first
        var start = [Int](repeating: 0, count: Self.longest + 1)
        var code: UInt32 = 0
        var previous = 0
        for (position, symbol) in order.enumerated() {
            let length = Int(Self.lengths[symbol])
            code <<= UInt32(length - previous)
            if length != previous {
                first[length] = code
                start[length] = position
                previous = length
            }
            count[length] += 1
            if length <= Self.quickBits {
                let spare = Self.quickBits - length
                for rest in 0..<(1 << spare) {
                    quick[Int(code) << spare | rest] = UInt32(length) << 16 | UInt32(symbol)
                }
            }
            code += 1
        }
        self.quick = quick
        self.first = first
        self.count = count
        self.start = start
        self.symbols = order.map { UInt16($0) }
    }

    /// Writes what `bytes` stand for at the start of `target`, which has room for eight fifths of them.
    ///
    /// - Returns: how many bytes were written; nil where `bytes` are no right code.
    func decode(_ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int? {
        var written = 0
        var held: UInt64 = 0
        var bits = 0
        for byte in bytes {
            held = held << 8 | UInt64(byte)
            bits += 8
            while let (symbol, length) = self.next(held, bits) {
                guard symbol != Self.endOfString else { return nil }
                target[written] = UInt8(truncatingIfNeeded: symbol)
                written &+= 1
                bits &-= length
            }
        }
        // What is left is the beginning of the end of the string: ones, and less than a byte.
        let padding = (UInt64(1) << UInt64(bits)) &- 1
        guard bits < 8, held & padding == padding else { return nil }
        return written
    }

    /// The symbol whose code the first of the last `bits` bits of `held` are; nil while it is not whole.
    @inline(__always)
    private func next(_ held: UInt64, _ bits: Int) -> (UInt16, Int)? {
        let window =
            bits >= Self.quickBits ? held >> UInt64(bits &- Self.quickBits) : held << UInt64(Self.quickBits &- bits)
        let entry = self.quick[Int(window & 0x1FF)]
        if entry != 0 {
            let length = Int(entry >> 16)
            return length <= bits ? (UInt16(truncatingIfNeeded: entry), length) : nil
        }
        var length = Self.quickBits + 1
        while length <= Self.longest, length <= bits {
            let code = UInt32(truncatingIfNeeded: held >> UInt64(bits &- length)) & ((1 << UInt32(length)) &- 1)
            let offset = code &- self.first[length]
            if code >= self.first[length], offset < self.count[length] {
                return (self.symbols[self.start[length] &+ Int(offset)], length)
            }
            length &+= 1
        }
        return nil
    }
}
