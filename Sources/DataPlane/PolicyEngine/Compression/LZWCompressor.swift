import NIOCore

/// compress: the format of `.Z` files, codes of 9 to 16 bits, block mode.
///
/// Phrases that were seen get codes of their own; a code is as wide as the newest needs. Codes of one width stand in
/// groups of eight, and a group is filled up where the width changes or the table is cleared. Clearing is also the only
/// way to reach a full byte, so a flush costs the table: what is flushed often is compressed little.
///
/// Holds 768 KiB.
final class LZWCompressor: BodyCompressor {
    private static let narrowest = 9
    private static let widest = 16
    private static let clear: UInt32 = 256
    private static let first: UInt32 = 257

    private var table = PhraseTable()
    private var codes = CodeWriter()
    /// The code of the bytes that wait for a longer phrase.
    private var phrase: UInt32?
    private var isStarted = false

    func write(_ bytes: UnsafeRawBufferPointer, _ boundary: CompressionBoundary, to output: inout ByteBuffer) {
        if !self.isStarted {
            self.isStarted = true
            // The magic number, then block mode and the widest code.
            output.writeBytes([0x1F, 0x9D, 0x80 | UInt8(Self.widest)])
        }
        for byte in bytes { self.take(byte, &output) }
        switch boundary {
        case .flush:
            guard let phrase = self.phrase else { return }
            self.phrase = nil
            self.emit(phrase, &output)
            self.clear(&output)
        case .end:
            if let phrase = self.phrase { self.emit(phrase, &output) }
            self.phrase = nil
            self.codes.finish(&output)
        }
    }

    private func take(_ byte: UInt8, _ output: inout ByteBuffer) {
        guard let phrase = self.phrase else {
            self.phrase = UInt32(byte)
            return
        }
        if let longer = self.table.code(of: phrase, byte) {
            self.phrase = longer
            return
        }
        self.emit(phrase, &output)
        self.phrase = UInt32(byte)
        self.table.add(phrase, byte)
        // A full table would stay as it is while the data changes; a new one costs little.
        if self.table.isFull { self.clear(&output) }
    }

    private func emit(_ code: UInt32, _ output: inout ByteBuffer) {
        self.codes.write(code, &output)
        // The decoder is one phrase behind, and so looks at the same number here.
        if self.table.next > self.codes.widestCode, self.codes.width < Self.widest {
            self.codes.fillGroup(&output)
            self.codes.width += 1
        }
    }

    private func clear(_ output: inout ByteBuffer) {
        self.codes.write(Self.clear, &output)
        self.codes.fillGroup(&output)
        self.codes.width = Self.narrowest
        self.table.removeAll()
    }
}

extension LZWCompressor {
    /// Codes as bits, the lowest first.
    private struct CodeWriter {
        var width = LZWCompressor.narrowest
        /// Of the group that is being written.
        private var codesInGroup = 0
        private var bits: UInt64 = 0
        private var bitCount = 0

        var widestCode: UInt32 { 1 << UInt32(self.width) - 1 }

        mutating func write(_ code: UInt32, _ output: inout ByteBuffer) {
            self.bits |= UInt64(code) << UInt64(self.bitCount)
            self.bitCount += self.width
            self.codesInGroup = (self.codesInGroup + 1) % 8
            while self.bitCount >= 8 {
                output.writeInteger(UInt8(truncatingIfNeeded: self.bits))
                self.bits >>= 8
                self.bitCount -= 8
            }
        }

        /// Fills the group with zeros, which the decoder passes over.
        mutating func fillGroup(_ output: inout ByteBuffer) {
            while self.codesInGroup != 0 { self.write(0, &output) }
        }

        /// Writes what is left of a byte.
        mutating func finish(_ output: inout ByteBuffer) {
            guard self.bitCount > 0 else { return }
            output.writeInteger(UInt8(truncatingIfNeeded: self.bits))
            self.bits = 0
            self.bitCount = 0
        }
    }

    /// The phrases that have codes, found by the code of all but the last byte and that byte.
    private struct PhraseTable {
        private static let slotBits = 17
        private static let limit: UInt32 = 1 << UInt32(LZWCompressor.widest)

        /// Generation, prefix and byte in 8, 16 and 8 bits; 0 for an empty slot. Slots of other generations are empty.
        private var keys = [UInt32](repeating: 0, count: 1 << slotBits)
        private var codes = [UInt16](repeating: 0, count: 1 << slotBits)
        private var generation: UInt32 = 1
        /// The code of the next phrase.
        private(set) var next = LZWCompressor.first

        var isFull: Bool { self.next == Self.limit }

        func code(of prefix: UInt32, _ byte: UInt8) -> UInt32? {
            let (slot, isFound) = self.slot(of: self.key(prefix, byte))
            return isFound ? UInt32(self.codes[slot]) : nil
        }

        /// Gives the next code to a phrase that has none.
        mutating func add(_ prefix: UInt32, _ byte: UInt8) {
            let key = self.key(prefix, byte)
            let (slot, _) = self.slot(of: key)
            self.keys[slot] = key
            self.codes[slot] = UInt16(self.next)
            self.next += 1
        }

        mutating func removeAll() {
            self.next = LZWCompressor.first
            self.generation += 1
            guard self.generation > 0xFF else { return }
            self.generation = 1
            for slot in self.keys.indices { self.keys[slot] = 0 }
        }

        private func key(_ prefix: UInt32, _ byte: UInt8) -> UInt32 {
            self.generation << 24 | prefix << 8 | UInt32(byte)
        }

        /// Where the key stands, or would. There are twice as many slots as codes, so that an empty one is near.
        private func slot(of key: UInt32) -> (Int, isFound: Bool) {
            var slot = Int((key &* 0x9E37_79B1) >> UInt32(32 - Self.slotBits))
            while true {
                let found = self.keys[slot]
                if found == key { return (slot, true) }
                // Of another generation, or never used: nothing of this generation stands behind it.
                if found >> 24 != self.generation { return (slot, false) }
                slot = (slot + 1) & (self.keys.count - 1)
            }
        }
    }
}
