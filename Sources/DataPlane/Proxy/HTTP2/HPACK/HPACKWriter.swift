package import NIOCore

/// Writes header blocks: names by number where both sides know them, values as they are.
///
/// It keeps no table of its own and codes nothing by Huffman: a response's fields are few, and what that would save is
/// less than the time it takes. A peer's bound on the table is kept by itself.
package enum HPACKWriter {
    /// Appends a status.
    static func writeStatus(_ status: Int, into buffer: inout ByteBuffer) {
        let index: UInt8? =
            switch status {
            case 200: 8
            case 204: 9
            case 206: 10
            case 304: 11
            case 400: 12
            case 404: 13
            case 500: 14
            default: nil
            }
        if let index {
            buffer.writeInteger(0x80 | index)
            return
        }
        let digits = UInt32(status)
        buffer.writeMultipleIntegers(
            UInt8(0x08),
            UInt8(3),
            UInt8(truncatingIfNeeded: 0x30 + digits / 100 % 10),
            UInt8(truncatingIfNeeded: 0x30 + digits / 10 % 10),
            UInt8(truncatingIfNeeded: 0x30 + digits % 10)
        )
    }

    /// Appends a field, the letters of its name made small. `isSecret` asks everyone on the way not to keep it.
    package static func writeField(
        name: UnsafeRawBufferPointer,
        value: UnsafeRawBufferPointer,
        isSecret: Bool = false,
        into buffer: inout ByteBuffer
    ) {
        let kind: UInt8 = isSecret ? 0x10 : 0
        let index = StaticTable.index(ofName: name)
        if index > 0 {
            Self.writeInteger(index, prefix: 4, kind: kind, into: &buffer)
        } else {
            buffer.writeInteger(kind)
            Self.writeInteger(name.count, prefix: 7, kind: 0, into: &buffer)
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: name.count) { memory in
                for index in 0..<name.count { memory[index] = FieldName.lower(name[index]) }
                return name.count
            }
        }
        Self.writeInteger(value.count, prefix: 7, kind: 0, into: &buffer)
        buffer.writeBytes(value)
    }

    static func writeInteger(_ value: Int, prefix: Int, kind: UInt8, into buffer: inout ByteBuffer) {
        let mask = (1 << prefix) - 1
        guard value >= mask else {
            buffer.writeInteger(kind | UInt8(truncatingIfNeeded: value))
            return
        }
        buffer.writeInteger(kind | UInt8(truncatingIfNeeded: mask))
        var rest = value - mask
        while rest >= 0x80 {
            buffer.writeInteger(UInt8(truncatingIfNeeded: rest & 0x7F | 0x80))
            rest >>= 7
        }
        buffer.writeInteger(UInt8(truncatingIfNeeded: rest))
    }
}
