import Control
import Edge
import EdgeTestSupport
import Firewall
import Foundation
import NIOCore
import PolicyEngine
import Portico
import Proxy
import Testing
import TrafficPolicy

/// The firewall between a visitor's socket and an agent, with the real engine and the real rules.
@Suite(.timeLimit(.minutes(1))) struct FirewallTests {
    private static let policy = """
        on_http_request:
          - actions:
              - type: owasp-crs-request
                config: {process_body: true}
        """
    private static let body = "application/x-www-form-urlencoded"
    private static let fields = "User-Agent: Mozilla/5.0\r\nAccept: */*\r\nConnection: close\r\n"

    /// Answers as a service does that leaks what its database says on `/leak`; tells the length of the body that came.
    private static func serve(_ connection: TestConnection) async throws {
        let head = try await connection.read(until: "\r\n\r\n")
        let field = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }
        let length = field.flatMap { Int($0.dropFirst("content-length: ".count)) } ?? 0
        let body = try await connection.read(count: length)
        let leaks = head.split(separator: " ").dropFirst().first == "/leak"
        let text =
            leaks ? "You have an error in your SQL syntax; check the manual that corresponds to your MySQL" : "ok"
        let answer = "\(text) \(body.count)"
        try await connection.write(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)"
        )
    }

    private func withVisits(
        _ policy: String,
        _ change: (inout TestEdge.Setup) throws -> Void = { _ in },
        _ body: (_ visit: (_ line: String, _ fields: String, _ body: String) async throws -> String) async throws ->
            Void
    ) async throws {
        try await TestUpstream.with(Self.serve) { upstream in
            try await TestEdge.with(change) { edge in
                let agent = try await edge.connectAgent()
                var options = EndpointOptions(scheme: .http, url: "http://app.edge.test")
                options.trafficPolicy = policy
                _ = try await agent.forward(to: "\(upstream.port)", options: options)
                try await body { line, fields, body in
                    let visitor = try await edge.visit()
                    let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
                    try await visitor.write(request(line, Self.fields + length + fields, body: body))
                    let answer = String(decoding: try await visitor.readToEnd(), as: UTF8.self)
                    await visitor.close()
                    return answer
                }
                await agent.close()
            }
        }
    }

    @Test func `Attacks in line, fields and body are denied, and what is harmless comes through`() async throws {
        try await self.withVisits(Self.policy) { visit in
            let page = try await visit("GET /?page=2", "", "")
            #expect(page.hasSuffix("ok 0"))
            let form = "Content-Type: \(Self.body)\r\n"
            let posted = try await visit("POST /", form, "name=Ada&city=London")
            #expect(posted.hasSuffix("ok 20"))
            for (line, fields, body) in [
                ("GET /?id=1'%20or%20'1'='1", "", ""),
                ("GET /", "Referer: <script>alert(1)</script>\r\n", ""),
                ("POST /", form, "id=1%27+or+%271%27%3D%271"),
            ] {
                let answer = try await visit(line, fields, body)
                #expect(answer.hasPrefix("HTTP/1.1 403 "), "\(line): \(answer)")
                #expect(answer.contains("ERR_NGROK_3700"))
            }
        }
    }

    @Test(arguments: [1000, 4096, 4097, 200_000, 3_000_000])
    func `A body goes on whole, however much of it is looked at`(count: Int) async throws {
        try await self.withVisits(Self.policy) { visit in
            let body = "a=" + String(repeating: "b", count: count - 2)
            let answer = try await visit("POST /", "Content-Type: \(Self.body)\r\n", body)
            #expect(answer.hasSuffix("ok \(count)"))
        }
    }

    @Test func `An action behind the firewall sees the whole body`() async throws {
        let policy = """
            on_http_request:
              - actions:
                  - type: owasp-crs-request
                    config: {process_body: true}
                  - type: request-body-find-replace
                    config: {replacements: [{from: end, to: "END-OF-IT"}]}
            """
        try await self.withVisits(policy) { visit in
            let body = "a=" + String(repeating: "b", count: 100_000) + "end"
            let answer = try await visit("POST /", "Content-Type: \(Self.body)\r\n", body)
            #expect(answer.hasSuffix("ok 100011"))
        }
    }

    @Test func `A response that leaks is replaced, and others are not`() async throws {
        let policy = """
            on_http_response:
              - actions:
                  - type: owasp-crs-response
                    config: {process_body: true}
            """
        try await self.withVisits(policy) { visit in
            let harmless = try await visit("GET /", "", "")
            #expect(harmless.hasSuffix("ok 0"))
            let answer = try await visit("GET /leak", "", "")
            #expect(answer.hasPrefix("HTTP/1.1 403 "))
            #expect(answer.contains("ERR_NGROK_3702"))
            #expect(!answer.contains("SQL syntax"))
        }
    }

    @Test func `Where there is no room a request is turned away, and served where the action goes on`() async throws {
        var configuration = FirewallConfiguration()
        configuration.patience = .zero
        let firewall = Firewall(configuration)
        try await self.withVisits(Self.policy, { $0.edge.proxy.policy.services.firewall = firewall }) { visit in
            let answer = try await visit("GET /", "", "")
            #expect(answer.hasPrefix("HTTP/1.1 503 "))
        }
        let tells = Self.policy.replacing("process_body: true", with: "on_error: continue")
        try await self.withVisits(tells, { $0.edge.proxy.policy.services.firewall = firewall }) { visit in
            let answer = try await visit("GET /", "", "")
            #expect(answer.hasSuffix("ok 0"))
        }
    }

    @Test func `An edge without the rules refuses the policy, with what to install`() async throws {
        var configuration = FirewallConfiguration()
        configuration.rules = "/nowhere"
        let firewall = Firewall(configuration)
        let change: (inout TestEdge.Setup) -> Void = { $0.control.problemOfAction = firewall.problem }
        try await TestEdge.with(change) { edge in
            let agent = try await edge.connectAgent()
            var options = EndpointOptions(scheme: .http, url: "http://app.edge.test")
            options.trafficPolicy = Self.policy
            let error = await #expect(throws: PorticoError.self) {
                _ = try await agent.forward(to: "1", options: options)
            }
            #expect(error?.code == "ERR_NGROK_100420")
            #expect(error?.message.contains("apt-get install modsecurity-crs") == true)
            await agent.close()
        }
    }
}
