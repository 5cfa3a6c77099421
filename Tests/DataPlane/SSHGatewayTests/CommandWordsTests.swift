import TestSupport
import Testing

@testable import SSHGateway

@Suite struct CommandWordsTests {
    @Test(arguments: [
        ("http", ["http"]),
        ("  http   --metadata  x ", ["http", "--metadata", "x"]),
        ("http --metadata 'a b'", ["http", "--metadata", "a b"]),
        (#"http --metadata "a \"b\" \c""#, ["http", "--metadata", #"a "b" \c"#]),
        (#"a\ b c\'d"#, ["a b", "c'd"]),
        ("''", [""]),
        ("a'b'\"c\"", ["abc"]),
        ("", []),
    ]) func `A command is split as a shell does it`(text: String, words: [String]) throws {
        #expect(try CommandWords.split(text) == words)
    }

    @Test func `What is not closed cannot be split`() {
        #expect(throws: CommandWords.SplitError.quoteOpen) { try CommandWords.split("http 'x") }
        #expect(throws: CommandWords.SplitError.backslashLast) { try CommandWords.split("http x\\") }
    }
}
