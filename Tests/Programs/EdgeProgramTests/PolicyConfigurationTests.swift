import Addressing
import Control
import Edge
import Foundation
import Logging
import Model
import PolicyEngine
import Proxy
import Settings
import Synchronization
import Testing
import TestSupport
import TrafficPolicy

@testable import EdgeProgram

@Suite struct PolicyConfigurationTests {
    private final class Written: Sendable {
        private let all = Mutex<[String]>([])

        var warnings: [String] { self.all.withLock { $0.filter { $0.contains("warning") } } }

        func append(_ line: String) { self.all.withLock { $0.append(line) } }
    }

    /// What policies know with these settings, and what was warned of.
    private func load(_ text: String) throws -> (addresses: (any AddressDirectory)?, warnings: [String]) {
        let file = try SettingsFile(path: "edge.yml", text: text)
        let edge = try EdgeProgramConfiguration.definition(.fixed).load(SettingsLayers(file: file)).configuration
        let written = Written()
        let logger = Logger(label: "edge") { label in
            LineLogHandler(label: label, edge.log, write: { written.append($0) })
        }
        return (try edge.policy.addresses(logger), written.warnings)
    }

    private func database(_ name: String) throws -> String {
        try SharedMaterial.file("conformance/mmdb/\(name).mmdb").path
    }

    @Test func `Without databases policies know of no address, and nobody is warned`() throws {
        let (addresses, warnings) = try self.load("")
        #expect(addresses == nil && warnings.isEmpty)
    }

    @Test func `Databases are loaded in their order`() throws {
        let paths = [try self.database("GeoIP2-City-Test"), try self.database("GeoLite2-ASN-Test")]
        let (addresses, warnings) = try self.load("policy: {address_databases: [\(paths.joined(separator: ", "))]}")
        #expect(addresses?.origin(of: try IPAddress(parsing: "81.2.69.142"))?.location.city == "London")
        #expect(addresses?.origin(of: try IPAddress(parsing: "1.128.0.0"))?.systemNumber == 1221)
        #expect(warnings.isEmpty)
    }

    @Test func `A database that is away is warned of once, and what it would know is empty`() throws {
        let (addresses, warnings) = try self.load("policy: {address_databases: [/nowhere/cities.mmdb]}")
        #expect(addresses == nil)
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("/nowhere/cities.mmdb") == true)
    }

    @Test func `A folder of lists that cannot be used keeps the edge from starting`() throws {
        let failure = #expect(throws: Failure.self) { try self.load("policy: {address_lists: /nowhere}") }
        #expect(failure?.code == .configurationInvalid)
    }

    @Test(arguments: [("{}", PolicyServices.ExpressionErrors.skip), ("{expression_errors: fail}", .fail)])
    func `expression_errors reaches the data plane`(text: String, expected: PolicyServices.ExpressionErrors) throws {
        let file = try SettingsFile(path: "edge.yml", text: "policy: \(text)")
        let edge = try EdgeProgramConfiguration.definition(.fixed).load(SettingsLayers(file: file)).configuration
        #expect(edge.dataPlane([]).proxy.policy.services.expressionErrors == expected)
    }

    @Test func `rules, actions_per_rule, expressions_per_rule and body_bytes reach both planes`() throws {
        let text = "{rules: 1, actions_per_rule: 2, expressions_per_rule: 3, body_bytes: 2MiB}"
        for (text, expected) in [("{}", [500, 50, 50, 4 << 20]), (text, [1, 2, 3, 2 << 20])] {
            let file = try SettingsFile(path: "edge.yml", text: "policy: \(text)")
            let edge = try EdgeProgramConfiguration.definition(.fixed).load(SettingsLayers(file: file)).configuration
            let limits = edge.controlPlane.policyLimits
            let body = edge.dataPlane([]).proxy.policy.services.bodyBytes
            #expect([limits.rules, limits.actionsPerRule, limits.expressionsPerRule, body] == expected)
        }
    }
}
