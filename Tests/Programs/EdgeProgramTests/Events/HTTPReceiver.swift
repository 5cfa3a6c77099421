import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

/// A web server on loopback that keeps what is posted to it.
final class HTTPReceiver: Sendable {
    struct Request: Sendable {
        let path: String
        let headers: HTTPHeaders
        let body: [UInt8]
    }

    private typealias Server = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    /// What it has answered 2xx to.
    private let taken = NIOLockedValueBox<[Request]>([])
    private let wakeups = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    /// The status of each answer, by how many came before and what came.
    private let answer: @Sendable (Int, Request) -> HTTPResponseStatus

    private init(_ answer: @escaping @Sendable (Int, Request) -> HTTPResponseStatus) {
        self.answer = answer
    }

    var requests: [Request] { self.taken.withLockedValue { $0 } }

    /// Returns when `condition` holds of what was taken; it is asked whenever more was.
    func wait(until condition: ([Request]) throws -> Bool) async throws {
        var wakeups = self.wakeups.stream.makeAsyncIterator()
        while try !condition(self.requests) { try #require(await wakeups.next() != nil) }
    }

    static func run<Result>(
        answering answer: @escaping @Sendable (Int, Request) -> HTTPResponseStatus = { _, _ in .ok },
        _ body: (_ receiver: HTTPReceiver, _ port: Int) async throws -> Result
    ) async throws -> Result {
        let receiver = HTTPReceiver(answer)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    return try Server(wrappingChannelSynchronously: channel)
                }
            }
        let port = try #require(listener.channel.localAddress?.port)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let count = NIOLockedValueBox(0)
                try await listener.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await connection in connections {
                            // One that breaks off is the next one's business.
                            group.addTask { try? await receiver.serve(connection, count) }
                        }
                    }
                }
            }
            let result = try await body(receiver, port)
            group.cancelAll()
            return result
        }
    }

    private func serve(_ connection: Server, _ count: NIOLockedValueBox<Int>) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var head: HTTPRequestHead?
            var body = ByteBuffer()
            for try await part in inbound {
                switch part {
                case .head(let got): (head, body) = (got, ByteBuffer())
                case .body(var piece): body.writeBuffer(&piece)
                case .end:
                    let got = try #require(head)
                    let request = Request(path: got.uri, headers: got.headers, body: Array(body.readableBytesView))
                    let number = count.withLockedValue { count in
                        defer { count += 1 }
                        return count
                    }
                    let status = self.answer(number, request)
                    if status.code < 300 { self.taken.withLockedValue { $0.append(request) } }
                    let answer = HTTPResponseHead(version: .http1_1, status: status, headers: ["content-length": "0"])
                    try await outbound.write(contentsOf: [.head(answer), .end(nil)])
                    self.wakeups.continuation.yield()
                }
            }
        }
    }
}
