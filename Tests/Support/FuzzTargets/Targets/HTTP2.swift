import NIOCore
import Proxy

/// What a visitor of HTTP/2 sends: frames mean the same wherever the bytes were cut, header blocks never reach beyond
/// their bounds, and a request that is let pass reads as one request in HTTP/1.1.
enum HTTP2: FuzzTarget {
    static func check(_ input: FuzzInput) {
        let whole = Self.read([input.bytes[...]])
        claim(whole == Self.read(input.pieces), "cutting changed the frames")
        Self.decode(whole.blocks)
        // The input as a block by itself: the way past the framing is long for a fuzzer.
        Self.decode([input.bytes])
    }

    private struct Frames: Equatable {
        var blocks: [[UInt8]] = []
        var others: [FrameEvent] = []
        var content: [UInt32: [UInt8]] = [:]
        var counted = 0
        var error: HTTP2Error?
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) -> Frames {
        var frames = Frames()
        var reader = FrameReader(hasPreface: false)
        for piece in pieces {
            var buffer = ByteBuffer(bytes: piece)
            do throws(HTTP2Error) {
                while let event = try reader.next(&buffer) { Self.note(event, in: &frames) }
            } catch {
                // Where it was cut tells how much of a DATA frame was handed on before.
                frames.error = error
                frames.content = [:]
                frames.counted = 0
                return frames
            }
        }
        return frames
    }

    private static func note(_ event: FrameEvent, in frames: inout Frames) {
        switch event {
        case .data(let stream, let bytes, let counted, _, _):
            claim(bytes.readableBytes <= counted, "more bytes than were counted")
            frames.content[stream, default: []] += bytes.readableBytesView
            frames.counted += counted
        case .headers(_, let block, _, _): frames.blocks.append(Array(block.readableBytesView))
        default: frames.others.append(event)
        }
    }

    private static func decode(_ blocks: [[UInt8]]) {
        var decoder = HPACKDecoder(tableBytes: 4096)
        let list = FieldList(limit: 60 * 1024)
        for block in blocks where block.count <= 64 * 1024 {
            let isRight = block.withUnsafeBytes { bytes -> Bool in
                do throws(HPACKDecoder.Failure) {
                    try decoder.decode(bytes, into: list)
                    return true
                } catch {
                    return false
                }
            }
            guard isRight else { return }
            if !list.isTooLarge { Self.transcribe(list) }
        }
    }

    private static func transcribe(_ list: FieldList) {
        for ends in [true, false] {
            guard let transcript = try? RequestTranscript(list) else { return }
            var text = ByteBuffer()
            transcript.write(into: &text, ends: ends, webSocketKey: Array("AAAAAAAAAAAAAAAAAAAAAA==".utf8))
            let head = RequestHead()
            var limits = HeadLimits.request
            limits.headBytes = 128 * 1024
            limits.lineBytes = 128 * 1024
            limits.fields = 1000
            let result = text.withUnsafeReadableBytes { head.scan($0, limits: limits) }
            switch result {
            case .complete(let count): claim(count == text.readableBytes, "one request became more")
            case .incomplete: failClaim("a request without an end")
            case .invalid: continue
            }
        }
    }
}
