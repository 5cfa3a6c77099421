import Events
import Testing

@Suite struct TraceContextTests {
    private static let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func `The field's four parts are read, and written again for who comes next`() throws {
        let context = try #require(TraceContext(traceparent: Array(Self.text.utf8)))
        #expect(context.high == 0x0af7_6519_16cd_43dd && context.low == 0x8448_eb21_1c80_319c)
        #expect(context.parent == 0xb7ad_6b71_6920_3331)
        #expect(context.isSampled)
        let span = TraceSpan(high: context.high, low: context.low, id: 5, parent: context.parent)
        #expect(span.traceparent == "00-0af7651916cd43dd8448eb211c80319c-0000000000000005-01")
    }

    @Test(arguments: [("00", false), ("02", false), ("03", true)])
    func `The last bit of the flags says whether it is recorded`(flags: String, isSampled: Bool) {
        let text = Self.text.dropLast(2) + flags
        #expect(TraceContext(traceparent: Array(text.utf8))?.isSampled == isSampled)
    }

    @Test(arguments: [
        "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
        "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more",
        "0g-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ])
    func `What is none begins a trace anew`(text: String) {
        #expect(TraceContext(traceparent: Array(text.utf8)) == nil)
    }

    @Test func `A later version may say more`() {
        let text = "01" + Self.text.dropFirst(2) + "-what-comes"
        #expect(TraceContext(traceparent: Array(text.utf8)) != nil)
    }
}
