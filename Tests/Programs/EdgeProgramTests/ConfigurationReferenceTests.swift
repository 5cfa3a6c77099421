import Foundation
import Settings
import Testing

@testable import EdgeProgram

@Suite struct ConfigurationReferenceTests {
    @Test func `The reference page is what the settings say`() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../docs/configuration.md"
        )
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
}
