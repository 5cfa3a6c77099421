import Events
import Foundation
import JSON
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import EdgeProgram

/// Spans over a real socket to a collector that writes down what it gets.
@Suite struct TraceServiceTests {
    private typealias Server = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    private struct Export: Sendable {
        let head: HTTPRequestHead
        let body: JSONValue
    }

    /// Runs `body` beside a collector on loopback that answers with `status`.
    private static func withCollector(
        answering status: HTTPResponseStatus,
        _ body: (_ port: Int, _ exports: AsyncStream<Export>.Iterator) async throws -> Void
    ) async throws {
        let (exports, export) = AsyncStream<Export>.makeStream()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    return try Server(wrappingChannelSynchronously: channel)
                }
            }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.executeThenClose { connections in
                    for try await connection in connections {
                        let got = try await Self.serve(connection, status)
                        export.yield(got)
                    }
                }
            }
            try await body(try #require(listener.channel.localAddress?.port), exports.makeAsyncIterator())
            group.cancelAll()
        }
    }

    private static func serve(_ connection: Server, _ status: HTTPResponseStatus) async throws -> Export {
        try await connection.executeThenClose { inbound, outbound in
            var head: HTTPRequestHead?
            var body = ByteBuffer()
            for try await part in inbound {
                switch part {
                case .head(let got): head = got
                case .body(var piece): body.writeBuffer(&piece)
                case .end:
                    try await outbound.write(
                        .head(.init(version: .http1_1, status: status, headers: ["content-length": "0"]))
                    )
                    try await outbound.write(.end(nil))
                    return Export(head: try #require(head), body: try JSONValue(reading: body.readableBytesView))
                }
            }
            throw ChannelError.eof
        }
    }

    private static func service(_ port: Int, _ queue: EventQueue) throws -> TraceService {
        let text = "tracing:\n  collector: http://127.0.0.1:\(port)\n  authorization: Bearer x\n  service_name: here"
        let tracing = try EdgeProgramConfiguration.loadForTest(text).tracing
        return TraceService(
            queue: queue,
            collector: try Collector(tracing, at: try #require(tracing.collector), path: "/v1/traces"),
            service: tracing.serviceName,
            interval: .zero,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private static func record(_ count: Int, in queue: EventQueue) {
        for number in 0..<count {
            var request = TrafficEvent.Request(method: "GET", scheme: "http", host: "a.test", path: "/", query: "")
            request.status = 200
            request.span = TraceSpan(high: 1, low: 2, id: UInt64(number + 1), parent: nil)
            queue.record(TrafficEvent(of: nil, at: Date(), connection: .init(start: Date()), request: request))
        }
    }

    private static func spans(_ export: Export) -> [JSONValue] {
        export.body.object?["resourceSpans"]?.array?.first?.object?["scopeSpans"]?.array?.first?
            .object?["spans"]?.array ?? []
    }

    @Test func `What is queued arrives, a few hundred at a time, and the rest at the end`() async throws {
        try await Self.withCollector(answering: .ok) { port, exports in
            var exports = exports
            let queue = EventQueue()
            Self.record(600, in: queue)
            queue.close()
            let service = try Self.service(port, queue)
            try await service.run()
            let first = try #require(await exports.next())
            let second = try #require(await exports.next())
            #expect(first.head.method == .POST && first.head.uri == "/v1/traces")
            #expect(first.head.headers["authorization"] == ["Bearer x"])
            #expect(first.head.headers["content-type"] == ["application/json"])
            #expect(Self.spans(first).count == 512 && Self.spans(second).count == 88)
            #expect(Self.spans(second).last?.object?["spanId"]?.string == "0000000000000258")
            #expect(service.totals.sent == 600 && service.totals.failed == 0)
        }
    }

    @Test func `What a collector refuses is counted, and nobody waits for it`() async throws {
        try await Self.withCollector(answering: .serviceUnavailable) { port, _ in
            let queue = EventQueue()
            Self.record(3, in: queue)
            queue.close()
            let service = try Self.service(port, queue)
            try await service.run()
            #expect(service.totals.sent == 0 && service.totals.failed == 3)
        }
    }
}
