import AgentRuntime
import Foundation
import Inspection
import JSON
import NIOCore
import Testing

@testable import AgentWeb

/// The local web service over a socket, of an agent that is not connected.
@Suite(.timeLimit(.minutes(1)))
struct WebServiceTests {
    @Test func `What is there is told before the session is established`() async throws {
        try await RunningWebService.with { service in
            let index = try await service.call("GET", "/api")
            #expect(index.status == 200)
            #expect(index.body["endpoints_uri"] == "/api/endpoints")
            #expect(try await service.call("GET", "/api/endpoints").body["endpoints"] == [])
            #expect(try await service.call("GET", "/api/tunnels").body["tunnels"] == [])
            #expect(try await service.call("GET", "/api/requests/http").body["requests"] == [])
            #expect(try await service.call("GET", "/api/status").body["status"] == "connecting")
            #expect(service.display.calls.first == "/api 200")
        }
    }

    private static let json = ["Content-Type": "application/json"]

    @Test func `Clients that come too early are told so in the words that they look for`() async throws {
        try await RunningWebService.with { service in
            let body = #"{"name": "web", "upstream": {"url": "http://localhost:80"}}"#
            let answer = try await service.call("POST", "/api/endpoints", Self.json, body: body)
            #expect(answer.status == 503)
            #expect(answer.body["error_code"] == 104)
            #expect(answer.body["msg"]?.string?.contains("ngrok is not yet ready to start tunnels") == true)
            let detail = answer.body["details"]?.object?["err"]?.string
            #expect(detail == "a successful ngrok tunnel session has not yet been established")
        }
    }

    /// A call, and the status of its answer.
    @Test(
        arguments: [
            ("GET", "/api", ["Host": "rebound.example"], "", 403), ("GET", "/api", ["Host": "[::1]:4040"], "", 200),
            ("DELETE", "/api/requests/http", ["Origin": "https://stranger.example"], "", 403),
            ("DELETE", "/api/requests/http", ["Origin": "http://localhost:4040"], "", 204),
            ("POST", "/api/endpoints", ["Content-Type": "application/x-www-form-urlencoded"], "a=b", 400),
            ("POST", "/api/endpoints", ["Content-Type": "text/plain"], "{}", 400),
            ("POST", "/api/endpoints", [:], "{}", 400),
            ("POST", "/api/endpoints", ["Content-Type": "application/json"], "{", 400),
            ("POST", "/api/endpoints", ["Content-Type": "application/json; charset=utf-8"], "[]", 400),
            ("POST", "/api/endpoints", ["Content-Type": "application/json"], #"{"name": "a"}"#, 400),
            ("POST", "/api/tunnels", ["Content-Type": "application/json"], #"{"name": "a", "proto": "udp"}"#, 400),
            ("POST", "/api/requests/http", ["Content-Type": "application/json"], #"{"id": "none"}"#, 404),
            ("GET", "/api/endpoints/none", ["Content-Type": "application/json"], "", 404),
            ("DELETE", "/api/tunnels/none", [:], "", 404), ("GET", "/api/requests/http/none", [:], "", 404),
            ("GET", "/api/requests/http?limit=many", [:], "", 400), ("GET", "/nothing", [:], "", 404),
        ] as [(String, String, [String: String], String, Int)]
    )
    func `A call that makes no sense, or comes from a page of a stranger, is refused`(
        method: String,
        path: String,
        fields: [String: String],
        body: String,
        status: Int
    ) async throws {
        try await RunningWebService.with { service in
            let answer = try await service.call(method, path, fields, body: body)
            #expect(answer.status == status)
            if status >= 400 {
                #expect(answer.body["status_code"]?.integer == Int64(status))
                #expect(answer.body["details"]?.object?["err"] != nil)
            }
        }
    }

    @Test func `Exchanges are listed with what clients read of them`() async throws {
        try await RunningWebService.with { service in
            let request = Array("POST /a?b HTTP/1.1\r\ncontent-type: text/plain\r\n\r\nhi".utf8)
            let response = Array("HTTP/1.1 201 Created\r\nx-a: 1\r\nx-a: 2\r\n\r\n".utf8)
            let exchange = TappedExchange(
                request: TappedMessage(bytes: request, headBytes: request.count - 2, wireBytes: request.count),
                response: TappedMessage(bytes: response, headBytes: response.count, wireBytes: response.count),
                duration: .milliseconds(5)
            )
            service.inspector.keep(exchange, of: "web", visitor: "192.0.2.7")
            service.inspector.keep(exchange, of: "other", visitor: "192.0.2.7")
            let list = try await service.call("GET", "/api/requests/http?tunnel_name=web&limit=5")
            let item = try #require(list.body["requests"]?.array?.first?.object)
            #expect(list.body["requests"]?.array?.count == 1)
            #expect(item["remote_addr"] == "192.0.2.7")
            #expect(item["duration"] == 5_000_000)
            #expect(item["request"]?.object?["method"] == "POST")
            #expect(item["request"]?.object?["uri"] == "/a?b")
            #expect(item["request"]?.object?["headers"]?.object?["Content-Type"] == ["text/plain"])
            #expect(item["request"]?.object?["raw"]?.string == Data(request).base64EncodedString())
            #expect(item["response"]?.object?["status"] == "201 Created")
            #expect(item["response"]?.object?["headers"]?.object?["X-A"] == ["1", "2"])
            let one = try await service.call("GET", try #require(item["uri"]?.string))
            #expect(one.body["id"] == item["id"])
            #expect(try await service.call("DELETE", "/api/requests/http").status == 204)
            #expect(try await service.call("GET", "/api/requests/http").body["requests"] == [])
        }
    }
}
