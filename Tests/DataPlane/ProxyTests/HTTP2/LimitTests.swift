import NIOCore
import Testing

@testable import Proxy

@Suite struct HTTP2LimitTests {
    @Test(arguments: FloodGuard.Kind.allCases)
    func `A hundred of a kind in a second are borne, and a hundred again in the next`(kind: FloodGuard.Kind) {
        var guardian = FloodGuard()
        let first = (0..<100).map { _ in guardian.note(kind, at: 10) } + [guardian.note(kind, at: 13)]
        let second = (0..<100).map { _ in guardian.note(kind, at: 14) } + [guardian.note(kind, at: 14)]
        #expect(first == Array(repeating: true, count: 100) + [false])
        #expect(second == first)
    }

    @Test func `Whoever takes much may say so often`() {
        var guardian = FloodGuard()
        for _ in 0..<1000 { guardian.noteSentData() }
        let borne = (0..<4101).prefix { _ in guardian.note(.windowUpdate, at: 1) }
        #expect(borne.count == 4100)
    }

    @Test func `One empty frame is borne, two in a row are not`() {
        var guardian = FloodGuard()
        let borne = [true, false, true, true].map { guardian.noteData(isEmpty: $0) }
        #expect(borne == [true, true, true, false])
    }

    @Test func `Credit comes in large steps, and never more than the window`() {
        var window = ReceiveWindow(100)
        for _ in 0..<10 {
            let isWithin = window.receive(100)
            let told = [window.take(49), window.take(51)]
            #expect(isWithin)
            #expect(told == [nil, 100])
        }
        let isWithin = [window.receive(100), window.receive(1)]
        #expect(isWithin == [true, false])
    }

    @Test func `A send window may go below zero, and not beyond its limit`() {
        var window = SendWindow(10)
        let isWithin = [window.grow(by: -30), window.grow(by: SendWindow.limit + 20), window.grow(by: 1)]
        #expect(isWithin == [true, true, false])
        #expect(window.available == SendWindow.limit + 1)
    }

    @Test(
        arguments: [
            ([2, 2], HTTP2ErrorCode.protocolError), ([4, 0x8000_0000], .flowControl), ([5, 16_383], .protocolError),
            ([5, 0x0100_0000], .protocolError), ([8, 2], .protocolError),
        ] as [([UInt32], HTTP2ErrorCode)]
    )
    func `A setting beyond its bounds is an error`(setting: [UInt32], code: HTTP2ErrorCode) {
        var payload = ByteBuffer()
        payload.writeMultipleIntegers(UInt16(setting[0]), setting[1])
        var settings = HTTP2Settings()
        #expect(throws: HTTP2Error.connection(code)) { try settings.update(from: payload) }
    }

    @Test func `Settings that are known are taken, others passed over`() throws {
        var payload = ByteBuffer()
        payload.writeMultipleIntegers(UInt16(4), UInt32(7), UInt16(5), UInt32(20_000), UInt16(99), UInt32(1))
        var settings = HTTP2Settings()
        try settings.update(from: payload)
        #expect(settings.initialWindow == 7)
        #expect(settings.frameSize == 20_000)
    }
}
