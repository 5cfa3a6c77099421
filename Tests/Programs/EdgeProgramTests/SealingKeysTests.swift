import Foundation
import Model
import Secrets
import Testing

@testable import EdgeProgram

/// Where sealing keys come from.
@Suite struct SealingKeysTests {
    private func keys(_ source: SealingConfiguration.Source) -> SealingKeys {
        SealingKeys(SealingConfiguration(source: source), in: DataFolder("/nonexistent"))
    }

    @Test func `Keys of the environment and of a program are good`() throws {
        let key = SealingKeys.newKey()
        let ring = try self.keys(.keys(key)).open()
        #expect(try self.keys(.command(["/bin/echo", key.reveal()])).open().currentID == ring.currentID)
    }

    @Test(
        arguments: [
            (["/nonexistent/program"], "cannot be run"), (["/bin/false"], "status 1"), (["/bin/echo", "x"], "wrote"),
            (["/bin/cat", "/dev/zero"], "too much"), ([], "empty"),
        ]
    )
    func `A program that gives no keys is named`(words: [String], reason: String) throws {
        let failure = try #require(throws: Failure.self) { try self.keys(.command(words)).open() }
        #expect(failure.code == .configurationInvalid)
        #expect(failure.message.contains(reason), "\(failure.message)")
    }

    @Test func `A program that does not end is ended`() throws {
        let failure = try #require(throws: Failure.self) {
            try KeyCommand(["/bin/sleep", "60"], patience: .milliseconds(50)).run()
        }
        #expect(failure.message.contains("did not end"))
    }

    @Test func `Keys that others keep are changed there`() throws {
        let failure = try #require(throws: Failure.self) { try self.keys(.keys(SealingKeys.newKey())).rotate() }
        #expect(failure.code == .usage)
        #expect(throws: Failure.self) { try self.keys(.command(["/bin/true"])).dropOlder() }
    }

    @Test func `A process that serves says with which key it seals`() async throws {
        try await withTemporaryFolder { folder in
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
            let data = DataFolder(folder)
            #expect(!ServeLock.isServed(data, withOtherKeyThan: 1))
            let lock = try ServeLock(data)
            #expect(ServeLock.isServed(data, withOtherKeyThan: 1))
            lock.note(sealingKey: 1)
            #expect(!ServeLock.isServed(data, withOtherKeyThan: 1))
            #expect(ServeLock.isServed(data, withOtherKeyThan: 2))
            withExtendedLifetime(lock) {}
        }
    }
}
