import Model
import SSHKeys
import Testing

@testable import Control

@Suite struct KeyWorkshopTests {
    @Test func `More keys of RSA than may wait are refused, and those that wait are made`() async {
        let workshop = KeyWorkshop(making: 2)
        let codes = await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<6 { group.addTask { await code { try await workshop.key(.rsa2048) } } }
            return await group.reduce(into: [Int?]()) { $0.append($1) }
        }
        #expect(codes.contains(nil))
        #expect(codes.allSatisfy { $0 == nil || $0 == ErrorCode.apiTooManyAtOnce.number })
        // There is room again when they are done.
        #expect(await code { try await workshop.key(.rsa2048) } == nil)
    }

    @Test func `Other keys wait for none`() async {
        #expect(await code { try await KeyWorkshop(making: 0).key(.ed25519) } == nil)
    }

    @Test func `Keys in the making keep none from being used`() async throws {
        let workshop = KeyWorkshop(making: 0, using: 1)
        #expect(try await workshop.use { 1 } == 1)
        let failed = await code { try await workshop.use { () throws(Failure) in throw Failure(.apiUnknown, "No.") } }
        #expect(failed == ErrorCode.apiUnknown.number)
        let refused = await code { try await KeyWorkshop(using: 0).use { 1 } }
        #expect(refused == ErrorCode.apiTooManyAtOnce.number)
    }
}
