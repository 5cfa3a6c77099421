import Foundation
import Settings
import Testing

@testable import EdgeProgram

@Suite struct ConfigurationReferenceTests {
    @Test func `The reference page is what the settings say`() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../docs/configuration.md"
        )
        if ProcessInfo.processInfo.environment["PORTICO_WRITE_DOCS"] == "1" {
            try Data(ConfigurationReference.page.utf8).write(to: page.standardized)
        }
        let written = try String(contentsOf: page.standardized, encoding: .utf8)
        #expect(
            written == ConfigurationReference.page,
            "docs/configuration.md is stale: run portico-edge config --reference > docs/configuration.md"
        )
    }

    @Test func `The example on the page is a configuration`() throws {
        let example = try #require(ConfigurationReference.page.firstMatch(of: /```yaml\n((?s).*?)```/)?.1)
        let file = try SettingsFile(path: "example.yml", text: String(example))
        let edge = try EdgeProgramConfiguration.definition(.fixed).load(SettingsLayers(file: file)).configuration
        #expect(edge.upstreams.count == 1)
    }

    @Test func `The file for the system's service is a configuration`() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../deploy/systemd/portico-edge.yml").standardized
        let file = try SettingsFile(path: path.path, text: String(contentsOf: path, encoding: .utf8))
        let edge = try EdgeProgramConfiguration.definition(.fixed).load(SettingsLayers(file: file)).configuration
        #expect(edge.listeners.https.map(\.port) == [443])
    }
}
