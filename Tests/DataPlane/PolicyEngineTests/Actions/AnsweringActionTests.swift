import Expression
import NIOCore
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// `deny` (`spec/traffic-policy.md` 4.8).
@Suite struct DenyTests {
    @Test(arguments: [("", 403), (", config: {status_code: 404}", 404), (", config: {status_code: 599}", 599)])
    func `status_code: the answer's, 403 by default, with nothing in it`(config: String, status: Int) throws {
        let exchange = try ExchangeFixture().exchange(actions: "- {type: deny\(config)}")
        let response = try #require(exchange.run(.httpRequest)?.response)
        #expect(response.status == status && response.fields.isEmpty && response.body.readableBytes == 0)
        #expect(!response.runsResponsePhase)
    }

    @Test func `In on_tcp_connect the connection is closed`() throws {
        #expect(try ExchangeFixture().exchange(.tcpConnect, actions: "- type: deny").run(.tcpConnect)?.brief == "close")
    }
}

/// `close-connection` (`spec/traffic-policy.md` 4.5).
@Suite struct CloseConnectionTests {
    @Test(arguments: [PolicyPhase.tcpConnect, .httpRequest], ["", ", config: null", ", config: {}"])
    func `The connection is closed, in both phases, with or without a configuration`(
        phase: PolicyPhase,
        config: String
    ) throws {
        let exchange = try ExchangeFixture().exchange(phase, actions: "- {type: close-connection\(config)}")
        #expect(exchange.run(phase)?.brief == "close")
    }
}

/// `custom-response` (`spec/traffic-policy.md` 4.7).
@Suite struct CustomResponseTests {
    private func respond(_ config: String, _ uri: String = "/") throws -> PolicyResponse {
        let exchange = try ExchangeFixture(uri).exchange(
            actions: "- type: custom-response\n  config: {\(config)}"
        )
        return try #require(exchange.run(.httpRequest)?.response)
    }

    @Test(arguments: [("", 200), ("status_code: 204", 204), ("status_code: 503", 503)])
    func `status_code: 200 by default`(config: String, status: Int) throws {
        #expect(try self.respond(config).status == status)
    }

    @Test(arguments: ["body: 'at ${req.url.path}'", "content: 'at ${req.url.path}'"])
    func `body: interpolated; content is another name of it`(config: String) throws {
        let response = try self.respond(config, "/x")
        #expect(String(buffer: response.body) == "at /x")
    }

    @Test func `body: empty by default, and without a content type`() throws {
        let response = try self.respond("")
        #expect(response.body.readableBytes == 0 && response.fields.isEmpty)
    }

    @Test(
        arguments: [
            (#"{"a": 1}"#, "application/json"), ("[1]", "application/json"), ("{no json", "text/plain; charset=utf-8"),
            ("<!DOCTYPE html><p>", "text/html; charset=utf-8"), (" <html lang=x>", "text/html; charset=utf-8"),
            ("<xml>", "text/plain; charset=utf-8"), ("hello", "text/plain; charset=utf-8"),
        ]
    )
    func `headers: the content type is told by the body where none is given`(body: String, type: String) throws {
        let response = try self.respond("body: '\(body)'")
        #expect(response.fields.map { "\($0.name): \($0.value)" } == ["content-type: \(type)"])
    }

    @Test func `headers: interpolated, in order, a content type of any case being the one`() throws {
        let response = try self.respond("body: '{}', headers: {X-A: '${req.method}', Content-Type: text/x}")
        #expect(response.fields.map { "\($0.name): \($0.value)" } == ["x-a: GET", "content-type: text/x"])
    }

    @Test func `headers: what frames the message is the edge's own`() throws {
        let response = try self.respond(
            "body: ab, headers: {content-length: '99', transfer-encoding: chunked, connection: x, x-a: '1'}"
        )
        #expect(response.fields.map(\.name) == ["x-a", "content-type"])
    }

    @Test func `An expression without a value fails with 2238`() throws {
        let exchange = try ExchangeFixture().exchange(
            actions: "- {type: custom-response, config: {body: '${vars.none}'}}"
        )
        #expect(exchange.run(.httpRequest)?.brief == "fail 2238 500")
    }

    @Test func `In on_http_request on_http_response runs on it; there it replaces the answer and ends the phase`()
        throws
    {
        #expect(try self.respond("").runsResponsePhase)
        let exchange = try ExchangeFixture().responding(
            .httpResponse,
            [("X-Up", "1")],
            status: 500,
            actions: """
                - {type: custom-response, config: {status_code: 503, body: 'was ${res.status_code}'}}
                """
        )
        let response = try #require(exchange.run(.httpResponse)?.response)
        #expect(response.status == 503 && String(buffer: response.body) == "was 500" && !response.runsResponsePhase)
    }
}
