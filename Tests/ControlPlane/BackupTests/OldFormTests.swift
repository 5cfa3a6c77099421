import Addressing
import Control
import Foundation
import Logging
import Model
import SQLiteStore
import Secrets
import Store
import Testing

/// What an edge finds in a database that an earlier version wrote.
@Suite struct OldFormTests {
    private static let policy = """
        on_http_request: [{actions: [{type: basic-auth, config: {credentials: ["ada:hush-hush-1"]}}]}]
        """
    private static let endpoint = ResourceID<EndpointKind>.new(at: 0)
    private static let event = ResourceID<EventKind>.new(at: 0)

    /// As that version wrote them.
    private static func records(_ account: ResourceID<AccountKind>) throws -> [RecordWrite] {
        let policy = String(decoding: try JSONEncoder().encode(Self.policy), as: UTF8.self)
        let shown = #"{"id":"\#(Self.endpoint)","url":"https://app.internal","traffic_policy":\#(policy)}"#
        let after = String(decoding: try JSONEncoder().encode(shown), as: UTF8.self)
        let endpoint = """
            {"account":"\(account)","binding":"internal","created":"2026-01-01T00:00:00Z","description":"","isPooled":false,\
            "metadata":"","place":"https://app.internal:443","policy":\(policy),"principal":"usr_1",\
            "updated":"2026-01-01T00:00:00Z","url":"https://app.internal"}
            """
        let event = """
            {"address":"","after":\(after),"key":"ak_1","object":"\(Self.endpoint)","operation":"op_1","principal":"usr_1",\
            "subject":"a@example.test","time":"2026-01-01T00:00:00Z","type":"endpoint_created.v0"}
            """
        return [
            .put(
                Record(
                    kind: CloudEndpointRecord.recordKind,
                    id: Self.endpoint.text,
                    owner: account,
                    document: Data(endpoint.utf8),
                    uniqueKeys: ["place": "\(account) internal https://app.internal:443"]
                )
            ),
            .put(
                Record(kind: AuditRecord.recordKind, id: Self.event.text, owner: account, document: Data(event.utf8))
            ),
        ]
    }

    /// Tells what is logged.
    private struct TellingHandler: LogHandler {
        let messages: AsyncStream<String>.Continuation
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) { self.messages.yield("\(event.message) \(event.metadata ?? [:])") }
    }

    /// Runs an edge until it says that nothing is in the clear any more.
    private static func seal(_ store: any RecordStore, _ keys: SealingKeyring) async throws {
        let (messages, continuation) = AsyncStream.makeStream(of: String.self)
        let control = Control(
            store: store,
            configuration: Control.Configuration(
                baseDomains: [try HostName(parsing: "portico.test")],
                connectAddress: "connect.portico.test:443"
            ),
            sealingKeys: keys,
            logger: Logger(label: "test") { _ in TellingHandler(messages: continuation) }
        )
        let running = Task { await control.run() }
        for await message in messages {
            #expect(!message.contains("hush-hush") && !message.contains("may be in unused parts"), "\(message)")
            if message.hasPrefix("policies that an earlier version kept in the clear are sealed") { break }
        }
        running.cancel()
        await running.value
    }

    @Test(.timeLimit(.minutes(3)), arguments: TestStoreKind.allCases)
    func `Policies that an earlier version kept in the clear are sealed, and say what they said`(
        kind: TestStoreKind
    ) async throws {
        try await kind.withStore { store in
            let first = try await Provisioning(store: store).createFirstAccount(
                named: "Test",
                user: "Tester",
                email: "tester@example.test"
            )
            try await store.commit(Self.records(first.account))
            let keys = SealingKeyring(.random())
            try await Self.seal(store, keys)

            let stored: Stored<CloudEndpointRecord> = try await store.get(Self.endpoint, in: .platform)
            #expect(try stored.document.policy(of: stored.id, keys) == Self.policy)
            #expect(stored.document.url == "https://app.internal" && stored.owner == first.account)
            let event: Stored<AuditRecord> = try await store.get(Self.event, in: .platform)
            #expect(event.document.after?.contains("[redacted] ") == true)
            #expect(event.document.after?.contains("https://app.internal") == true)
            // What is sealed is sealed anew with the next key.
            let next = SealingKey.random()
            let report = try await Resealing(store, SealingKeyring(next)).look()
            #expect(report.lost == ["cloud_endpoint \(Self.endpoint)"])
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `Nothing of them is left in the files of the database`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "old-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "portico.db").path
        let store = try SQLiteStore.create(at: path)
        let account = try await Provisioning(store: store).createFirstAccount(
            named: "Test",
            user: "Tester",
            email: "tester@example.test"
        ).account
        try await store.commit(Self.records(account))
        func files() throws -> [String: Data] {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            return try Dictionary(
                uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: folder.appending(path: $0))) }
            )
        }
        let secret = Data("hush-hush".utf8)
        #expect(try files().values.contains { $0.range(of: secret) != nil })
        try await Self.seal(store, SealingKeyring(.random()))
        for (name, bytes) in try files() {
            #expect(bytes.range(of: secret) == nil, "\(name)")
        }
        #expect(try await store.integrity() == "ok")
    }
}
