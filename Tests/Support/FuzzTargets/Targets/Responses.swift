import NIOCore
import Proxy

/// Responses: the bytes mean the same wherever they were cut, and what goes to the visitor has the meaning that it had
/// here.
enum Responses: FuzzTarget {
    static func check(_ input: FuzzInput) {
        let head = ResponseHead()
        let result = input.bytes.withUnsafeBytes { head.scan($0) }
        claim(Self.scanned(input.pieces) == result, "cutting changed a head")
        guard case .complete(let headBytes) = result else { return }
        claim((1...input.bytes.count).contains(headBytes), "a head of impossible size")

        let framing = head.framing(forHEAD: false)
        Self.checkWritten(input.bytes, framing, status: head.status)
        let pieces = input.pieces.map { $0.dropFirst(max(0, headBytes - $0.startIndex)) }
        for form in [ChunkWalker.Form.framed, .content] {
            let whole = ReadBody(BodyReader(framing, from: .upstream, form: form), [input.bytes[headBytes...]])
            claim(
                whole == ReadBody(BodyReader(framing, from: .upstream, form: form), pieces),
                "cutting changed a body"
            )
            // Without what only upstreams may do, a visitor would read the same.
            guard form == .framed, whole.hasEnded else { continue }
            let again = ReadBody(BodyReader(framing, from: .visitor, form: form), [whole.bytes[...]])
            claim(again.bytes == whole.bytes && again.hasEnded, "what is passed on is another body")
        }
    }

    private static func scanned(_ pieces: [ArraySlice<UInt8>]) -> ScanResult {
        let head = ResponseHead()
        var progress = HeadProgress()
        var arrived: [UInt8] = []
        for piece in pieces {
            arrived += piece
            let result = arrived.withUnsafeBytes { head.scan($0, progress: &progress) }
            if result != .incomplete { return result }
        }
        return .incomplete
    }

    private static func checkWritten(_ bytes: [UInt8], _ framing: BodyFraming, status: Int) {
        let head = ResponseHead()
        var written = ByteBuffer()
        bytes.withUnsafeBytes { bytes in
            _ = head.scan(bytes)
            head.write(into: &written, from: bytes, closing: true)
        }
        // What the edge adds may take it beyond the limits that upstreams have.
        var limits = HeadLimits.response
        limits.headBytes *= 2
        limits.fields *= 2
        let again = ResponseHead()
        let result = written.withUnsafeReadableBytes { again.scan($0, limits: limits) }
        claim(result == .complete(headBytes: written.readableBytes), "what goes to the visitor is no response")
        claim(
            again.framing(forHEAD: false) == framing && again.status == status,
            "the visitor would see another response"
        )
    }
}
