import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import Proxy

/// A request as one reader sees it, in a form that two readers can be compared in.
struct SeenRequest: Equatable, CustomStringConvertible {
    var method: String
    var target: String
    /// `name: value` in the order of the lines, as UTF-8 where it is, without white space around the value.
    var fields: [String]
    var body: [UInt8] = []

    var description: String {
        "\(self.method) \(self.target) \(self.fields) and \(self.body.count) bytes"
    }
}

extension SeenRequest {
    /// The whole requests of a connection, as our scanner and body reader see them, up to the one after which the
    /// connection ends or becomes another protocol.
    static func byProxy(_ bytes: [UInt8]) -> [SeenRequest] {
        let head = RequestHead()
        var buffer = ByteBuffer(bytes: bytes)
        var seen: [SeenRequest] = []
        while buffer.readableBytes > 0 {
            let (result, found) = buffer.withUnsafeReadableBytes { bytes in
                let result = head.scan(bytes)
                return (result, Self(head, in: bytes, result))
            }
            guard case .complete(let headBytes) = result, var request = found else { break }
            buffer.moveReaderIndex(forwardBy: headBytes)
            var reader = BodyReader(head.framing, from: .visitor, form: .content)
            guard let body = Self.body(&reader, &buffer) else { break }
            request.body = body
            seen.append(request)
            guard head.keepsAlive, !head.isUpgrade else { break }
        }
        return seen
    }

    private init?(_ head: RequestHead, in bytes: UnsafeRawBufferPointer, _ result: ScanResult) {
        guard case .complete = result else { return nil }
        self.method = String(decoding: bytes[head.methodRange], as: UTF8.self)
        self.target = String(decoding: bytes[head.targetRange], as: UTF8.self)
        self.fields = (0..<head.fields.count).map { index in
            let slot = head.fields[index]
            return String(decoding: bytes[slot.name], as: UTF8.self) + ": "
                + String(decoding: bytes[slot.value], as: UTF8.self)
        }
    }

    /// Nil when it is not whole, or no right body.
    private static func body(_ reader: inout BodyReader, _ buffer: inout ByteBuffer) -> [UInt8]? {
        var body: [UInt8] = []
        while true {
            switch reader.take(&buffer) {
            case .some(let piece, let ended):
                body += piece.readableBytesView
                if ended { return body }
            case .ended: return body
            case .none: return reader.isComplete ? body : nil
            case .invalid: return nil
            }
        }
    }
}

extension SeenRequest {
    /// The same by NIO's decoder, which stands on llhttp; what it saw before an error is kept.
    static func byNIO(_ bytes: [UInt8]) -> [SeenRequest] {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
        // What it refuses is an error here, and what it had read before is there all the same.
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
        var seen: [SeenRequest] = []
        var current: SeenRequest?
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head):
                let fields = head.headers.map { "\($0.name): \(Self.trimmed($0.value))" }
                // NIO's own name of this method lacks the hyphen.
                let method = head.method.rawValue == "MSEARCH" ? "M-SEARCH" : head.method.rawValue
                current = SeenRequest(method: method, target: head.uri, fields: fields)
            case .body(let piece): current?.body += piece.readableBytesView
            case .end:
                if let request = current { seen.append(request) }
                current = nil
            }
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return seen
    }

    private static func trimmed(_ value: String) -> String {
        let isBlank = { (byte: UInt8) in byte == .space || byte == .tab }
        let kept = value.utf8.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        return String(decoding: Array(kept), as: UTF8.self)
    }
}
