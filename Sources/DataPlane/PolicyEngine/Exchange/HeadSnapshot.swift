package import NIOCore

/// A message's head as policies read it, whatever version of HTTP brought it: the received bytes, and where the fields
/// stand in them.
///
/// It shares the bytes that were received and copies none. Fields that the next hop will not see (hop-by-hop fields,
/// what frames the message) are not in it, so that no policy decides by them.
package struct HeadSnapshot: Sendable {
    /// One field line; offsets count from the start of ``bytes``'s readable bytes.
    package struct Field: Sendable {
        package let name: Range<Int>
        /// Without white space around it.
        package let value: Range<Int>

        package init(name: Range<Int>, value: Range<Int>) {
            self.name = name
            self.value = value
        }
    }

    package let bytes: ByteBuffer
    package let fields: [Field]
    /// Those that the next hop will not see, which are for nobody but who looks at the message as it came.
    package let hidden: [Field]

    package init(bytes: ByteBuffer, fields: [Field], hidden: [Field] = []) {
        self.bytes = bytes
        self.fields = fields
        self.hidden = hidden
    }

    /// A head with no fields.
    package static let empty = HeadSnapshot(bytes: ByteBuffer(), fields: [])
}

extension HeadSnapshot {
    /// The bytes of a range as text. Bytes that are no UTF-8 become U+FFFD: expressions know code points only.
    func text(_ range: Range<Int>) -> String {
        self.bytes.withUnsafeReadableBytes { String(decoding: $0[range], as: UTF8.self) }
    }

    /// The name of a field in small letters.
    func lowercasedName(of field: Field) -> String {
        self.bytes.withUnsafeReadableBytes { bytes in
            String(unsafeUninitializedCapacity: field.name.count) { target in
                for (offset, byte) in bytes[field.name].enumerated() { target[offset] = byte.lowercasedASCII }
                return field.name.count
            }
        }
    }

    /// Whether a field has this name, which is in small letters.
    func isNamed(_ field: Field, _ name: String) -> Bool {
        var name = name
        return name.withUTF8 { wanted in
            guard wanted.count == field.name.count else { return false }
            return self.bytes.withUnsafeReadableBytes { bytes in
                for (offset, byte) in bytes[field.name].enumerated()
                where byte.lowercasedASCII != wanted[offset] {
                    return false
                }
                return true
            }
        }
    }
}

extension UInt8 {
    /// The small letter of a capital of ASCII; every other byte as it is.
    var lowercasedASCII: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
