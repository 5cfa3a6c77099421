import Addressing
import Control
import EdgeLink
import Foundation
import Model
import Settings
import Testing

@testable import EdgeProgram

@Suite struct StaticUpstreamPolicyTests {
    private func upstreams(policy text: String, in folder: String) async throws -> [Control.StaticUpstream] {
        let path = "\(folder)/policy.yml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try await self.upstreams(policyFile: path)
    }

    private func upstreams(policyFile path: String) async throws -> [Control.StaticUpstream] {
        let file = try SettingsFile(
            path: "edge.yml",
            text: """
                upstreams:
                  - hosts: [app.example.com, www.example.com]
                    address: localhost:3000
                    traffic_policy_file: \(path)
                  - host: plain.example.com
                    address: localhost:3000
                    scheme: http
                """
        )
        let edge = try EdgeProgramConfiguration.definition(.fixed).load(SettingsLayers(file: file)).configuration
        return try await edge.staticUpstreams(under: edge.controlPlane)
    }

    @Test func `A policy stands before each host and scheme of its upstream, and before no other`() async throws {
        let text = "on_http_request: [{actions: [{type: deny}]}]"
        let endpoints = try await withTemporaryFolder { try await self.upstreams(policy: text, in: $0) }
        #expect(endpoints.count == 5)
        #expect(endpoints.filter { $0.policy?.text == text }.count == 4)
        #expect(endpoints.filter { $0.policy == nil }.map { "\($0.url)" } == ["http://plain.example.com:8080"])
    }

    @Test func `A policy without rules costs nothing`() async throws {
        let endpoints = try await withTemporaryFolder { try await self.upstreams(policy: "{}", in: $0) }
        #expect(endpoints.allSatisfy { $0.policy == nil })
    }

    @Test func `A wrong policy is refused with its file, line and column`() async throws {
        let text = "on_http_request:\n  - actions: [{type: denny}]"
        let failure = try await #require(throws: Failure.self) {
            try await withTemporaryFolder { try await self.upstreams(policy: text, in: $0) }
        }
        #expect(failure.message.contains("policy.yml"))
        #expect(failure.message.contains("line 2") || failure.message.contains("2:"))
        #expect(failure.message.contains("denny"))
    }

    @Test func `A policy that cannot be read is refused`() async throws {
        let failure = try await #require(throws: Failure.self) {
            try await self.upstreams(policyFile: "/nowhere/policy.yml")
        }
        #expect(failure.code == .configurationInvalid && failure.message.contains("/nowhere/policy.yml"))
    }
}
