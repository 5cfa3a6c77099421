import Addressing
import EdgeLink
import Model
import TestSupport
import Testing

@testable import Control

@Suite struct HoldTests {
    @Test func `An agent that takes its leave is offline at once`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        try await test.bind()
        try await test.bind()
        await test.end(1, .graceful)
        #expect(await test.table.endpoints.isEmpty)
        #expect(test.clock.sleeperCount == 0)
    }

    @Test func `An agent that was lost is held for five seconds, then offline`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let bind = try await test.bind()
        await test.end(1, .lost)
        #expect(await test.routed(bind.url)?.isHeld == true)
        await test.clock.waitForSleepers(1)
        test.clock.advance(by: .milliseconds(4999))
        #expect(test.clock.sleeperCount == 1)
        test.clock.advance(by: .milliseconds(1))
        await test.edge.wait { $0.table?.endpoints.isEmpty ?? false }
        try await test.open(on: 2)
        try await test.bind(bind.url.description, on: 2)
    }

    @Test func `An agent that comes back in time goes on as it was`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        let bind = try await test.bind()
        await test.end(1, .lost)
        await test.clock.waitForSleepers(1)
        try await test.resume(grant, on: 2)
        let again = try await test.bind(on: 2, id: bind.bindID) { $0.bindToken = bind.token }
        #expect(again.url == bind.url && again.tunnelID == bind.tunnelID && again.bindID == bind.bindID)
        #expect(await test.routed(bind.url)?.connections == [2])
        #expect(test.clock.sleeperCount == 0)
        test.clock.advance(by: .seconds(60))
        #expect(await test.routed(bind.url)?.connections == [2])
    }

    @Test func `A new session of the account takes a held URL at once`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let bind = try await test.bind("https://a.portico.test")
        await test.end(1, .lost)
        try await test.open(on: 2)
        let new = try await test.bind("https://a.portico.test", on: 2)
        #expect(new.tunnelID != bind.tunnelID)
        #expect(await test.routed(bind.url)?.connections == [2])
        #expect(await test.table.endpoints.count == 1)
    }

    @Test func `A held endpoint is no obstacle to another scheme of the account`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        try await test.bind("https://a.portico.test")
        await test.end(1, .lost)
        try await test.open(on: 2)
        try await test.bind("tls://a.portico.test", on: 2, .tls)
        #expect(await test.table.urls == ["tls://a.portico.test"])
    }

    @Test func `A pool keeps the place of the member that was lost`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        let bind = try await test.bind("https://a.portico.test", pooled: true)
        await test.end(1, .lost)
        try await test.open(on: 2)
        try await test.bind("https://a.portico.test", on: 2, pooled: true)
        #expect(await test.table.endpoints.count == 2)
        try await test.resume(grant, on: 3)
        let again = try await test.bind("https://a.portico.test", on: 3, id: bind.bindID, pooled: true)
        #expect(again.tunnelID == bind.tunnelID)
        #expect(await test.table.endpoints.flatMap(\.connections).sorted() == [2, 3])
    }

    @Test func `An agent that is lost twice is held anew`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        let bind = try await test.bind()
        await test.end(1, .lost)
        await test.clock.waitForSleepers(1)
        test.clock.advance(by: .seconds(3))
        try await test.resume(grant, on: 2)
        try await test.bind(on: 2, id: bind.bindID) { $0.bindToken = bind.token }
        await test.end(2, .lost)
        await test.clock.waitForSleepers(1)
        test.clock.advance(by: .seconds(3))
        #expect(test.clock.sleeperCount == 1)
        #expect(await test.routed(bind.url)?.isHeld == true)
        test.clock.advance(by: .seconds(2))
        await test.edge.wait { $0.table?.endpoints.isEmpty ?? false }
    }

    @Test func `A held endpoint can be unbound, under another URL bound again, or not held at all`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        let one = try await test.bind("https://one.portico.test")
        let two = try await test.bind("https://two.portico.test")
        await test.end(1, .lost)
        try await test.resume(grant, on: 2)
        try await test.control.unbind(one.bindID, on: ConnectionID(2))
        try await test.bind("https://three.portico.test", on: 2, id: two.bindID)
        #expect(await test.table.urls == ["https://three.portico.test"])

        let hasty = try await ControlUnderTest { $0.holdTime = .zero }
        try await hasty.open(on: 1)
        try await hasty.bind()
        await hasty.end(1, .lost)
        #expect(await hasty.table.endpoints.isEmpty)
    }

    @Test func `An end that is told twice, or of nobody, changes nothing`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let bind = try await test.bind()
        await test.end(9, .lost)
        await test.end(1, .lost)
        await test.end(1, .graceful)
        #expect(await test.routed(bind.url)?.isHeld == true)
    }
}
