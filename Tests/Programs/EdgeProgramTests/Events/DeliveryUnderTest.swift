import Addressing
import EventDelivery
import Events
import Foundation
import JSON
import Logging
import Model
import NIOCore
import SQLiteStore
import Secrets
import Store

@testable import Control
@testable import EdgeProgram

/// What delivers events, over a store in memory and real connections on loopback.
struct DeliveryUnderTest: Sendable {
    let store: any RecordStore
    let keys = SealingKeyring(.random())
    let destination = ResourceID<EventDestinationKind>.new(at: 0)
    let account = ResourceID<AccountKind>.new(at: 0)
    let folder: String
    let live = EventBroadcast()

    init(in folder: String) throws {
        self.store = try SQLiteStore.inMemory()
        self.folder = folder
    }

    func delivery(
        allowing networks: String = "[127.0.0.0/8]",
        _ configure: (inout DeliveryConfiguration) -> Void = { _ in }
    ) throws -> EventDelivery {
        let events = try EdgeProgramConfiguration.loadForTest("events:\n  allow_networks: \(networks)").events
        var configuration = DeliveryConfiguration(folder: "\(self.folder)/spool")
        configuration.firstPause = .milliseconds(5)
        configuration.longestPause = .milliseconds(50)
        configuration.files = "\(self.folder)/files"
        configuration.apiURL = "https://api.test"
        configure(&configuration)
        return EventDelivery(
            store: self.store,
            configuration: configuration,
            sealingKeys: self.keys,
            transport: try EventConnections(events, patience: .seconds(50)),
            live: self.live,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Runs `body` beside the delivery, which has ended when this returns.
    func run<Result: Sendable>(
        _ delivery: EventDelivery,
        _ body: () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await delivery.run() }
            let result = try await body()
            group.cancelAll()
            return result
        }
    }

    /// For what its destination keeps.
    var seals: RecordSeals { RecordSeals(self.keys, EventDestinationRecord.self, self.destination) }

    /// Its destination, which gets all events of these types.
    @discardableResult
    func subscribe(
        _ target: EventTarget,
        to types: [String],
        filter: String = "",
        fields: [String]? = nil
    ) async throws -> Stored<EventDestinationRecord> {
        let id = self.destination
        let created = Date(timeIntervalSince1970: 0)
        let sources = types.map { type in
            let all = EventType.named(type)?.fields?.map(\.path) ?? []
            return EventSubscriptionRecord.Source(type: type, filter: filter, fields: fields ?? all)
        }
        try await self.store.commit([
            .create(EventDestinationRecord(target: target, created: created), id, owner: self.account),
            .create(
                EventSubscriptionRecord(sources: sources, destinations: [id.text], created: created),
                ResourceID<EventSubscriptionKind>.new(at: 0),
                owner: self.account
            ),
        ])
        return try await self.store.get(id, as: EventDestinationRecord.self, in: .platform)
    }

    /// A change that somebody made.
    @discardableResult
    func audit(_ number: Int, type: String = "vault_created.v0") async throws -> String {
        let id = ResourceID<EventKind>.new(at: Int64(Date().timeIntervalSince1970))
        let actor = AuditActor(principal: "usr_1", subject: "a@b.test", credential: "ak_1", source: .api)
        let record = AuditRecord(type, by: actor, at: Date(), of: "vault_\(number)", ["n": .integer(Int64(number))])
        try await self.store.commit([.create(record, id, owner: self.account)])
        return id.text
    }

    func request(_ number: Int, host: String = "a.test") -> TrafficEvent {
        var request = TrafficEvent.Request(method: "GET", scheme: "http", host: host, path: "/\(number)", query: "")
        request.status = 200
        request.fields = RecordedHead([.init("accept", "Text/HTML"), .init("AUTHORIZATION", "Bearer hush")])
        var connection = TrafficEvent.Connection(start: Date())
        connection.client = IPAddress(v4: 0xC000_0201)
        connection.serverName = host
        return TrafficEvent(of: self.account, at: Date(), connection: connection, request: request)
    }
}

extension HTTPReceiver.Request {
    /// The events of a batch.
    var events: [JSONObject] {
        get throws { try JSONValue(reading: self.body).array?.compactMap(\.object) ?? [] }
    }
}

extension [HTTPReceiver.Request] {
    var events: [JSONObject] { get throws { try self.flatMap { try $0.events } } }
    var ids: [String] { get throws { try self.events.compactMap { $0["event_id"]?.string } } }
}
