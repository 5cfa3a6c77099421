import Testing

@testable import KubernetesClient

@Suite struct LineSplitterTests {
    @Test(arguments: [
        (["a\nb\n"], ["a", "b"]),
        (["a", "b\n"], ["ab"]),
        (["\n\na\n\n"], ["a"]),
        (["a\nb"], ["a"]),
        (["", "x", "", "\n"], ["x"]),
    ])
    func `Lines end where they end, however the stream is cut`(pieces: [String], lines: [String]) throws {
        var splitter = LineSplitter()
        let found = try pieces.flatMap { try splitter.lines(adding: $0.utf8) }
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == lines)
    }

    @Test func `A line that is too long is refused, and the next one is read`() throws {
        var splitter = LineSplitter(limit: 4)
        #expect(throws: ClusterError.tooLarge("4 bytes in one event")) { try splitter.lines(adding: "12345".utf8) }
        #expect(try splitter.lines(adding: "ok\n".utf8) == [Array("ok".utf8)])
    }
}
