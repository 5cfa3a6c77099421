import Foundation
import Testing

@testable import AgentConsole

struct LogFormatTests {
    private static let record = LogRecord(
        .info,
        "started tunnel",
        [.init("obj", "tunnels"), .init("name", "command line"), .init("addr", "//localhost:22"), .init("err", nil)],
        at: Date(timeIntervalSince1970: 1_735_787_045.678)
    )

    private static let utc = TimeZone(secondsFromGMT: 0) ?? .current

    @Test(arguments: [
        (
            LogFormat.logfmt,
            #"t=2025-01-02T03:04:05+0000 lvl=info msg="started tunnel" obj=tunnels name="command line" addr=//localhost:22 err=nil"#
        ),
        (
            .json,
            #"{"addr":"//localhost:22","err":null,"lvl":"info","msg":"started tunnel","name":"command line","obj":"tunnels","t":"2025-01-02T03:04:05+0000"}"#
        ),
        (
            .term,
            #"INFO[01-02|03:04:05] started tunnel                           obj=tunnels name="command line" addr=//localhost:22 err=nil"#
        ),
    ])
    func `A line has the shape that its readers know`(format: LogFormat, line: String) {
        #expect(format.line(Self.record, in: Self.utc) == line + "\n")
    }

    @Test(arguments: [
        (LogRecord.Level.debug, "dbug"), (.info, "info"), (.warn, "warn"), (.error, "eror"), (.crit, "crit"),
    ])
    func `Levels are printed in four letters`(level: LogRecord.Level, label: String) {
        #expect(level.label == label)
    }

    @Test func `Times carry the offset of their zone`() throws {
        let zone = try #require(TimeZone(secondsFromGMT: -(3 * 3600 + 30 * 60)))
        #expect(LogFormat.logfmt.line(Self.record, in: zone).hasPrefix("t=2025-01-01T23:34:05-0330 "))
    }

    /// Texts that would cost a reader its line, or deceive one on a terminal.
    @Test(arguments: [
        "it's \"quoted\"", "back\\slash", "two\nlines", "\u{1B}[2Jgone", "", "nil", "a=b", "ü ✓", "`x` $y",
    ])
    func `A value stays one word of a shell's reading, on one line`(text: String) throws {
        let line = LogFormat.logfmt.line(LogRecord(.error, "x", [.init("err", text)]), in: Self.utc)
        #expect(line.filter(\.isNewline).count == 1)
        #expect(!line.unicodeScalars.contains("\u{1B}"))
        let word = try #require(ShellWords(line).words.first { $0.hasPrefix("err=") })
        let shown = text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\\" : String($0) }.joined()
        #expect(word.dropFirst(4).hasPrefix(shown.prefix { $0 != "\\" }))
        if shown == text { #expect(word == "err=\(text)") }
    }

    @Test(arguments: ["it's \"quoted\"", "back\\slash", "two\nlines", "\u{1B}[2Jgone", "\u{7F}", "ü ✓"])
    func `A JSON line is read back as it was`(text: String) throws {
        let line = LogFormat.json.line(LogRecord(.error, text, [.init("err", text)]), in: Self.utc)
        #expect(line.filter(\.isNewline).count == 1)
        let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(object["err"] == text)
        #expect(object["msg"] == text)
    }
}

/// Splits a line as a POSIX shell does, and Python's `shlex`, which wrappers read the log with.
private struct ShellWords {
    private(set) var words: [String] = []

    init(_ line: String) {
        var word: String?
        var isQuoted = false
        var rest = Array(line)[...]
        while let character = rest.popFirst() {
            switch character {
            case "\"":
                isQuoted.toggle()
                word = word ?? ""
            case "\\":
                let next = rest.popFirst() ?? "\\"
                // Inside quotes a backslash escapes only quote and backslash.
                word = (word ?? "") + (isQuoted && next != "\"" && next != "\\" ? "\\" : "") + String(next)
            case " ", "\n":
                guard !isQuoted else {
                    word = (word ?? "") + String(character)
                    continue
                }
                if let word { self.words.append(word) }
                word = nil
            default:
                word = (word ?? "") + String(character)
            }
        }
    }
}
