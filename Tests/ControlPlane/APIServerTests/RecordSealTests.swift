import ACME
import Certificates
import Foundation
import JSON
import Model
import SSHKeys
import Secrets
import Store
import Testing

@testable import Control

/// What is sealed in one record is of no use in another, and what an earlier version sealed is taken once.
@Suite struct RecordSealTests {
    /// A member that is sealed, in each kind of record that has one beside policies and sessions of visitors.
    enum Sealed: CaseIterable, CustomTestStringConvertible {
        case vaultSecret, certificate, authority, destination, account, order, operators

        var testDescription: String { "\(self)" }

        var kind: RecordKind {
            switch self {
            case .vaultSecret: VaultSecretRecord.recordKind
            case .certificate: TLSCertificateRecord.recordKind
            case .authority: SSHAuthorityRecord.recordKind
            case .destination: EventDestinationRecord.recordKind
            case .account: ACMEAccountRecord.recordKind
            case .order: ReservedDomainRecord.recordKind
            case .operators: OperatorAuthorityRecord.recordKind
            }
        }

        /// What versions sealed it for that did not bind it; `vault` is that of a secret.
        func unbound(_ vault: String) -> SealPurpose {
            switch self {
            case .vaultSecret: SealPurpose("secret of \(vault)")
            case .certificate: SealPurpose("key of a TLS certificate")
            case .authority: SealPurpose("key of an SSH certificate authority")
            case .destination: SealPurpose("secret of an event destination")
            case .account: SealPurpose("key of an ACME account")
            case .order: SealPurpose("key of a certificate that is ordered")
            case .operators: SealPurpose("key of the authority of operators")
            }
        }

        /// How many records of it ``fill`` makes.
        var count: Int { self == .operators ? 1 : 2 }

        /// The member in the JSON of a record.
        var path: [String] {
            switch self {
            case .vaultSecret: ["sealed"]
            case .certificate, .authority, .account, .operators: ["sealedKey"]
            case .destination: ["target", "datadog", "key"]
            case .order: ["management", "order", "sealedKey"]
            }
        }
    }

    // MARK: - A store with everything

    private static func fill(_ api: APIUnderTest) async throws {
        _ = try await api.create("/vaults", ["name": "prod"])
        let keys = SealingKeyring(api.sealingKey)
        for number in 1...2 {
            let secret: JSONValue = ["name": .string("s\(number)"), "value": "hush", "vault_name": "prod"]
            _ = try await api.create("/vault_secrets", secret)
            let issued = try LocalAuthority.create().issue(for: ["app.example.test"])
            _ = try await api.create(
                "/tls_certificates",
                [
                    "certificate_pem": .string(issued.certificatePEM),
                    "private_key_pem": .string(issued.keyPEM.reveal()),
                ]
            )
            _ = try await api.create("/ssh_certificate_authorities", [:])
            _ = try await api.create(
                "/event_destinations",
                ["target": ["datadog": ["api_key": "hush", "ddsite": "datadoghq.eu"]]]
            )
            let account = ResourceID<ACMEAccountKind>.new(at: Int64(number))
            let seals = RecordSeals(keys, ACMEAccountRecord.self, account)
            let record = ACMEAccountRecord(
                directory: "https://ca\(number).test/dir",
                url: "https://ca\(number).test/1",
                sealedKey: ACMEAccountRecord.sealed(AccountKey.random(), seals),
                created: Date()
            )
            let domain = ResourceID<ReservedDomainKind>.new(at: Int64(number))
            var management = CertificateManagement()
            management.begin(
                BegunOrder(url: "https://ca.test/\(number)", key: Secret("hush")),
                RecordSeals(keys, ReservedDomainRecord.self, domain)
            )
            var reserved = ReservedDomainRecord(
                domain: "d\(number).example.test",
                certificate: nil,
                places: [],
                created: Date()
            )
            reserved.management = management
            try await api.store.commit([
                .create(record, account, owner: nil), .create(reserved, domain, owner: api.first.account),
            ])
        }
        let deployment: JSONValue = ["name": "p", "namespace": "e", "version": "1", "cluster_name": "c"]
        let csr: JSONValue = ["csr": .string(KubernetesOperatorTests.request)]
        _ = try await api.create(
            "/kubernetes_operators",
            ["enabled_features": ["bindings"], "deployment": deployment, "binding": csr]
        )
    }

    private static func records(_ kind: Sealed, _ api: APIUnderTest) async throws -> [Record] {
        try await api.store.list(kind.kind, in: .platform, Page())
    }

    private static func member(_ kind: Sealed, of record: Record) throws -> String {
        var value: JSONValue? = try JSONValue(reading: Array(record.document))
        for name in kind.path { value = value?.object?[name] }
        return try #require(value?.string, "\(String(decoding: record.document, as: UTF8.self))")
    }

    /// Puts `text` in the place of the member, as whoever can write the database can.
    private static func put(_ text: String, _ kind: Sealed, in record: Record, _ api: APIUnderTest) async throws {
        let old = try Self.member(kind, of: record)
        var record = record
        let document = String(decoding: record.document, as: UTF8.self)
        record.document = Data(document.replacing(old, with: text).utf8)
        try await api.store.commit([.put(record)])
    }

