/// Checksums that are no cryptography.
enum Checksums {
    /// Tables of a reflected polynomial, for a byte at a time.
    private static func table<Word: FixedWidthInteger & UnsignedInteger>(_ polynomial: Word) -> [Word] {
        (0..<256).map { index in
            (0..<8).reduce(Word(index)) { word, _ in
                word & 1 == 1 ? word >> 1 ^ polynomial : word >> 1
            }
        }
    }

    private static let table32 = table(0xEDB8_8320 as UInt32)
    private static let table64 = table(0xD800_0000_0000_0000 as UInt64)

    /// The IEEE polynomial, as zlib and Ethernet have it.
    static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let table = self.table32
        return ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }

    /// The ISO 3309 polynomial, reflected, beginning and ending with all ones.
    static func crc64(_ bytes: some Sequence<UInt8>) -> UInt64 {
        let table = self.table64
        return ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }
}

/// XXH64 with the seed 0 (the xxHash specification, "XXH64 algorithm description").
enum XXHash64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    static func hash(_ bytes: [UInt8]) -> UInt64 {
        var position = 0
        var hash = bytes.count >= 32 ? self.stripes(bytes, &position) : self.prime5
        hash &+= UInt64(bytes.count)
        while bytes.count - position >= 8 {
            hash ^= self.round(0, self.word(bytes, position, count: 8))
            hash = self.rotate(hash, 27) &* self.prime1 &+ self.prime4
            position += 8
        }
        if bytes.count - position >= 4 {
            hash ^= self.word(bytes, position, count: 4) &* self.prime1
            hash = self.rotate(hash, 23) &* self.prime2 &+ self.prime3
            position += 4
        }
        for byte in bytes[position...] {
            hash ^= UInt64(byte) &* self.prime5
            hash = self.rotate(hash, 11) &* self.prime1
        }
        return self.avalanche(hash)
    }

    private static func stripes(_ bytes: [UInt8], _ position: inout Int) -> UInt64 {
        var lanes = [self.prime1 &+ self.prime2, self.prime2, 0, 0 &- self.prime1]
        while bytes.count - position >= 32 {
            for lane in 0..<4 {
                lanes[lane] = self.round(lanes[lane], self.word(bytes, position + lane * 8, count: 8))
            }
            position += 32
        }
        let start =
            self.rotate(lanes[0], 1) &+ self.rotate(lanes[1], 7) &+ self.rotate(lanes[2], 12)
            &+ self.rotate(lanes[3], 18)
        return lanes.reduce(start) { ($0 ^ self.round(0, $1)) &* self.prime1 &+ self.prime4 }
    }

    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        self.rotate(lane &+ input &* self.prime2, 31) &* self.prime1
    }

    private static func avalanche(_ hash: UInt64) -> UInt64 {
        var hash = hash
        hash = (hash ^ hash >> 33) &* self.prime2
        hash = (hash ^ hash >> 29) &* self.prime3
        return hash ^ hash >> 32
    }

    private static func rotate(_ word: UInt64, _ places: UInt64) -> UInt64 {
        word << places | word >> (64 - places)
    }

    /// Little-endian.
    private static func word(_ bytes: [UInt8], _ position: Int, count: Int) -> UInt64 {
        (0..<count).reversed().reduce(0) { $0 << 8 | UInt64(bytes[position + $1]) }
    }
}
