import Addressing
import Model
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import PolicyEngine
import Testing

@testable import Outbound

/// Answers names from a table, and counts how often it was asked.
final class TableResolver: NameResolver {
    private let table: [String: [IPAddress]]
    private let count = NIOLockedValueBox(0)

    init(_ table: [String: [String]]) throws {
        self.table = try table.mapValues { try $0.map { try IPAddress(parsing: $0) } }
    }

    var asked: Int { self.count.withLockedValue { $0 } }

    func addresses(of name: String, on eventLoop: any EventLoop) -> EventLoopFuture<[IPAddress]> {
        self.count.withLockedValue { $0 += 1 }
        return eventLoop.makeSucceededFuture(self.table[name] ?? [])
    }
}

extension OutboundConfiguration {
    /// What may ask services of this machine at these ports.
    static func local(_ ports: UInt16...) throws -> OutboundConfiguration {
        var configuration = OutboundConfiguration()
        configuration.isOpen = true
        configuration.rules = OutboundRules(ports: Set(ports), opened: [try IPPrefix(parsing: "127.0.0.0/8")])
        return configuration
    }
}

extension PolicyRequest {
    /// A request that a policy of the account would make.
    static func to(
        _ url: String,
        method: String = "GET",
        fields: [Field] = [],
        body: String = "",
        account: String = "ac_2test",
        within time: TimeAmount = .seconds(30),
        answerBytes: Int = 65_536,
        origin: Origin = .policy
    ) throws -> PolicyRequest {
        PolicyRequest(
            method: method,
            url: url,
            fields: fields,
            body: ByteBuffer(string: body),
            account: try #require(ResourceID(account)),
            deadline: .now() + time,
            answerBytes: answerBytes,
            origin: origin
        )
    }
}

extension OutboundRequester {
    func answer(to request: PolicyRequest, on loop: (any EventLoop)? = nil) async throws -> PolicyAnswer {
        try await self.send(request, on: loop ?? MultiThreadedEventLoopGroup.singleton.next()).get()
    }

    /// Why there is no answer.
    func problem(with request: PolicyRequest) async throws -> PolicyRequestError {
        do {
            let answer = try await self.answer(to: request)
            throw Unexpected(status: answer.status)
        } catch let error as PolicyRequestError {
            return error
        }
    }

    private struct Unexpected: Error { let status: Int }
}
