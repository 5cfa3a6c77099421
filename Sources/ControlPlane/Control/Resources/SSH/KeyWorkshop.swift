import ACME
import Dispatch
import Model
import NIOConcurrencyHelpers
import SSHKeys

/// Does what takes long with keys, on threads that nothing else shares: a task that counted for seconds would keep all
/// others from one of the few threads that they share.
///
/// Each bench does one thing after another, and whoever comes when enough are waiting is sent away.
final class KeyWorkshop: Sendable {
    private let making: Bench
    private let using: Bench

    /// - Parameters:
    ///   - making: keys of RSA that may wait to be made, that in the making included; each takes up to seconds.
    ///   - using: uses of keys that may wait; each takes milliseconds, with the longest keys tens of them.
    init(making: Int = 8, using: Int = 64) {
        self.making = Bench("portico.keys.making", limit: making, what: "keys of RSA are being made")
        self.using = Bench("portico.keys.using", limit: using, what: "keys and certificates are being checked")
    }

    /// - Throws: `apiTooManyAtOnce` when too many are waiting.
    func key(_ form: SSHSigningKey.Form) async throws(Failure) -> SSHSigningKey {
        guard form == .rsa2048 || form == .rsa4096 else { return try Self.make(form) }
        return try await self.making.run { () throws(Failure) in try Self.make(form) }
    }

    /// The key of a certificate that is to be issued.
    ///
    /// - Throws: `apiTooManyAtOnce` when too many are waiting.
    func certificateKey(_ form: CertificateKey.Form) async throws(Failure) -> CertificateKey {
        try await self.making.run { () throws(Failure) in
            do {
                return try CertificateKey(form)
            } catch {
                throw Failure(.apiInternalError, "No key was made.", detail: "\(error)", cause: error)
            }
        }
    }

    /// Reads keys, checks them or signs with them.
    ///
    /// - Throws: what `work` throws; `apiTooManyAtOnce` when too many are waiting.
    func use<Value: Sendable>(
        _ work: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        try await self.using.run(work)
    }

    private static func make(_ form: SSHSigningKey.Form) throws(Failure) -> SSHSigningKey {
        do {
            return try SSHSigningKey(form)
        } catch {
            throw Failure(.apiInternalError, "No key was made.", detail: "\(error)", cause: error)
        }
    }

    /// One thread, and those who wait for it.
    private final class Bench: Sendable {
        private let queue: DispatchQueue
        private let limit: Int
        private let what: String
        private let waiting = NIOLockedValueBox(0)

        init(_ label: String, limit: Int, what: String) {
            self.queue = DispatchQueue(label: label)
            self.limit = limit
            self.what = what
        }

        func run<Value: Sendable>(
            _ work: @escaping @Sendable () throws(Failure) -> Value
        ) async throws(Failure) -> Value {
            let mayWait = self.waiting.withLockedValue { waiting in
                guard waiting < self.limit else { return false }
                waiting += 1
                return true
            }
            guard mayWait else { throw Failure(.apiTooManyAtOnce, "\(self.limit) \(self.what) already.") }
            defer { self.waiting.withLockedValue { $0 -= 1 } }
            let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
                self.queue.async { continuation.resume(returning: Result(catching: work)) }
            }
            return try result.get()
        }
    }
}
