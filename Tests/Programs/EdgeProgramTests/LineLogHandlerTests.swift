import Foundation
import Logging
import Settings
import Synchronization
import Testing

@testable import EdgeProgram

@Suite struct LineLogHandlerTests {
    /// What a logger wrote.
    private final class Written: Sendable {
        private let all = Mutex<[String]>([])

        var lines: [String] { self.all.withLock { $0 } }

        func append(_ line: String) { self.all.withLock { $0.append(line) } }
    }

    /// The lines that a logger of this configuration writes when `body` logs.
    private func lines(_ arguments: [String], _ body: (Logger) -> Void) throws -> [String] {
        let configuration = try EdgeProgramConfiguration.definition(.fixed)
            .load(SettingsLayers(arguments: arguments)).configuration
        let written = Written()
        let logger = Logger(label: "edge") { label in
            LineLogHandler(
                label: label,
                configuration.log,
                now: { Date(timeIntervalSince1970: 1_700_000_000.25) },
                write: { written.append($0) }
            )
        }
        body(logger)
        return written.lines
    }

    @Test func `An event is one line with its facts in order`() throws {
        let lines = try self.lines([]) { logger in
            logger.info("agent session closed", metadata: ["session.id": "ts_1", "a": "two words"])
            logger.debug("not this one")
        }
        #expect(lines == [#"2023-11-14T22:13:20.250Z info agent session closed a="two words" session.id=ts_1"#])
    }

    @Test func `An event is one JSON object that any parser reads`() throws {
        let lines = try self.lines(["--log-format", "json", "--log-level", "trace"]) { logger in
            logger.trace("a \"quoted\"\nline", metadata: ["text": "\u{0}\u{7F}\u{2028}\\😀ä"])
        }
        let line = try #require(lines.first)
        #expect(lines.count == 1 && !line.contains("\n"))
        let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(
            object == [
                "time": "2023-11-14T22:13:20.250Z", "level": "trace", "logger": "edge",
                "message": "a \"quoted\"\nline", "text": "\u{0}\u{7F}\u{2028}\\😀ä",
            ]
        )
    }

    @Test(arguments: ["text", "json"])
    func `What others send can't break a line or move a cursor`(format: String) throws {
        let hostile = "a\r\nb\u{1B}[2J\u{85}\u{202E}\u{E0001}\u{9B}"
        let lines = try self.lines(["--log-format", format]) { logger in
            logger.error("\(hostile)", metadata: ["fact": "\(hostile)", "list": ["\(hostile)"]])
        }
        let line = try #require(lines.first)
        let isClean = line.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format: false
            default: true
            }
        }
        #expect(isClean)
    }

    @Test func `Facts of the logger and of the event stand together, the event's in front`() throws {
        let lines = try self.lines([]) { logger in
            var logger = logger
            logger[metadataKey: "one"] = "1"
            logger[metadataKey: "two"] = "2"
            logger.info("x", metadata: ["two": "3"])
        }
        #expect(lines.first?.hasSuffix(" x one=1 two=3") == true)
    }
}
