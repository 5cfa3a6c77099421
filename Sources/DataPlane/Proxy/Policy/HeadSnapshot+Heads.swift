import Expression
import NIOCore
import PolicyEngine

extension HeadSnapshot {
    /// The fields of a request that the upstream will see; `bytes` are those that the head was read from.
    init(_ head: RequestHead, in bytes: ByteBuffer) {
        self.init(head.fields, in: bytes)
    }

    /// The fields of a response that the visitor will see.
    init(_ head: ResponseHead, in bytes: ByteBuffer) {
        self.init(head.fields, in: bytes)
    }

    private init(_ slots: borrowing FieldTable, in bytes: ByteBuffer) {
        var fields: [Field] = []
        var hidden: [Field] = []
        fields.reserveCapacity(slots.count)
        for index in 0..<slots.count {
            let slot = slots[index]
            let field = Field(name: slot.name, value: slot.value)
            if slot.isForPolicies { fields.append(field) } else { hidden.append(field) }
        }
        self.init(bytes: bytes, fields: fields, hidden: hidden)
    }

    /// The fields of an answer that a policy makes.
    init(_ lines: [(name: String, value: String)]) {
        var bytes = ByteBuffer()
        var fields: [Field] = []
        for line in lines {
            let name = bytes.writerIndex
            bytes.writeString(line.name)
            let value = bytes.writerIndex
            bytes.writeString(line.value)
            fields.append(Field(name: name..<value, value: value..<bytes.writerIndex))
        }
        self.init(bytes: bytes, fields: fields)
    }
}

extension FieldSlot {
    /// Whether policies see it: what the next hop sees, but for the framing.
    var isForPolicies: Bool { !self.isDropped && !self.known.isFraming }
}

extension KnownField {
    /// Whether it says where the body ends, which is the edge's to say anew.
    fileprivate var isFraming: Bool { self == .contentLength || self == .transferEncoding }
}

extension RequestState {
    /// - Parameters:
    ///   - head: the loop's scratch head, which was read from `bytes`.
    ///   - bytes: the head's bytes.
    ///   - isHTTP2: whether it came over HTTP/2, and was written as HTTP/1.1 on the way.
    ///   - scheme: `http` or `https`.
    init(_ head: RequestHead, in bytes: ByteBuffer, isHTTP2: Bool, scheme: String) {
        let length: Int? =
            switch head.framing {
            case .length(let length): Int(clamping: length)
            case .none, .chunked, .untilClose: nil
            }
        self.init(
            method: bytes.text(head.methodRange),
            version: isHTTP2 ? "HTTP/2.0" : head.minorVersion == 0 ? "HTTP/1.0" : "HTTP/1.1",
            head: ExchangeHead(HeadSnapshot(head, in: bytes)),
            target: RequestTarget(head, in: bytes, scheme: scheme),
            contentLength: length,
            headerReceived: .now()
        )
        self.targetRange = head.pathRange
    }
}

extension RequestTarget {
    fileprivate init(_ head: RequestHead, in bytes: ByteBuffer, scheme: String) {
        let path = head.pathRange
        let mark = bytes.withUnsafeReadableBytes { $0[path].firstIndex(of: UInt8(ascii: "?")) }
        self.init(
            scheme: scheme,
            host: head.hostNameRange.map { bytes.lowercasedText($0) } ?? "",
            port: head.port,
            rawPath: bytes.text(path.lowerBound..<(mark ?? path.upperBound)),
            query: mark.map { bytes.text($0 + 1..<path.upperBound) }
        )
    }
}

extension ByteBuffer {
    /// The bytes of a range, which counts from the first readable one, as text.
    fileprivate func text(_ range: Range<Int>) -> String {
        self.withUnsafeReadableBytes { String(decoding: $0[range], as: UTF8.self) }
    }

    /// The same, capitals of ASCII made small. A host has no others.
    fileprivate func lowercasedText(_ range: Range<Int>) -> String {
        self.withUnsafeReadableBytes { bytes in
            String(unsafeUninitializedCapacity: range.count) { target in
                for (offset, byte) in bytes[range].enumerated() { target[offset] = FieldName.lower(byte) }
                return range.count
            }
        }
    }
}
