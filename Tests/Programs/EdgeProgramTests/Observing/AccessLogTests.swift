import Events
import Foundation
import Logging
import Model
import Testing

@testable import EdgeProgram

@Suite struct AccessLogTests {
    private static func contents(_ url: URL) -> String? { try? String(contentsOf: url, encoding: .utf8) }

    @Test func `A file that is large is put aside, the oldest is let go`() async throws {
        try await withTemporaryFolder { name in
            let folder = URL(filePath: name, directoryHint: .isDirectory)
            let path = folder.appending(path: "access.log")
            let file = try RotatedFile(path.path, limit: 10, kept: 2)
            for line in ["one\n", "two two\n", "three\n", "four four four\n", "five five five\n", "six\n"] {
                try file.append(line)
            }
            #expect(Self.contents(path) == "six\n")
            #expect(Self.contents(folder.appending(path: "access.log.1")) == "five five five\n")
            #expect(Self.contents(folder.appending(path: "access.log.2")) == "three\nfour four four\n")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
        }
    }

    @Test func `A file that was moved away is begun anew, and an old one goes on`() async throws {
        try await withTemporaryFolder { name in
            let folder = URL(filePath: name, directoryHint: .isDirectory)
            let path = folder.appending(path: "access.log")
            try Data("before\n".utf8).write(to: path)
            let file = try RotatedFile(path.path, limit: 1000, kept: 2)
            try file.append("one\n")
            try FileManager.default.moveItem(at: path, to: folder.appending(path: "moved"))
            try file.append("two\n")
            #expect(Self.contents(folder.appending(path: "moved")) == "before\none\n")
            #expect(Self.contents(path) == "two\n")
            let mode = try FileManager.default.attributesOfItem(atPath: path.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func `A file that cannot be opened is told by its setting`() throws {
        let failure = try #require(throws: Failure.self) {
            let configuration = try EdgeProgramConfiguration.loadForTest("access_log:\n  to: /nonexistent/access.log")
            _ = try AccessLogService.open("/nonexistent/access.log", configuration.accessLog)
        }
        #expect(failure.message.contains("access_log.to"))
    }

    @Test func `Each event is a line, with nothing that moves a cursor`() async throws {
        try await withTemporaryFolder { name in
            let folder = URL(filePath: name, directoryHint: .isDirectory)
            let path = folder.appending(path: "access.log")
            let configuration = try EdgeProgramConfiguration.loadForTest("access_log:\n  to: \(path.path)").accessLog
            let queue = EventQueue()
            var request = TrafficEvent.Request(method: "GET", scheme: "http", host: "a.test", path: "/", query: "")
            request.userAgent = "evil\u{1B}[2J\nline"
            request.status = 200
            for _ in 0..<3 {
                queue.record(TrafficEvent(of: nil, at: Date(), connection: .init(start: Date()), request: request))
            }
            queue.close()
            try await AccessLogService(
                queue: queue,
                configuration: configuration,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ).run()
            let lines = try #require(Self.contents(path)).split(separator: "\n")
            #expect(lines.count == 3)
            for line in lines {
                #expect(line.hasPrefix(#"{"event_id":"ev_"#) && line.contains(#""account_id":null"#))
                #expect(line.contains(#""status_code":200"#) && line.utf8.allSatisfy { $0 >= 0x20 })
            }
        }
    }
}