    /// Opens the member as the edge does.
    private static func open(_ kind: Sealed, _ record: Record, _ api: APIUnderTest) throws -> Secret {
        let keys = SealingKeyring(api.sealingKey)
        switch kind {
        case .vaultSecret: return try VaultSecretRules.value(of: Stored(record), keys)
        case .certificate: return try Stored<TLSCertificateRecord>(record).key(keys)
        case .authority: return try SSHAuthorityRules.key(of: Stored(record), keys).secret
        case .account: return try Stored<ACMEAccountRecord>(record).account(keys).key.pem
        case .destination:
            let stored = try Stored<EventDestinationRecord>(record)
            guard case .datadog(let key, _, _, _) = stored.document.target else { return Secret("") }
            do throws(SealError) {
                return try key.reveal(stored.seals(keys))
            } catch {
                throw Failure(error, .apiInternalError, "The key of \(stored.id)")
            }
        case .order:
            let stored = try Stored<ReservedDomainRecord>(record)
            guard let order = stored.document.management?.begun(stored.seals(keys)) else {
                throw Failure(.sealForged, "The order is begun anew.")
            }
            return order.key
        case .operators:
            let stored = try Stored<OperatorAuthorityRecord>(record)
            do throws(SealError) {
                return try stored.seals(keys).open(stored.document.sealedKey, as: "sealedKey")
            } catch {
                throw Failure(error, .apiInternalError, "The key of the authority of operators")
            }
        }
    }

    private static func code(_ body: () throws -> some Any) -> Int? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? Failure)?.code.number
        }
    }

    // MARK: - Claims

    @Test func `What is sealed in one record is refused in the place of another's`() async throws {
        try await APIUnderTest.run { (api) async throws in
            try await Self.fill(api)
            for kind in Sealed.allCases where kind.count == 2 {
                let records = try await Self.records(kind, api)
                try #require(records.count == 2, "\(kind)")
                for record in records { _ = try Self.open(kind, record, api) }
                let members = try records.map { try Self.member(kind, of: $0) }
                try await Self.put(members[1], kind, in: records[0], api)
                try await Self.put(members[0], kind, in: records[1], api)
                for record in try await Self.records(kind, api) {
                    #expect(Self.code { try Self.open(kind, record, api) } == 100_217, "\(kind)")
                }
            }
            let report = try await Resealing(api.store, SealingKeyring(api.sealingKey)).run()
            #expect(report.lost.count == 12, "\(report)")
        }
    }

    @Test func `A secret that is moved to another vault does not open there`() async throws {
        try await APIUnderTest.run { (api) async throws in
            try await Self.fill(api)
            let other = try await api.create("/vaults", ["name": "other"]).text("id")
            var record = try #require(try await Self.records(.vaultSecret, api).first)
            let vault = try Stored<VaultSecretRecord>(record).document.vault
            let document = String(decoding: record.document, as: UTF8.self).replacing(vault, with: other)
            record.document = Data(document.utf8)
            #expect(Self.code { try Self.open(.vaultSecret, record, api) } == 100_217)
        }
    }

    /// Brings every sealed member into the form of a version that sealed it for all records of its kind.
    private static func unbind(_ api: APIUnderTest) async throws -> [String] {
        var secrets: [String] = []
        let keys = SealingKeyring(api.sealingKey)
        for kind in Sealed.allCases {
            let records = try await Self.records(kind, api)
            #expect(records.count == kind.count, "\(kind)")
            for record in records {
                let vault = kind == .vaultSecret ? try Stored<VaultSecretRecord>(record).document.vault : ""
                let secret = try Self.open(kind, record, api).reveal()
                secrets.append(secret)
                try await Self.put(keys.seal(Array(secret.utf8), for: kind.unbound(vault)), kind, in: record, api)
            }
        }
        return secrets
    }

    private static func all(_ api: APIUnderTest) async throws -> [String] {
        var secrets: [String] = []
        for kind in Sealed.allCases {
            for record in try await Self.records(kind, api) {
                secrets.append(try Self.open(kind, record, api).reveal())
            }
        }
        return secrets
    }

    @Test func `What an earlier version sealed is bound at the first start, and refused from then on`() async throws {
        try await APIUnderTest.run { (api) async throws in
            try await Self.fill(api)
            let secrets = try await Self.unbind(api)
            let unbound = try await Self.records(.certificate, api)[0]
            #expect(Self.code { try Self.open(.certificate, unbound, api) } == 100_217)
            await api.control.bindSeals()
            #expect(try await Self.all(api) == secrets)
            #expect(try await api.store.sealsAreBound())

            // What comes in the old form now could be in another's place.
            _ = try await Self.unbind(api)
            let report = try await Resealing(api.store, SealingKeyring(api.sealingKey)).run()
            #expect(report.lost.count == secrets.count, "\(report)")
            for record in try await Self.records(.certificate, api) {
                #expect(Self.code { try Self.open(.certificate, record, api) } == 100_217)
            }
        }
    }

    @Test func `Sealing anew binds, too, where no edge has been started since`() async throws {
        try await APIUnderTest.run { (api) async throws in
            try await Self.fill(api)
            let secrets = try await Self.unbind(api)
            let new = SealingKey.random()
            let resealing = Resealing(api.store, SealingKeyring(new, older: [api.sealingKey]))
            #expect(try await resealing.look().older == secrets.count)
            #expect(try await !api.store.sealsAreBound())
            #expect(try await resealing.run().lost.isEmpty)
            #expect(try await api.store.sealsAreBound())
            #expect(try await Resealing(api.store, SealingKeyring(new)).look().lost.isEmpty)
        }
    }

    @Test func `Two edges that start at the same time bind the same`() async throws {
        try await APIUnderTest.run { (api) async throws in
            try await Self.fill(api)
            let secrets = try await Self.unbind(api)
            let keys = SealingKeyring(api.sealingKey)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { _ = try await Resealing(api.store, keys).bind() } }
                try await group.waitForAll()
            }
            #expect(try await Self.all(api) == secrets)
        }
    }
}
