import Addressing
import Edge
import EdgeTestSupport
import Outbound
import PolicyEngine
import Portico
import Proxy
import Testing

/// The `jwt-validation` action, from a visitor's token to a login server's keys and on to the service.
@Suite(.timeLimit(.minutes(1))) struct TokenTests {
    // Of a login server that nobody has: the key that signed them is thrown away, and they have no end.
    private static let keySet =
        #"{"keys":[{"kty":"EC","crv":"P-256","kid":"k1","x":"tzlycyOQMQiRC-NyDPph2dbAIbhCvpVK0o7d7uzoVvg","y":"#
        + #""vOJro0vpwPpwlo1yDJp8cnt9OvNtLb7sAVLLFvQqkE8"}]}"#
    private static let token =
        #"eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tLyIsImF1ZCI6Imh0dHBz"#
        + #"Oi8vYXBpLmV4YW1wbGUuY29tIiwic3ViIjoiYWRhIiwic2NvcGUiOiJvcmRlcnMucmVhZCJ9.GPCFnWnm1-ThAOnBk3GDoxAYklF"#
        + #"I3XoF1Ku1k_ysbI5M3-qAU5fzh3lKdLhWGORjRX1NK_8eqAIcSvYWyoO32w"#

    private static func serveKeys(_ connection: TestConnection) async throws {
        _ = try await connection.read(until: "\r\n\r\n")
        try await connection.write(
            "HTTP/1.1 200 OK\r\nContent-Length: \(Self.keySet.utf8.count)\r\n\r\n\(Self.keySet)"
        )
    }

    private static func policy(keys url: String) -> String {
        """
        on_http_request:
          - actions:
              - type: jwt-validation
                config:
                  issuer: {allow_list: [{value: "https://login.example.com/"}]}
                  http: {tokens: [{type: jwt, method: header, name: authorization, prefix: "Bearer "}]}
                  jws: {allowed_algorithms: [ES256], keys: [{sources: [{additional_jkus: ["\(url)"]}]}]}
              - type: add-headers
                config: {headers: {x-subject: "${actions.ngrok.jwt_validation.tokens[0].payload['sub']}"}}
        """
    }

    /// What a visitor with this token, or none, is answered.
    private static func visit(_ edge: TestEdge, _ token: String?) async throws -> String {
        let visitor = try await edge.visit()
        let field = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        try await visitor.write(request("GET /", "Connection: close\r\n\(field)"))
        let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
        await visitor.close()
        return answer
    }

    private static func check(_ edge: TestEdge) async throws {
        for _ in 0..<4 {
            let answer = try await Self.visit(edge, Self.token)
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("x-subject: ada\r\n"), "\(answer)")
        }
        let without = try await Self.visit(edge, nil)
        #expect(without.hasPrefix("HTTP/1.1 401 ") && without.contains("ERR_NGROK_3408"), "\(without)")
        #expect(without.contains("WWW-Authenticate: Bearer\r\n"))
        let forged = try await Self.visit(edge, String(Self.token.dropLast(4)) + "AAAA")
        #expect(forged.hasPrefix("HTTP/1.1 401 ") && forged.contains("ERR_NGROK_3401"), "\(forged)")
    }

    @Test func `Keys come from an internal endpoint`() async throws {
        try await TestUpstream.with(Self.serveKeys) { login in
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                try await TestEdge.with { edge in
                    let agent = try await edge.connectAgent()
                    let inner = EndpointOptions(scheme: .http, url: "http://login.internal")
                    _ = try await agent.forward(to: "\(login.port)", options: inner)
                    var options = EndpointOptions(scheme: .http, url: "http://app.edge.test")
                    options.trafficPolicy = Self.policy(keys: "http://login.internal/jwks.json")
                    _ = try await agent.forward(to: "\(upstream.port)", options: options)
                    try await Self.check(edge)
                    await agent.close()
                }
            }
        }
    }

    /// Hosts outside are not open to policies here; keys are fetched all the same, where the address may be asked.
    @Test(arguments: [true, false])
    func `Keys come from a server outside, at an address that may be asked`(mayBeAsked: Bool) async throws {
        try await TestUpstream.with(Self.serveKeys) { login in
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                try await TestEdge.with { setup in
                    var outbound = OutboundConfiguration()
                    if mayBeAsked { outbound.rules.opened = [try IPPrefix(parsing: "127.0.0.0/8")] }
                    setup.edge.proxy.policy.services.requester = try OutboundRequester(outbound)
                } _: { edge in
                    let agent = try await edge.connectAgent()
                    var options = EndpointOptions(scheme: .http, url: "http://app.edge.test")
                    options.trafficPolicy = Self.policy(keys: "http://127.0.0.1:\(login.port)/jwks.json")
                    _ = try await agent.forward(to: "\(upstream.port)", options: options)
                    if mayBeAsked {
                        try await Self.check(edge)
                    } else {
                        let answer = try await Self.visit(edge, Self.token)
                        #expect(answer.hasPrefix("HTTP/1.1 500 ") && answer.contains("ERR_NGROK_3422"), "\(answer)")
                    }
                    await agent.close()
                }
            }
        }
    }
}
