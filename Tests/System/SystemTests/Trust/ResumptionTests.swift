import EdgeTestSupport
import Foundation
import TestSupport
import Testing

/// Sessions of TLS, as OpenSSL keeps and offers them.
@Suite(.timeLimit(.minutes(1))) struct ResumptionTests {
    /// Asks for a page, keeps the session or offers the one that is kept in `file`, and tells what OpenSSL says of it.
    private static func ask(_ edge: TestEdge, _ version: String, _ session: [String]) async throws -> String {
        let shell = try #require(Tool("bash"))
        let page = "GET / HTTP/1.1\\r\\nHost: app.edge.test\\r\\nConnection: close\\r\\n\\r\\n"
        let address = "127.0.0.1:\(edge.httpsPort)"
        return try await shell.run(
            ["-c", "printf '\(page)' | timeout 20 openssl s_client -ign_eof \"$@\"", "openssl"]
                + ["-\(version)", "-connect", address, "-servername", "app.edge.test"] + session
        )
    }

    @Test(arguments: ["tls1_2", "tls1_3"])
    func `A session is resumed on every loop, and one of another edge is no reason to fail`(version: String)
        async throws
    {
        let file = FileManager.default.temporaryDirectory.appending(path: "session-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try await TestEdge.with { edge in
            #expect(try await Self.ask(edge, version, ["-sess_out", file]).contains("New, TLSv1"))
            // The system spreads connections over the two loops; both of them are met in twelve.
            for _ in 0..<12 {
                let said = try await Self.ask(edge, version, ["-sess_in", file])
                #expect(said.contains("Reused, TLSv1") && said.contains("HTTP/1.1 404"), "\(said)")
            }
        }
        try await TestEdge.with { other in
            let said = try await Self.ask(other, version, ["-sess_in", file])
            #expect(said.contains("New, TLSv1") && said.contains("HTTP/1.1 404"), "\(said)")
        }
    }
}
