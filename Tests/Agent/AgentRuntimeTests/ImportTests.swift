import Foundation
import TestSupport
import Testing

@testable import AgentRuntime

/// Files of other agents in `Imports/`, with what becomes of each beside it (`NAME.expected`).
@Suite struct ImportTests {
    private static let folder = SharedMaterial.packageRoot.appending(
        path: "Tests/Agent/AgentRuntimeTests/Imports",
        directoryHint: .isDirectory
    )

    /// `frp/01-ssh.toml` and others; empty when the folder cannot be read, which the first test tells.
    static let names: [String] = ConfigurationImport.Source.allCases.flatMap { source -> [String] in
        let path = folder.appending(path: source.rawValue).path
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return files.filter { !$0.hasSuffix(".expected") }.sorted().map { "\(source.rawValue)/\($0)" }
    }

    @Test(arguments: ConfigurationImport.Source.allCases)
    func `There are ten of each at least`(source: ConfigurationImport.Source) {
        #expect(Self.names.count { $0.hasPrefix("\(source.rawValue)/") } >= 10)
    }

    @Test(arguments: Self.names) func `A file of another agent becomes the expected one`(name: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
        let expected = try String(contentsOf: Self.folder.appending(path: "\(name).expected"), encoding: .utf8)
        let source = try #require(ConfigurationImport.Source(rawValue: String(name.prefix { $0 != "/" })))
        let result = try ConfigurationImport(text, path: name, from: source)
        #expect(result.text == expected)
        // Whose file it is can be told from the file.
        #expect(try ConfigurationImport(text, path: name).text == expected)
    }

    @Test(arguments: [
        ("frpc.toml", "a = ["), ("frpc.ini", "[common\n"), ("frpc.ini", "key\n"), ("config.yml", "ingress: ["),
        ("config.yml", "nothing: here"), ("ngrok.yml", "version: 2\nunknown: 1\n"),
    ])
    func `What cannot be read is refused with the file's name and a code`(path: String, text: String) throws {
        let error = try #require(throws: AgentSettings.LoadingError.self) { try ConfigurationImport(text, path: path) }
        #expect(error.description.hasPrefix(path))
        #expect(error.description.contains("(ERR_PORTICO_100201)"))
    }
}
