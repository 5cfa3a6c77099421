import Foundation
import Model
import Testing

@testable import AgentRuntime

struct AuthtokenTests {
    /// A file before and after.
    private static let edits: [(before: String, after: String)] = [
        ("", "version: 3\nagent:\n    authtoken: NEW\n"),
        ("# only a comment\n", "# only a comment\nversion: 3\nagent:\n    authtoken: NEW\n"),
        ("version: '3'\n", "version: '3'\nagent:\n    authtoken: NEW\n"),
        ("version: 3\nagent:\n  authtoken: old # mine\n", "version: 3\nagent:\n  authtoken: NEW # mine\n"),
        (
            "version: 3\nagent:\n  authtoken: \"old\"\nendpoints: []\n",
            "version: 3\nagent:\n  authtoken: NEW\nendpoints: []\n"
        ),
        ("version: 3\nagent:\n  authtoken:\n  log: x\n", "version: 3\nagent:\n  authtoken: NEW\n  log: x\n"),
        (
            "version: 3\nagent:\n  # how\n  log: stdout\n",
            "version: 3\nagent:\n  # how\n  authtoken: NEW\n  log: stdout\n"
        ),
        ("version: 3\nagent: {log: x}\n", "version: 3\nagent: {authtoken: NEW, log: x}\n"),
        ("version: 3\nagent: {}\n", "version: 3\nagent: \n    authtoken: NEW\n"),
        ("version: 3\nagent:\n", "version: 3\nagent:\n    authtoken: NEW\n"),
        (
            "version: 3\r\nagent:\r\n  log: x\r\n",
            "version: 3\r\nagent:\r\n  authtoken: NEW\r\n  log: x\r\n"
        ),
        ("endpoints: []\n", "version: 3\nendpoints: []\nagent:\n    authtoken: NEW\n"),
        ("version: '2'\nregion: us\n", "authtoken: NEW\nversion: '2'\nregion: us\n"),
        ("version: 2\nauthtoken: old\n", "version: 2\nauthtoken: NEW\n"),
    ]

    @Test(arguments: Self.edits.indices)
    func `A token is put into a file, and everything else stays`(index: Int) throws {
        let (before, after) = Self.edits[index]
        #expect(try TokenEdit("NEW", in: before).text == after)
    }

    @Test(arguments: Self.edits.indices)
    func `Putting a token in twice is putting it in once`(index: Int) throws {
        let once = try TokenEdit("NEW", in: Self.edits[index].before).text
        #expect(try TokenEdit("NEW", in: once).text == once)
    }

    @Test(arguments: ["- a\n", "just text\n", "version: 3\nagent: [\n", "version: 3\nagent: {authtoken: 'o''ld'}\n"])
    func `A file that cannot be edited safely is left alone`(text: String) {
        #expect(throws: TokenEdit.Refusal.self) { try TokenEdit("NEW", in: text) }
    }

    @Test(arguments: ["", "a b", "a\nb", "tökén"])
    func `What is no token is not written`(token: String) {
        #expect(throws: TokenEdit.Refusal.self) { try TokenEdit(token, in: "") }
    }

    @Test(arguments: ["123456", "2x_abc", "a:b", "it's", "#x", "true"])
    func `Any token is read back as it was given`(token: String) throws {
        let text = try TokenEdit(token, in: "version: 3\n").text
        try TemporaryFolder.run { folder in
            let path = try folder.write("a.yml", text)
            let settings = try AgentSettings.load(
                ConfigurationLocation(flags: [path], environment: [:]),
                environment: [:]
            )
            #expect(settings.authtoken?.reveal() == token)
        }
    }

    @Test func `The file and its folders are made, and only the owner may read it`() throws {
        try TemporaryFolder.run { folder in
            let path = folder.url.appendingPathComponent("a/b/portico.yml").path
            try TokenFile.save("NEW", to: path)
            try TokenFile.save("NEWER", to: path)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "version: 3\nagent:\n    authtoken: NEWER\n")
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path + "/a/b") == ["portico.yml"])
        }
    }

    @Test(arguments: ["", "version: 3\nagent:\n  authtoken: A\n", "version: 2\nauthtoken: A\n"])
    func `An API key stands beside the authtoken, and is read`(text: String) throws {
        try TemporaryFolder.run { folder in
            let path = try folder.write("a.yml", text)
            try TokenFile.save("KEY", as: .apiKey, to: path)
            try TokenFile.save("NEWER", as: .apiKey, to: path)
            let location = ConfigurationLocation(flags: [path], environment: [:])
            let settings = try AgentSettings.load(location, environment: [:])
            #expect(settings.apiKey?.reveal() == "NEWER")
            #expect(settings.authtoken?.reveal() == (text.isEmpty ? nil : "A"))
            let both = try AgentSettings.load(location, environment: ["NGROK_API_KEY": "env"])
            #expect(both.apiKey?.reveal() == "env")
        }
    }

    @Test func `A symbolic link stays one`() throws {
        try TemporaryFolder.run { folder in
            let target = try folder.write("real.yml", "version: 3\n")
            let link = folder.url.appendingPathComponent("portico.yml").path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            try TokenFile.save("NEW", to: link)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == target)
            #expect(try String(contentsOfFile: target, encoding: .utf8).contains("authtoken: NEW"))
        }
    }
}
