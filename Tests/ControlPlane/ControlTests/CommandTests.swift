import EdgeLink
import Model
import TestSupport
import Testing

@testable import Control

/// Agents that are told to go leave their pools first.
@Suite struct CommandTests {
    /// Two agents of the first account that share a URL.
    private static func pool(_ test: ControlUnderTest) async throws -> (session: SessionGrant, bind: BindGrant) {
        let session = try await test.open(on: 1)
        try await test.open(on: 2)
        let bind = try await test.bind("shared.portico.test", on: 1, pooled: true)
        _ = try await test.bind("shared.portico.test", on: 2, pooled: true)
        return (session, bind)
    }

    /// The endpoints that take new visitors, by the connections of their agents.
    private static func serving(_ test: ControlUnderTest) async -> [UInt64] {
        await test.table.endpoints.flatMap(\.connections).sorted()
    }

    @Test(arguments: [(AgentCommand.stop, [2]), (.restart, [2]), (.update, [1, 2])] as [(AgentCommand, [UInt64])])
    func `An agent that is told to go has left its pools when it hears of it`(
        command: AgentCommand,
        serving: [UInt64]
    ) async throws {
        let test = try await ControlUnderTest()
        let (session, _) = try await Self.pool(test)
        try await test.control.command(command, session: session.sessionID.text, of: test.first.account)
        #expect(await test.edge.servedAtCommand == serving)
        await test.end(1, .graceful)
        #expect(await Self.serving(test) == [2])
    }

    @Test func `An agent that refuses serves on`() async throws {
        let test = try await ControlUnderTest()
        let (session, _) = try await Self.pool(test)
        await test.edge.refuseCommands(with: Failure(.commandRefused, "No."))
        let refused = await code {
            try await test.control.command(.stop, session: session.sessionID.text, of: test.first.account)
        }
        #expect(refused == 100_543)
        #expect(await Self.serving(test) == [1, 2])
    }

    @Test func `An agent that does not go although it said so serves again after a while`() async throws {
        let test = try await ControlUnderTest()
        let (session, _) = try await Self.pool(test)
        try await test.control.command(.stop, session: session.sessionID.text, of: test.first.account)
        #expect(await Self.serving(test) == [2])
        await test.clock.waitForSleepers(1)
        test.clock.advance(by: .seconds(30))
        await test.edge.wait { ($0.table?.endpoints.flatMap(\.connections) ?? []).count == 2 }
        #expect(await Self.serving(test) == [1, 2])
    }

    @Test func `A session of another account is none`() async throws {
        let test = try await ControlUnderTest()
        let session = try await test.open(on: 1)
        let other = try await test.otherAccount()
        let unknown = await code {
            try await test.control.command(.stop, session: session.sessionID.text, of: other.account)
        }
        #expect(unknown == ErrorCode.apiUnknown.number)
    }
}
