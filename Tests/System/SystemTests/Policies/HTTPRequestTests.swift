import Addressing
import Edge
import EdgeTestSupport
import Outbound
import PolicyEngine
import Portico
import Proxy
import Testing

/// The `http-request` action, from a policy of an agent to a real service and back.
@Suite(.timeLimit(.minutes(1))) struct HTTPRequestTests {
    /// Answers with what it was asked for; `/moved` leads to `/there`.
    private static func serve(_ connection: TestConnection) async throws {
        let head = try await connection.read(until: "\r\n\r\n")
        let target = head.split(separator: " ")[1]
        if target == "/moved" {
            try await connection.write("HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n")
        } else {
            let body = #"{"asked": "\#(target)"}"#
            try await connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }
    }

    /// What an endpoint with this rule answers, whose requester may ask `port` of this machine where it `isOpen`.
    private func answer(isOpen: Bool = true, of actions: (UInt16) -> String) async throws -> String {
        try await TestUpstream.with(Self.serve) { service in
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                try await TestEdge.with { setup in
                    var outbound = OutboundConfiguration()
                    outbound.isOpen = true
                    outbound.rules.ports = [service.port]
                    if isOpen { outbound.rules.opened = [try IPPrefix(parsing: "127.0.0.0/8")] }
                    setup.edge.proxy.policy.services.requester = try OutboundRequester(outbound)
                } _: { edge in
                    let agent = try await edge.connectAgent()
                    var options = EndpointOptions(scheme: .http, url: "http://app.edge.test")
                    options.trafficPolicy = "on_http_request: [{actions: [\(actions(service.port))]}]"
                    _ = try await agent.forward(to: "\(upstream.port)", options: options)
                    let visitor = try await edge.visit()
                    try await visitor.write(request("GET /path", "Connection: close\r\n"))
                    let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
                    await agent.close()
                    return answer
                }
            }
        }
    }

    @Test func `An expression sees what another service answered`() async throws {
        let answer = try await self.answer {
            """
            {type: http-request, config: {url: "http://127.0.0.1:\($0)/ask${req.url.path}", max_redirects: 1, timeout: 30s}},
            {type: add-headers, config: {headers: {
              x-asked: "${actions.ngrok.http_request.res.body.decodeJson()['asked']}",
              x-address: "${actions.ngrok.http_request.res.resolved_ip}"}}}
            """
        }
        #expect(answer.contains("x-asked: /ask/path\r\n") && answer.contains("x-address: 127.0.0.1\r\n"))
    }

    @Test func `A redirect is followed as far as the action says`() async throws {
        let answer = try await self.answer {
            """
            {type: http-request, config: {url: "http://127.0.0.1:\($0)/moved", max_redirects: 1, timeout: 30s}},
            {type: add-headers, config: {headers: {
              x-asked: "${actions.ngrok.http_request.res.body.decodeJson()['asked']}"}}}
            """
        }
        #expect(answer.contains("x-asked: /there\r\n"))
    }

    @Test func `An internal endpoint is asked where hosts outside are not`() async throws {
        try await TestUpstream.with(Self.serve) { service in
            try await TestUpstream.with(TestUpstream.echoHead) { upstream in
                try await TestEdge.with { edge in
                    let agent = try await edge.connectAgent(maximumLegs: 1)
                    let inner = EndpointOptions(scheme: .https, url: "https://service.internal")
                    _ = try await agent.forward(to: "\(service.port)", options: inner)
                    var options = EndpointOptions(scheme: .http, url: "http://app.edge.test")
                    options.trafficPolicy = """
                        on_http_request:
                          - actions:
                              - {type: http-request, config: {url: "https://service.internal/ask${req.url.path}", timeout: 30s}}
                              - type: add-headers
                                config:
                                  headers: {x-asked: "${actions.ngrok.http_request.res.body.decodeJson()['asked']}"}
                        """
                    _ = try await agent.forward(to: "\(upstream.port)", options: options)
                    for number in 0..<4 {
                        let visitor = try await edge.visit()
                        try await visitor.write(request("GET /\(number)", "Connection: close\r\n"))
                        let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
                        #expect(answer.contains("x-asked: /ask/\(number)\r\n"))
                        await visitor.close()
                    }
                    await agent.close()
                }
            }
        }
    }

    @Test func `An address inside is refused, and the visitor sees the code`() async throws {
        let answer = try await self.answer(isOpen: false) {
            #"{type: http-request, config: {url: "http://127.0.0.1:\#($0)/", on_error: halt}}"#
        }
        #expect(answer.hasPrefix("HTTP/1.1 502 ") && answer.contains("ERR_NGROK_100410"))
    }
}
