import NIOCore

@testable import Proxy

/// Scans of text, for tables.
enum ScannedRequest {
    static func error(_ text: String, limits: HeadLimits = .request) -> HTTP1Error? {
        if case .invalid(let error) = Self.result(Array(text.utf8), limits: limits) { error } else { nil }
    }

    static func result(_ bytes: [UInt8], limits: HeadLimits = .request) -> ScanResult {
        let head = RequestHead()
        return bytes.withUnsafeBytes { head.scan($0, limits: limits) }
    }

    /// A request of these lines and what its head says; nil when it is not complete.
    static func read<Value>(
        _ lines: [String],
        _ body: (RequestHead, UnsafeRawBufferPointer) -> Value
    ) -> Value? {
        let head = RequestHead()
        return Array((lines + ["", ""]).joined(separator: "\r\n").utf8).withUnsafeBytes { bytes in
            head.scan(bytes) == .complete(headBytes: bytes.count) ? body(head, bytes) : nil
        }
    }

    /// What goes upstream for a request of these lines, line by line without the empty one.
    static func written(_ lines: [String], address: String = "192.0.2.1", proto: StaticString = "https") -> [String]? {
        Self.read(lines) { head, bytes in
            var buffer = ByteBuffer()
            head.write(into: &buffer, from: bytes, forwarding: ForwardedFields(address: address.utf8, proto: proto))
            var text = buffer.readableBytesView.map { String(UnicodeScalar($0)) }.joined()
            guard text.hasSuffix("\r\n\r\n") else { return ["no end: \(text)"] }
            text.removeLast(2)
            return text.split(separator: "\r\n").map(String.init)
        }
    }
}
