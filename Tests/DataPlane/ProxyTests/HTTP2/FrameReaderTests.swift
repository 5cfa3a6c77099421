import NIOCore
import TestSupport
import Testing

@testable import Proxy

/// Frames out of bytes, wherever these are cut.
@Suite struct FrameReaderTests {
    static let preface = "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a"
    static let settings = "000000040000000000"

    /// The events in `hex` behind preface and SETTINGS, cut every `step` bytes.
    private static func events(_ hex: String, step: Int = .max) throws -> (events: [FrameEvent], error: HTTP2Error?) {
        let bytes = try [UInt8](hex: Self.preface + Self.settings + hex)
        var reader = FrameReader()
        var events: [FrameEvent] = []
        for start in stride(from: 0, to: bytes.count, by: min(step, bytes.count)) {
            var buffer = ByteBuffer(bytes: bytes[start..<min(bytes.count, start + min(step, bytes.count))])
            do throws(HTTP2Error) {
                while let event = try reader.next(&buffer) { events.append(event) }
            } catch {
                return (Array(events.dropFirst()), error)
            }
        }
        return (Array(events.dropFirst()), nil)
    }

    @Test(arguments: [
        ("000003000000000001616263" + "000005000900000001" + "0261620000", 5, "abcab", 8),
        ("000001000900000001" + "00", 0, "", 1),
        ("000004000800000001" + "03000000", 0, "", 4),
        ("000000000000000001" + "000000000100000001", 0, "", 0),
    ])
    func `DATA is handed on as it comes, padding counted and left out`(
        hex: String,
        length: Int,
        text: String,
        counted: Int
    ) throws {
        for step in [1, 2, 3, 7, Int.max] {
            let (events, _) = try Self.events(hex, step: step)
            var all = ByteBuffer()
            var sum = 0
            for case .data(1, let bytes, let count, _, _) in events {
                all.writeImmutableBuffer(bytes)
                sum += count
            }
            #expect(String(buffer: all) == text)
            #expect(sum == counted)
            #expect(all.readableBytes == length)
        }
    }

    @Test(arguments: [
        ("000001000000000001" + "61", 0), ("000002000000000001" + "6162", 0), ("000003000800000001" + "016100", 0),
        ("000000000000000001", 1), ("000001000800000001" + "00", 1), ("000004000800000001" + "03000000", 1),
        ("000000000100000001", 0), ("000004000900000001" + "03000000", 0),
    ])
    func `A DATA frame is empty when it has no content, and does not end the stream`(hex: String, empty: Int) throws {
        for step in [1, 2, 3, 7, 10, Int.max] {
            let (events, _) = try Self.events(hex + hex, step: step)
            let found = events.count { event in
                guard case .data(_, _, _, _, let isEmpty) = event else { return false }
                return isEmpty
            }
            #expect(found == 2 * empty, "cut every \(step)")
        }
    }

    @Test func `Other frames come whole, a header block with its continuations`() throws {
        let hex =
            "00000501240000000180000003ff" + "0000020104000000038287" + "000001010100000005" + "82"
            + "000000090000000005" + "000001090400000005" + "87" + "000005020000000007800000010a"
            + "000004030000000001" + "00000008" + "000008060000000000" + "0000000000000007" + "000008060100000000"
            + "0000000000000008" + "000004080000000000" + "80000010" + "000008070000000000" + "0000000000000002"
            + "000002ff00000000110000"
        for step in [1, 2, 3, 5, 8, 13, Int.max] {
            let (events, error) = try Self.events(hex, step: step)
            #expect(error == .connection(.enhanceYourCalm), "an empty CONTINUATION is nothing but a cost")
            #expect(events.count == 2)
        }
        let right = hex.replacing("000000090000000005", with: "")
        for step in [1, 2, 3, 5, 8, 13, Int.max] {
            let (events, error) = try Self.events(right, step: step)
            #expect(error == nil)
            #expect(
                events == [
                    .headers(stream: 1, block: ByteBuffer(), ends: false, dependsOn: 3),
                    .headers(stream: 3, block: ByteBuffer(bytes: [0x82, 0x87]), ends: false, dependsOn: nil),
                    .headers(stream: 5, block: ByteBuffer(bytes: [0x82, 0x87]), ends: true, dependsOn: nil),
                    .priority(stream: 7, dependsOn: 1), .reset(stream: 1, code: 8), .ping(7), .pingAcknowledged(8),
                    .windowUpdate(stream: 0, increment: 16), .goAway(lastStream: 0, code: 2), .unknown,
                ]
            )
        }
    }

    private static let wrong: [(String, HTTP2Error)] = [
        ("004001000000000001", HTTP2Error.connection(.frameSize)),
        ("000000000000000000", HTTP2Error.connection(.protocolError)),
        ("000000040000000001", HTTP2Error.connection(.protocolError)),
        ("0000050400000000000000000000", HTTP2Error.connection(.frameSize)),
        ("00000104010000000000", HTTP2Error.connection(.frameSize)),
        ("00000706000000000000000000000000", HTTP2Error.connection(.frameSize)),
        ("000003030000000001000000", HTTP2Error.connection(.frameSize)),
        ("000003080000000001000000", HTTP2Error.connection(.frameSize)),
        ("00000402000000000100000000", HTTP2Error.stream(1, .frameSize)),
        ("00000405040000000100000002", HTTP2Error.connection(.protocolError)),
        ("000000090400000001", HTTP2Error.connection(.protocolError)),
        ("00000101000000000182000000060000000000", HTTP2Error.connection(.protocolError)),
        ("0000010100000000018200000109040000000382", HTTP2Error.connection(.protocolError)),
        ("00000101080000000101", HTTP2Error.connection(.protocolError)),
        ("000000000800000001", HTTP2Error.connection(.frameSize)),
        ("0000020008000000010200", HTTP2Error.connection(.protocolError)),
    ]

    @Test(arguments: Self.wrong)
    func `What breaks the rules of framing has its code`(hex: String, error: HTTP2Error) throws {
        for step in [1, 4, Int.max] { #expect(try Self.events(hex, step: step).error == error) }
    }

    @Test func `A sixth CONTINUATION is one too many`() throws {
        let first = "000001010000000001" + "82"
        let further = String(repeating: "000001090000000001" + "87", count: 5)
        #expect(try Self.events(first + further).error == nil)
        #expect(try Self.events(first + further + "000001090400000001" + "87").error == .connection(.enhanceYourCalm))
    }

    @Test(arguments: ["475249", "5052492a", preface + "000000060000000000", preface + "000000040100000000"])
    func `What does not begin as a client begins is told at once`(hex: String) throws {
        var reader = FrameReader()
        var bytes = ByteBuffer(bytes: try [UInt8](hex: hex))
        #expect(throws: HTTP2Error.connection(.protocolError)) { try reader.next(&bytes) }
        // And it stays so.
        #expect(throws: HTTP2Error.connection(.protocolError)) { try reader.next(&bytes) }
    }
}
