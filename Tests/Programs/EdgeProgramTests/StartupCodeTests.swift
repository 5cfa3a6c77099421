import Testing

@testable import EdgeProgram

@Suite struct StartupCodeTests {
    @Test(arguments: [
        ("7f10-7f20 r-xp 00001000 fe:00 12   /usr/bin/portico-edge", 0x7f10..<0x7f20),
        // Constants and what was relocated share their looks: neither is touched.
        ("7f10-7f20 r--p 00001000 fe:00 12   /usr/bin/portico-edge", nil),
        ("7f10-7f20 rw-p 00001000 fe:00 12   /usr/bin/portico-edge", nil),
        ("7f10-7f20 r-xp 00000000 00:00 0    [vdso]", nil),
        ("7f10-7f20 r-xp 00000000 00:00 0 ", nil),
        ("7f20-7f10 r-xp 00001000 fe:00 12   /usr/bin/portico-edge", nil), ("", nil),
    ])
    func `Code of files alone is let go of`(line: String, range: Range<UInt>?) {
        #expect(StartupCode.code(in: line[...]) == range)
    }

    @Test func `A process goes on behind it`() {
        StartupCode.release()
        StartupCode.release()
    }
}
