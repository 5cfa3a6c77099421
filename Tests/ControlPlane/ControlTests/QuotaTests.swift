import EdgeLink
import Model
import Testing

@testable import Control

/// What one account may have at the same time, where the operator says so.
@Suite struct QuotaTests {
    @Test func `An account has as many agents as it may, each with its legs`() async throws {
        let test = try await ControlUnderTest { $0.maximumSessionsPerAccount = 2 }
        let other = try await test.otherAccount()
        let first = try await test.open(on: 1)
        try await test.open(on: 2)
        #expect(await code { try await test.open(on: 3) } == 108)
        try await test.resume(first, on: 4, leg: 1)
        try await test.open(on: 5, token: other.token)
        await test.end(2, .graceful)
        try await test.open(on: 6)
    }

    @Test func `An account has as many endpoints as it may, and those it has come back`() async throws {
        let test = try await ControlUnderTest { $0.maximumEndpointsPerAccount = 2 }
        let other = try await test.otherAccount()
        let session = try await test.open(on: 1)
        let first = try await test.bind("a.portico.test")
        let second = try await test.bind("b.portico.test")
        #expect(await code { try await test.bind("c.portico.test") } == 350)
        try await test.open(on: 2, token: other.token)
        try await test.bind("d.portico.test", on: 2)
        await test.end(1, .lost)
        try await test.resume(session, on: 3)
        for bind in [first, second] {
            try await test.bind("", on: 3, id: bind.bindID) { $0.bindToken = bind.token }
        }
        try await test.control.unbind(first.bindID, on: ConnectionID(3))
        try await test.bind("c.portico.test", on: 3)
        #expect(await code { try await test.control.checkQuota(of: test.first.account) } == 18_021)
        // What is held for an agent that was lost makes room for its new session.
        await test.end(3, .lost)
        try await test.open(on: 4)
        try await test.bind("e.portico.test", on: 4)
    }
}
