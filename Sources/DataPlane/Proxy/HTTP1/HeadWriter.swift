internal import NIOCore

/// Writes into memory that was measured beforehand. What would not fit traps: it is our own arithmetic that is wrong.
struct HeadWriter {
    private let memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory
    }

    @inline(__always)
    mutating func write(_ text: StaticString) {
        self.write(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { self.write($0) }
    }

    @inline(__always)
    mutating func write(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.write(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }

    @inline(__always)
    private mutating func write(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= self.memory.count &- self.count)
        guard let source = bytes.baseAddress, let target = self.memory.baseAddress else { return }
        (target + self.count).copyMemory(from: source, byteCount: bytes.count)
        self.count &+= bytes.count
    }

    /// Writes decimal digits, twenty at most.
    mutating func write(_ number: UInt64) {
        var divisor: UInt64 = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            withUnsafeBytes(of: UInt8(truncatingIfNeeded: 0x30 + number / divisor % 10)) { self.write($0) }
            divisor /= 10
        }
    }
}

extension HeadWriter {
    /// Copies the field lines that are kept: lines that stand together as one run, or, where lines are irregular, one
    /// by one with the white space and the ends that they should have. `end` is where the last field line ends; `isKept`
    /// tells whether a line that the table keeps is to be copied.
    @inline(__always)
    mutating func write(
        _ fields: borrowing FieldTable,
        from bytes: UnsafeRawBufferPointer,
        end: Int,
        where isKept: (FieldSlot) -> Bool
    ) {
        guard fields.count > 0 else { return }
        if fields.isIrregular {
            for index in 0..<fields.count {
                let slot = fields[index]
                guard !slot.isDropped, isKept(slot) else { continue }
                self.writeLine(slot, from: bytes)
            }
            return
        }
        var run = Int(fields[0].nameOffset)
        for index in 0..<fields.count {
            let slot = fields[index]
            if !slot.isDropped, isKept(slot) { continue }
            let start = Int(slot.nameOffset)
            if start > run { self.write(bytes, run..<start) }
            run = index &+ 1 < fields.count ? Int(fields[index &+ 1].nameOffset) : end
        }
        if end > run { self.write(bytes, run..<end) }
    }

    /// Writes one field as a line of its own.
    mutating func writeLine(_ slot: FieldSlot, from bytes: UnsafeRawBufferPointer) {
        self.write(bytes, slot.name)
        self.write(": ")
        self.write(bytes, slot.value)
        self.write("\r\n")
    }
}

extension ByteBuffer {
    /// Lets `body` write up to `bound` bytes.
    @inline(__always)
    mutating func writeHead(upTo bound: Int, _ body: (inout HeadWriter) -> Void) {
        self.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { memory in
            var writer = HeadWriter(memory)
            body(&writer)
            return writer.count
        }
    }
}
