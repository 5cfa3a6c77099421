import Addressing
import EdgeLink
import Foundation
import Logging
import Model
import SQLiteStore
import Secrets
import Testing
import TrafficPolicy

@testable import Control

@Suite struct PublishingTests {
    @Test func `Binds that come while a table is applied share the next, and none returns before it is in force`()
        async throws
    {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let before = await test.edge.tables.count
        await test.edge.shutGate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let grant = try await test.bind("https://n\(number).portico.test")
                    #expect(await test.routed(grant.url)?.connections == [1])
                }
            }
            await test.edge.wait { $0.gatedCount == 1 }
            await test.edge.openGate()
            try await group.waitForAll()
        }
        let tables = await test.edge.tables.dropFirst(before)
        #expect(tables.last?.endpoints.count == 50)
        #expect(tables.count < 50)
        #expect(await test.edge.mostInFlight == 1)
        #expect(zip(tables, tables.dropFirst()).allSatisfy { $0.revision < $1.revision })
    }

    @Test func `A session that ends while its bind is published leaves no endpoint behind`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        await test.edge.shutGate()
        async let result = code { try await test.bind() }
        await test.edge.wait { $0.gatedCount == 1 }
        async let ended: Void = test.end(1, .graceful)
        await test.edge.wait { $0.gatedCount == 1 }
        await test.edge.openGate()
        await ended
        // The bind may have been answered before its connection ended; what counts is what is left.
        #expect([nil, 100_311].contains(await result))
        #expect(await test.table.endpoints.isEmpty)
    }

    @Test func `An edge that is attached gets what there is`() async throws {
        let url = try EndpointURL(parsing: "http://static.portico.test")
        var configuration = Control.Configuration(
            baseDomains: [try HostName(parsing: "portico.test")],
            connectAddress: ""
        )
        configuration.runnableActions = [.deny]
        let text = "on_http_request: [{actions: [{type: deny}]}]"
        let policy = try await configuration.policy(text, for: url)
        configuration.staticUpstreams = [
            Control.StaticUpstream(url: url, host: "localhost", port: 80, policy: policy)
        ]
        let control = Control(
            store: try SQLiteStore.inMemory(),
            configuration: configuration,
            sealingKeys: SealingKeyring(.random()),
            logger: LogRecorder().logger
        )
        let edge = FakeEdge()
        await control.attach(edge)
        #expect(await edge.view.table?.urls == ["http://static.portico.test"])
        #expect(await edge.view.table?.endpoints.map { $0.policy?.text } == [text])
    }
}
