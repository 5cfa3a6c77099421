import NIOCore
import Proxy

/// Header blocks by themselves, one behind another with one table: lists keep their bounds, and what they hold reads the same
/// when we have written it.
enum HPACK: FuzzTarget {
    private static let limit = 16 * 1024

    static func check(_ input: FuzzInput) {
        var decoder = HPACKDecoder(tableBytes: 4096)
        let list = FieldList(limit: Self.limit)
        for block in input.pieces where block.count <= 64 * 1024 {
            guard Self.decode(block, with: &decoder, into: list) else { return }
            if !list.isTooLarge { Self.checkWritten(list) }
        }
    }

    private static func decode(_ block: some Collection<UInt8>, with decoder: inout HPACKDecoder, into list: FieldList)
        -> Bool
    {
        Array(block).withUnsafeBytes { bytes in
            do throws(HPACKDecoder.Failure) {
                try decoder.decode(bytes, into: list)
                return true
            } catch {
                return false
            }
        }
    }

    private static func checkWritten(_ list: FieldList) {
        var block = ByteBuffer()
        var wanted: [[UInt8]] = []
        for field in list.fields {
            let name = UnsafeRawBufferPointer(rebasing: list.bytes[field.name])
            let value = UnsafeRawBufferPointer(rebasing: list.bytes[field.value])
            HPACKWriter.writeField(name: name, value: value, into: &block)
            // It makes the letters of names small, as they must be.
            wanted += [name.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }, Array(value)]
        }
        claim(wanted.reduce(0) { $0 + $1.count } + 32 * list.fields.count <= Self.limit, "a list beyond its bound")
        var decoder = HPACKDecoder(tableBytes: 0)
        let again = FieldList(limit: Self.limit)
        claim(Self.decode(block.readableBytesView, with: &decoder, into: again), "what we write is no header block")
        let found = again.fields.flatMap { [Array(again.bytes[$0.name]), Array(again.bytes[$0.value])] }
        claim(found == wanted, "what we write is another list")
    }
}
