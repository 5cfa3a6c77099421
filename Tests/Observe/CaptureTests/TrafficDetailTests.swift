import Capture
import NIOCore
import Testing

@Suite struct TrafficDetailTests {
    private static let whole: TrafficDetail = {
        var request = CapturedMessage(
            fields: [.init("Host", "a.example"), .init("X-Long", "abc", isCut: true)],
            fieldCount: 3,
            body: ByteBuffer(bytes: [0, 255, 10]),
            bodyBytes: 4000
        )
        request.fields[0].isMasked = true
        request.isBodyMasked = true
        var detail = TrafficDetail(request: request, response: CapturedMessage(fields: []))
        detail.isLogCut = true
        detail.log = [
            PolicyLogEntry(
                endpoint: "https://a.example",
                phase: "on_http_request",
                rule: 2,
                name: "no ümlauts",
                event: .failed,
                expression: "req.url.path == '/'",
                sights: [.init("req.url.path", "/x")]
            ),
            PolicyLogEntry(
                endpoint: "https://a.example",
                phase: "on_http_request",
                rule: 3,
                event: .ended,
                action: 0,
                actionType: "deny"
            ),
        ]
        return detail
    }()

    @Test func `A detail reads as it was written`() throws {
        #expect(try TrafficDetail(reading: Self.whole.bytes) == Self.whole)
        let least = TrafficDetail(request: CapturedMessage(fields: []))
        #expect(try TrafficDetail(reading: least.bytes) == least)
    }

    @Test func `A detail of the first format reads, too`() throws {
        var bytes = ByteBuffer(bytes: [1])
        bytes.writeInteger(0 as UInt32)
        bytes.writeInteger(7 as UInt32)
        bytes.writeInteger(300 as Int64)
        bytes.writeInteger(2 as UInt32)
        bytes.writeString("ab")
        bytes.writeRepeatingByte(0, count: 1 + 1 + 4)
        let request = try TrafficDetail(reading: bytes).request
        #expect(request.fieldCount == 7 && request.bodyBytes == 300 && String(buffer: request.body) == "ab")
        #expect(!request.isBodyMasked)
    }

    @Test func `Secrets are not written`() throws {
        var detail = Self.whole
        detail.secrets = ["hunter2"]
        #expect(!String(buffer: detail.bytes).contains("hunter2"))
    }

    @Test func `Whatever is cut off or changed is an error, and nothing traps`() {
        let bytes = Self.whole.bytes
        for count in 0..<bytes.readableBytes {
            #expect(throws: TrafficDetailError.self) {
                try TrafficDetail(reading: ByteBuffer(bytes: bytes.readableBytesView.prefix(count)))
            }
        }
        for index in 0..<bytes.readableBytes {
            var changed = Array(bytes.readableBytesView)
            changed[index] ^= 0xFF
            // Another detail, or an error: both are right.
            _ = try? TrafficDetail(reading: ByteBuffer(bytes: changed))
        }
    }
}
