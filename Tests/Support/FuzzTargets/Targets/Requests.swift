import NIOCore
import Proxy

/// Requests: the bytes mean the same wherever they were cut, and what goes upstream has the meaning that it had here.
enum Requests: FuzzTarget {
    static func check(_ input: FuzzInput) {
        let head = RequestHead()
        let result = input.bytes.withUnsafeBytes { head.scan($0) }
        let framing = head.framing
        claim(Self.scanned(input.pieces) == result, "cutting changed a head")
        guard case .complete(let headBytes) = result else { return }
        claim((1...input.bytes.count).contains(headBytes), "a head of impossible size")

        Self.checkWritten(input.bytes, framing)
        let body = input.bytes[headBytes...]
        let whole = ReadBody(BodyReader(framing), [body])
        let cut = ReadBody(BodyReader(framing), input.pieces.map { $0.dropFirst(max(0, headBytes - $0.startIndex)) })
        claim(whole == cut, "cutting changed a body")
    }

    /// The result of the scan that came to one, as bytes arrive.
    private static func scanned(_ pieces: [ArraySlice<UInt8>]) -> ScanResult {
        let head = RequestHead()
        var progress = HeadProgress()
        var arrived: [UInt8] = []
        for piece in pieces {
            arrived += piece
            let result = arrived.withUnsafeBytes { head.scan($0, progress: &progress) }
            if result != .incomplete { return result }
        }
        return .incomplete
    }

    private static func checkWritten(_ bytes: [UInt8], _ framing: BodyFraming) {
        let head = RequestHead()
        var written = ByteBuffer()
        bytes.withUnsafeBytes { bytes in
            _ = head.scan(bytes)
            head.write(into: &written, from: bytes, forwarding: ForwardedFields(address: "::1".utf8, proto: "https"))
        }
        // HTTP/1.0 without a host goes up with an empty Host, which an edge itself would not take.
        guard head.hostRange != nil else { return }
        let text = Array(written.readableBytesView)
        // What the edge adds may take it beyond the limits that visitors have.
        var limits = HeadLimits.request
        limits.headBytes *= 3
        limits.lineBytes *= 3
        limits.fields *= 2
        let again = RequestHead()
        let result = text.withUnsafeBytes { again.scan($0, limits: limits) }
        claim(result == .complete(headBytes: text.count), "what goes upstream is no request")
        claim(again.framing == framing, "the upstream would see another body")
    }
}
