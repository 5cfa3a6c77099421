import Foundation
import NIOCore
import NIOPosix
import Portico
import Testing

@testable import AgentWeb

/// Files behind a socket, asked for as the agent's pipe asks.
@Suite(.timeLimit(.minutes(1)))
struct FolderServerTests {
    private static func withFolder(_ body: @Sendable (_ socket: String) async throws -> Void) async throws {
        let home = FileManager.default.temporaryDirectory.appending(path: "portico-\(UUID().uuidString)")
        let root = home.appending(path: "root")
        try FileManager.default.createDirectory(at: root.appending(path: "sub"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(at: root.appending(path: "list"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        for (path, text) in [
            ("root/index.html", "<p>home"), ("root/a.txt", "0123456789"), ("root/sub/index.html", "<p>sub"),
            ("root/list/b <b>.txt", "b"), ("root/list/.hidden", "h"), ("outside.txt", "secret"),
        ] { try text.write(to: home.appending(path: path), atomically: true, encoding: .utf8) }
        try FileManager.default.createSymbolicLink(
            at: root.appending(path: "out.txt"),
            withDestinationURL: home.appending(path: "outside.txt")
        )
        try FileManager.default.createSymbolicLink(
            at: root.appending(path: "in.txt"),
            withDestinationURL: root.appending(path: "a.txt")
        )
        let server = FolderServer()
        do {
            try await body(try await server.serve(root.path))
            await server.close()
        } catch {
            await server.close()
            throw error
        }
    }

    private static func get(
        _ socket: String,
        _ path: String,
        _ fields: String = "",
        method: String = "GET"
    ) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(unixDomainSocketPath: socket) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let head = "\(method) \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(fields)\r\n"
            try await outbound.write(ByteBuffer(string: head))
            var text = ""
            for try await bytes in inbound { text += String(buffer: bytes) }
            return text
        }
    }

    /// A path, fields of the request, and parts of the answer.
    @Test(
        arguments: [
            ("/", "", ["200", "<p>home", "text/html"]), ("/sub/", "", ["200", "<p>sub"]),
            ("/sub", "", ["301", "/sub/"]),
            ("/a.txt", "", ["200", "0123456789", "text/plain", "content-length: 10"]),
            ("/a.txt", "Range: bytes=2-4\r\n", ["206", "\r\n\r\n234", "bytes 2-4/10"]),
            ("/a.txt", "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n", ["304"]),
            ("/in.txt", "", ["200", "0123456789"]), ("/nothing.txt", "", ["404"]), ("/out.txt", "", ["404"]),
            ("/list/", "", ["200", "b &lt;b&gt;.txt", "b%20%3Cb%3E.txt"]),
        ] as [(String, String, [String])]
    )
    func `A file, an index page or a list is given`(path: String, fields: String, parts: [String]) async throws {
        try await Self.withFolder { socket in
            let answer = try await Self.get(socket, path, fields).lowercased()
            #expect(answer.hasPrefix("http/1.1 \(parts[0])"), "\(answer)")
            for part in parts.dropFirst() { #expect(answer.contains(part.lowercased()), "\(answer)") }
            #expect(!answer.contains("secret"))
            #expect(!answer.contains(".hidden"))
        }
    }

    @Test(arguments: [
        "/../outside.txt", "/%2e%2e/outside.txt", "/sub/..%2f..%2foutside.txt", "/sub/../../outside.txt",
        "//../outside.txt",
        "/..%2foutside.txt", "/%2e%2e%2foutside.txt", "/..\\outside.txt", "/sub/%2e%2e/%2e%2e/outside.txt",
    ])
    func `No path leads out of the folder`(path: String) async throws {
        try await Self.withFolder { socket in
            let answer = try await Self.get(socket, path)
            #expect(!answer.contains("secret"))
            #expect(answer.hasPrefix("HTTP/1.1 40"))
        }
    }

    @Test func `What was not changed is not sent again, and HEAD sends no body`() async throws {
        try await Self.withFolder { socket in
            let first = try await Self.get(socket, "/a.txt", method: "HEAD")
            #expect(first.lowercased().contains("content-length: 10"))
            #expect(!first.contains("0123456789"))
            let tag = try #require(first.split(separator: "\r\n").first { $0.hasPrefix("ETag:") })
            let again = try await Self.get(socket, "/a.txt", "If-None-Match:\(tag.dropFirst(5))\r\n")
            #expect(again.hasPrefix("HTTP/1.1 304"))
        }
    }

    @Test func `A folder that is not there is told of`() async throws {
        let error = try await #require(throws: PorticoError.self) { try await FolderServer().serve("/nonexistent") }
        #expect(error.kind == .invalidConfiguration)
    }
}
