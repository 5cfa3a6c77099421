import Dispatch
import Model
import NIOConcurrencyHelpers
import SSHKeys

/// Makes keys. Those of RSA take up to seconds each: they are made one after another on a thread that nothing else
/// shares, and whoever comes when enough are waiting is sent away.
final class KeyWorkshop: Sendable {
    /// Keys that may wait, the one that is being made included.
    private let limit: Int
    private let queue = DispatchQueue(label: "portico.keys")
    private let waiting = NIOLockedValueBox(0)

    init(limit: Int = 8) {
        self.limit = limit
    }

    /// - Throws: `apiTooManyAtOnce` when too many are waiting.
    func key(_ form: SSHSigningKey.Form) async throws(Failure) -> SSHSigningKey {
        guard form == .rsa2048 || form == .rsa4096 else { return try Self.make(form).get() }
        let mayWait = self.waiting.withLockedValue { waiting in
            guard waiting < self.limit else { return false }
            waiting += 1
            return true
        }
        guard mayWait else { throw Failure(.apiTooManyAtOnce, "\(self.limit) keys of RSA are being made already.") }
        defer { self.waiting.withLockedValue { $0 -= 1 } }
        let made = await withCheckedContinuation { continuation in
            self.queue.async { continuation.resume(returning: Self.make(form)) }
        }
        return try made.get()
    }

    private static func make(_ form: SSHSigningKey.Form) -> Result<SSHSigningKey, Failure> {
        do {
            return .success(try SSHSigningKey(form))
        } catch {
            return .failure(Failure(.apiInternalError, "No key was made.", detail: "\(error)", cause: error))
        }
    }
}
