import Foundation

/// Signals of programs that tests start.
package enum TestSignals {
    /// Runs `body` with no signal blocked. The threads that tests run on block them, and a program that is started there
    /// inherits that: it could be neither interrupted nor terminated.
    package static func unblocked(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }
}
