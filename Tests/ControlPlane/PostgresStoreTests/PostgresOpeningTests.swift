import Foundation
import Model
import Store
import StoreContract
import TestDatabase
import Testing

@testable import PostgresStore

@Suite struct PostgresOpeningTests {
    @Test(arguments: ["", "mysql://u:hunter2@x/db", "host=x password=hunter2", "postgres://u:hunter2@h/db?nonsense=1"])
    func `What is no address is refused without being quoted`(text: String) {
        let error = #expect(throws: PostgresStoreError.self) { try PostgresAddress(Secret(text)) }
        guard let error, case .address = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        #expect(!error.description.contains("hunter2"))
    }

    @Test func `A server that is not there is told, and its password is not`() async throws {
        let address = try PostgresAddress(Secret("postgres://someone:hunter2@127.0.0.1:1/db"))
        let error = await #expect(throws: PostgresStoreError.self) { try await PostgresStore.open(at: address) }
        guard let error, case .unreachable(let text) = error else {
            Issue.record("got \(String(describing: error))")
            return
        }
        #expect(!text.contains("hunter2"))
    }

    @Test func `What was committed is there after it was opened again`() async throws {
        try await withPostgres { address in
            let revision = try await PostgresStore.create(at: address).commit([.put(thing("t1", keys: ["n": "x"]))])[0]
            let again = try await PostgresStore.open(at: address)
            #expect(try await again.find(.thing, "n", "x", in: .platform).id == "t1")
            #expect(try await again.commit([.put(thing("t2"))])[0] > revision)
        }
    }

    @Test func `A database is set up once, and opened only then`() async throws {
        try await withPostgres { address in
            await Self.expect(".missing") { try await PostgresStore.open(at: address) }
            try await PostgresStore.create(at: address).commit([.put(thing("t1"))])
            await Self.expect(".exists") { try await PostgresStore.create(at: address) }
            #expect(try await PostgresStore.open(at: address).get(.thing, "t1", in: .platform).id == "t1")
        }
    }

    @Test func `A newer schema and one of something else are refused`() async throws {
        try await withPostgres { address in
            _ = try await PostgresStore.create(at: address)
            let connection = try PostgresConnection(address, patience: .seconds(30))
            try connection.runScript("UPDATE \(address.quotedSchema).version SET number = 99")
            await Self.expect(".newer") { try await PostgresStore.open(at: address) }
            try connection.runScript("DROP TABLE \(address.quotedSchema).version")
            await Self.expect(".foreign") { try await PostgresStore.open(at: address) }
        }
    }

    @Test func `Many nodes may open one database at the same time`() async throws {
        try await withPostgres { address in
            _ = try await PostgresStore.create(at: address)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let store = try await PostgresStore.open(at: address)
                        _ = try await store.list(.thing, in: .platform, Page())
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// What makes a commit that returned survive the server's end, and keeps one node from holding up all others.
    @Test(arguments: [
        ("synchronous_commit", "on"), ("idle_in_transaction_session_timeout", "5s"), ("statement_timeout", "5s"),
        ("lock_timeout", "5s"), ("client_encoding", "UTF8"),
    ])
    func `The settings are the safe ones`(name: String, value: String) async throws {
        try await withPostgres { address in
            let store = try await PostgresStore.create(at: address)
            #expect(try await store.setting(name) == value)
        }
    }

    private static func expect(_ name: String, _ body: () async throws -> PostgresStore) async {
        let error = await #expect(throws: PostgresStoreError.self) { _ = try await body() }
        let text = error.map { ".\($0.caseName)" }
        #expect(text == name)
    }
}

extension PostgresStoreError {
    fileprivate var caseName: String {
        switch self {
        case .address: "address"
        case .library: "library"
        case .unreachable: "unreachable"
        case .missing: "missing"
        case .exists: "exists"
        case .foreign: "foreign"
        case .encoding: "encoding"
        case .newer: "newer"
        case .database: "database"
        }
    }
}
