import JSON
package import NIOCore

/// What an agent is told of a public connection before its first byte (`spec/agent-protocol.md` 11.1).
package struct ProxyHeader: Sendable, Equatable {
    /// The bind that the connection is for.
    package var bindID: String
    /// `1.2.3.4:5678` or `[2001:db8::1]:5678`: what the application sees as remote address.
    package var clientAddress: String
    /// The scheme of the endpoint: `http`, `https`, `tls` or `tcp`.
    package var proto: String
    /// `0`; for labelled tunnels `1` (tcp), `2` (tls) or `3` (https). Text on the wire: a number makes one family of
    /// agents reject the stream.
    package var edgeType: String
    /// Whether the payload is TLS that the edge did not end.
    package var passesTLSThrough: Bool
    /// Whether nobody is behind it: the server wants to know whether the connection would reach its upstream. Only
    /// agents that asked for it get such a stream; they answer it by `ProbeWord`.
    package var isProbe: Bool

    package init(
        bindID: String,
        clientAddress: String,
        proto: String,
        edgeType: String = "0",
        passesTLSThrough: Bool = false,
        isProbe: Bool = false
    ) {
        self.bindID = bindID
        self.clientAddress = clientAddress
        self.proto = proto
        self.edgeType = edgeType
        self.passesTLSThrough = passesTLSThrough
        self.isProbe = isProbe
    }
}

/// Why a proxied stream cannot be used.
package enum ProxyHeaderError: Error, Sendable, Equatable {
    /// The header says that it is this long.
    case length(Int64)
    case message(MessageError)
}

extension ProxyHeader {
    /// A header is at most this long (`spec/agent-protocol.md` 14).
    package static let lengthLimit = 4096

    /// Appends stream type, length and header: what stands in front of a stream's first byte, and has to go out with
    /// it in one frame.
    ///
    /// - Throws: `.length` when the header would be longer than agents take; `buffer` is unchanged then.
    package func writePreamble(into buffer: inout ByteBuffer) throws(ProxyHeaderError) {
        let start = buffer.writerIndex
        buffer.writeInteger(StreamType.proxy.rawValue)
        // Little-endian, unlike everything else in this protocol.
        let lengthIndex = buffer.writerIndex
        buffer.writeInteger(Int64(0), endianness: .little)
        let headerIndex = buffer.writerIndex
        self.writeJSON(into: &buffer)
        let length = Int64(buffer.writerIndex - headerIndex)
        guard length <= Self.lengthLimit else {
            buffer.moveWriterIndex(to: start)
            throw .length(length)
        }
        buffer.setInteger(length, at: lengthIndex, endianness: .little)
    }

    /// Written by hand: this runs for each stream, and every field must be there.
    private func writeJSON(into buffer: inout ByteBuffer) {
        buffer.writeStaticString("{\"Id\":")
        buffer.writeJSONString(self.bindID)
        buffer.writeStaticString(",\"ClientAddr\":")
        buffer.writeJSONString(self.clientAddress)
        buffer.writeStaticString(",\"Proto\":")
        buffer.writeJSONString(self.proto)
        buffer.writeStaticString(",\"EdgeType\":")
        buffer.writeJSONString(self.edgeType)
        buffer.writeStaticString(",\"PassthroughTLS\":")
        buffer.writeStaticString(self.passesTLSThrough ? "true" : "false")
        if self.isProbe { buffer.writeStaticString(",\"Probe\":true") }
        buffer.writeStaticString("}")
    }

    init(json: JSONObject) throws(MessageError) {
        let fields = MessageFields(json)
        self.bindID = try fields.text("Id")
        self.clientAddress = try fields.text("ClientAddr")
        self.proto = try fields.text("Proto")
        self.edgeType = try fields.text("EdgeType")
        self.passesTLSThrough = try fields.flag("PassthroughTLS")
        self.isProbe = try fields.flag("Probe")
    }
}

/// Collects a proxy header behind the stream type, however it is cut.
package struct ProxyHeaderReader {
    private var collected = ByteBuffer()
    /// What the header takes, once its length is known.
    private var length: Int?

    package init() {}

    /// Takes what belongs to the header from the front of `bytes`; the rest is the connection's.
    ///
    /// - Returns: nil while it is incomplete.
    package mutating func read(from bytes: inout ByteBuffer) throws(ProxyHeaderError) -> ProxyHeader? {
        guard let length = try self.readLength(from: &bytes), self.collect(length, from: &bytes) else { return nil }
        do throws(MessageError) {
            return try ProxyHeader(json: JSONObject(message: self.collected))
        } catch {
            throw .message(error)
        }
    }

    private mutating func readLength(from bytes: inout ByteBuffer) throws(ProxyHeaderError) -> Int? {
        if let length = self.length { return length }
        guard self.collect(8, from: &bytes),
            let announced = self.collected.readInteger(endianness: .little, as: Int64.self)
        else { return nil }
        guard (2...Int64(ProxyHeader.lengthLimit)).contains(announced) else { throw .length(announced) }
        self.collected.clear()
        self.length = Int(announced)
        return self.length
    }

    /// - Returns: whether `count` bytes have been collected.
    private mutating func collect(_ count: Int, from bytes: inout ByteBuffer) -> Bool {
        let missing = min(count - self.collected.readableBytes, bytes.readableBytes)
        if missing > 0, var part = bytes.readSlice(length: missing) {
            self.collected.writeBuffer(&part)
        }
        return self.collected.readableBytes >= count
    }
}
