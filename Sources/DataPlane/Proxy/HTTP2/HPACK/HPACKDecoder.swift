import NIOCore

/// Reads header blocks (RFC 7541 §3, §6): one for each connection and direction.
///
/// Bytes are passed on as they are: HTTP's field values are bytes, not text. After an error the two tables may differ,
/// so that nothing that follows can be read.
package struct HPACKDecoder {
    /// Something that no right encoder sends; the connection is over.
    package enum Failure: Error, Equatable {
        case index
        case integer
        case string
        case huffman
        case tableSize
    }

    private var table: DynamicTable
    private let huffman = HuffmanCode.shared

    /// - Parameter tableBytes: SETTINGS_HEADER_TABLE_SIZE as it was told to the peer.
    package init(tableBytes: Int) {
        self.table = DynamicTable(limit: tableBytes)
    }

    /// Reads a whole block into `list`, which is emptied before.
    package mutating func decode(_ block: UnsafeRawBufferPointer, into list: FieldList) throws(Failure) {
        list.clear()
        var reader = Reader(block)
        var updates = 0
        var hasFields = false
        while let first = reader.peek {
            if first & 0xE0 == 0x20 {
                // At the beginning of a block alone, and twice at most (§4.2).
                updates += 1
                let size = try reader.integer(prefix: 5)
                guard !hasFields, updates <= 2, size <= self.table.limit else { throw .tableSize }
                self.table.resize(to: size)
                continue
            }
            hasFields = true
            if first & 0x80 != 0 {
                try self.copyIndexed(try reader.integer(prefix: 7), into: list)
            } else {
                let isIndexed = first & 0x40 != 0
                try self.readLiteral(&reader, prefix: isIndexed ? 6 : 4, isIndexed: isIndexed, into: list)
            }
        }
    }

    /// The same for a block that stands in a buffer.
    mutating func decode(_ block: ByteBuffer, into list: FieldList) throws(Failure) {
        let result = block.withUnsafeReadableBytes { bytes -> Result<Void, Failure> in
            do throws(Failure) {
                try self.decode(bytes, into: list)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private func copyIndexed(_ index: Int, into list: FieldList) throws(Failure) {
        guard index > 0 else { throw .index }
        let copied: Void?
        if index <= StaticTable.count {
            copied = StaticTable.withEntry(index) { list.append(name: list.append($0), value: list.append($1)) }
        } else {
            copied = self.table.withEntry(index - StaticTable.count - 1) {
                list.append(name: list.append($0), value: list.append($1))
            }
        }
        guard copied != nil else { throw .index }
    }

    private mutating func readLiteral(
        _ reader: inout Reader,
        prefix: Int,
        isIndexed: Bool,
        into list: FieldList
    ) throws(Failure) {
        let index = try reader.integer(prefix: prefix)
        let name: Range<Int>
        if index == 0 {
            name = try self.readString(&reader, into: list)
        } else if index <= StaticTable.count {
            name = StaticTable.withEntry(index) { name, _ in list.append(name) }
        } else if let copied = self.table.withEntry(index - StaticTable.count - 1, { name, _ in list.append(name) }) {
            name = copied
        } else {
            throw .index
        }
        let value = try self.readString(&reader, into: list)
        if isIndexed {
            let bytes = list.bytes
            self.table.add(
                name: UnsafeRawBufferPointer(rebasing: bytes[name]),
                value: UnsafeRawBufferPointer(rebasing: bytes[value])
            )
        }
        list.append(name: name, value: value)
    }

    private func readString(_ reader: inout Reader, into list: FieldList) throws(Failure) -> Range<Int> {
        guard let first = reader.peek else { throw .string }
        let length = try reader.integer(prefix: 7)
        guard let bytes = reader.take(length) else { throw .string }
        guard first & 0x80 != 0 else { return list.append(bytes) }
        guard let count = self.huffman.decode(bytes, into: list.room) else { throw .huffman }
        return list.advance(by: count)
    }
}

extension HPACKDecoder {
    /// Reads from the front of a block.
    private struct Reader {
        private let bytes: UnsafeRawBufferPointer
        private var at = 0

        init(_ bytes: UnsafeRawBufferPointer) {
            self.bytes = bytes
        }

        var peek: UInt8? { self.at < self.bytes.count ? self.bytes[self.at] : nil }

        /// An integer whose first `prefix` bits are in the next byte (§5.1). Longer than five bytes is an attack.
        mutating func integer(prefix: Int) throws(Failure) -> Int {
            guard let first = self.peek else { throw .integer }
            self.at += 1
            let mask = (1 << prefix) - 1
            var value = Int(first) & mask
            guard value == mask else { return value }
            for shift in [0, 7, 14, 21] {
                guard let byte = self.peek else { throw .integer }
                self.at += 1
                value += Int(byte & 0x7F) << shift
                if byte & 0x80 == 0 { return value }
            }
            throw .integer
        }

        mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
            guard count <= self.bytes.count - self.at else { return nil }
            let taken = UnsafeRawBufferPointer(rebasing: self.bytes[self.at..<self.at + count])
            self.at += count
            return taken
        }
    }
}
