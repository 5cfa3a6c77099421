/// The fields of a head as an event keeps them: their bytes, one behind the other. An event loop copies them at once, and texts
/// are made of them by who writes the event down.
package struct RecordedHead: Sendable {
    private var bytes: [UInt8] = []
    /// Where the name of each field ends, and where its value does.
    private var ends: [Int32] = []

    /// For so many fields, which take about so many bytes.
    package init(fields: Int, bytes: Int) {
        self.bytes.reserveCapacity(bytes)
        self.ends.reserveCapacity(2 * fields)
    }

    package init(_ fields: [RecordedField]) {
        self.init(fields: fields.count, bytes: 0)
        for field in fields {
            Array(field.name.utf8).withUnsafeBytes { name in
                Array(field.value.utf8).withUnsafeBytes { self.append(name: name, value: $0) }
            }
        }
    }

    /// Heads are far below 2 GiB.
    package mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        self.bytes.append(contentsOf: name)
        self.ends.append(Int32(truncatingIfNeeded: self.bytes.count))
        self.bytes.append(contentsOf: value)
        self.ends.append(Int32(truncatingIfNeeded: self.bytes.count))
    }

    /// As texts, in their order.
    package var fields: [RecordedField] {
        var start = 0
        var fields: [RecordedField] = []
        fields.reserveCapacity(self.ends.count / 2)
        for index in stride(from: 0, to: self.ends.count, by: 2) {
            let (middle, end) = (Int(self.ends[index]), Int(self.ends[index + 1]))
            fields.append(
                RecordedField(
                    String(decoding: self.bytes[start..<middle], as: UTF8.self),
                    String(decoding: self.bytes[middle..<end], as: UTF8.self)
                )
            )
            start = end
        }
        return fields
    }
}
