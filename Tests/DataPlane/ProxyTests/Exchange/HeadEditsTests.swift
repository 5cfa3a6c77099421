import NIOCore
import Testing

@testable import Proxy

@Suite struct HeadEditsTests {
    private static let head = "GET /a HTTP/1.1\r\nHost: a.test\r\nX-Mine: 1\r\n\r\n"

    private func edited(_ edits: [HeadEdits.Edit]) -> String {
        var list = HeadEdits()
        for edit in edits { list.append(edit) }
        var buffer = ByteBuffer(string: Self.head)
        list.apply(to: &buffer)
        return String(buffer: buffer)
    }

    @Test(arguments: [
        [("x-team", "blue")], [("x-team", "blue"), ("x-team", "red"), ("via", "1.1 edge")], [("x-mine", "")],
    ])
    func `Lines that are only added stand where any edit would put them`(_ lines: [(String, String)]) {
        var buffer = ByteBuffer(string: Self.head)
        #expect(HeadEdits.append(lines.map { (name: $0.0, value: $0.1) }, to: &buffer))
        #expect(String(buffer: buffer) == self.edited(lines.map { .add($0.0, $0.1) }))
    }

    @Test(arguments: [
        ("host", "b.test"), ("content-length", "3"), ("transfer-encoding", "chunked"), ("connection", "x"), ("", "1"),
        ("x mine", "1"), ("x-mine", "1\r\nX-Other: 2"),
    ])
    func `A line that is not simply added leaves the head as it is`(_ name: String, _ value: String) {
        var buffer = ByteBuffer(string: Self.head)
        #expect(!HeadEdits.append([(name: "x-a", value: "1"), (name: name, value: value)], to: &buffer))
        #expect(String(buffer: buffer) == Self.head)
    }
}
