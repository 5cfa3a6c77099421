import Addressing
import Edge
import EdgeTestSupport
import Expression
import Foundation
import JSON
import Outbound
import PolicyEngine
import Portico
import Proxy
import TestSupport
import Testing

/// The published tokens of `conformance/jwt`, each in a real request to an endpoint with `jwt-validation`, at the time that
/// they were made for.
@Suite(.timeLimit(.minutes(2))) struct PublishedTokenRequestTests {
    /// Refused by their profile, and let in by the action, in which `exp` is not mandatory (`spec/traffic-policy.md` 4.11).
    private static let letIn: Set<String> = ["exp-missing"]

    private struct Vector {
        let id: String
        let profile: String
        let token: String
        let isValid: Bool
    }

    private static func policy(type: String, keys url: String) -> String {
        """
        on_http_request:
          - actions:
              - type: jwt-validation
                config:
                  issuer: {allow_list: [{value: "https://idp.test/"}]}
                  audience: {allow_list: [{value: "api://edge"}]}
                  http: {tokens: [{type: \(type), method: header, name: authorization, prefix: "Bearer "}]}
                  jws: {allowed_algorithms: [RS256, PS256, ES256, ES384, EdDSA], keys: [{identification: [{token_claims: [kid]}], sources: [{additional_jkus: ["\(url)"]}]}]}
        """
    }

    @Test func `Every published token that a request can carry is judged over real requests`() async throws {
        let file = try SharedMaterial.file("conformance/jwt/vectors.json")
        let document = try #require(JSON.JSONValue(reading: Array(Data(contentsOf: file))).object)
        let keys = try #require(document["jwks"]).text
        let profiles = ["default": ("jwt", "default.edge.test"), "at_jwt": ("at+jwt", "at.edge.test")]
        let vectors = try #require(document["vectors"]?.array).compactMap(\.object).compactMap { object -> Vector? in
            guard let id = object["id"]?.string, let profile = object["profile"]?.string, profiles[profile] != nil,
                let token = object["token"]?.string, !token.utf8.contains(10)
            else { return nil }
            return Vector(id: id, profile: profile, token: token, isValid: object["expect"]?.string == "valid")
        }
        let serveKeys: @Sendable (TestConnection) async throws -> Void = { connection in
            _ = try await connection.read(until: "\r\n\r\n")
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(keys.utf8.count)\r\n\r\n\(keys)")
        }
        try await TestUpstream.with(serveKeys) { login in
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                try await TestEdge.with { setup in
                    var outbound = OutboundConfiguration()
                    outbound.rules.opened = [try IPPrefix(parsing: "127.0.0.0/8")]
                    setup.edge.proxy.policy.services.requester = try OutboundRequester(outbound)
                    setup.edge.proxy.policy.clock = { Timestamp(nanosecondsSince1970: 1_900_000_000_000_000_000) }
                } _: { edge in
                    let agent = try await edge.connectAgent()
                    for (type, host) in profiles.values {
                        var options = EndpointOptions(scheme: .http, url: "http://\(host)")
                        options.trafficPolicy = Self.policy(
                            type: type,
                            keys: "http://127.0.0.1:\(login.port)/jwks.json"
                        )
                        _ = try await agent.forward(to: "\(upstream.port)", options: options)
                    }
                    for vector in vectors {
                        let visitor = try await edge.visit()
                        let host = profiles[vector.profile]?.1 ?? ""
                        try await visitor.write(
                            request(
                                "GET /",
                                host: host,
                                "Connection: close\r\nAuthorization: Bearer \(vector.token)\r\n"
                            )
                        )
                        let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
                        await visitor.close()
                        #expect(
                            answer.hasPrefix("HTTP/1.1 200 ") == (vector.isValid || Self.letIn.contains(vector.id)),
                            "\(vector.id): \(answer.prefix(300))"
                        )
                    }
                    await agent.close()
                }
            }
        }
        // Left out: those signed with a shared secret, those of ID tokens, and two with a line end, which no field carries.
        #expect(vectors.count >= 145)
    }
}
