import NIOCore
import NIOEmbedded
import NIOHTTP1
import Telemetry
import Testing

@testable import EdgeProgram

@Suite struct HealthHandlerTests {
    /// The whole answer to a request.
    private func answer(
        _ method: HTTPMethod,
        _ uri: String,
        isReady: HealthAnswer = .ready
    ) async throws -> (status: HTTPResponseStatus, body: String) {
        let questions = ManagementQuestions(
            isReady: { isReady },
            metrics: { [MetricFamily("portico_things_total", .counter, "Things.", 3)] }
        )
        let channel = NIOAsyncTestingChannel()
        try await channel.testingEventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(HealthHandler(questions))
        }.get()
        try await channel.connect(to: SocketAddress(unixDomainSocketPath: "/management"))
        try await channel.writeInbound(
            HTTPServerRequestPart.head(HTTPRequestHead(version: .http1_1, method: method, uri: uri))
        )
        try await channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(string: "dropped")))
        try await channel.writeInbound(HTTPServerRequestPart.end(nil))
        var status: HTTPResponseStatus?
        var body = ""
        while true {
            switch try await channel.waitForOutboundWrite(as: HTTPServerResponsePart.self) {
            case .head(let head): status = head.status
            case .body(.byteBuffer(let bytes)): body += String(buffer: bytes)
            case .body: break
            case .end:
                try await channel.closeFuture.get()
                return (try #require(status), body)
            }
        }
    }

    @Test(arguments: [
        (HTTPMethod.GET, "/healthz", HTTPResponseStatus.ok, "ok\n"),
        (.GET, "/healthz?verbose", .ok, "ok\n"),
        (.HEAD, "/healthz", .ok, ""),
        (
            .GET, "/metrics", .ok,
            "# HELP portico_things_total Things.\n# TYPE portico_things_total counter\nportico_things_total 3\n"
        ),
        (.GET, "/readyz", .ok, "ready\n"),
        (.GET, "/", .notFound, "there are /healthz, /readyz and /metrics\n"),
        (.POST, "/healthz", .methodNotAllowed, "only GET and HEAD\n"),
    ])
    func `Each request gets one answer, and the connection closes`(
        method: HTTPMethod,
        uri: String,
        status: HTTPResponseStatus,
        body: String
    ) async throws {
        let answer = try await self.answer(method, uri)
        #expect(answer.status == status)
        #expect(answer.body == body)
    }

    @Test func `An edge that isn't ready lives, and says why it isn't ready`() async throws {
        let ready = try await self.answer(.GET, "/readyz", isReady: .notReady("draining"))
        #expect(ready.status == .serviceUnavailable)
        #expect(ready.body == "not ready: draining\n")
        let health = try await self.answer(.GET, "/healthz", isReady: .notReady("draining"))
        #expect(health.status == .ok)
    }
}
