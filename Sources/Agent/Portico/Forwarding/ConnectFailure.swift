import Foundation
import NIOCore
import NIOPosix

/// Why a TCP connection did not come about.
struct ConnectFailure {
    enum Cause: Equatable {
        /// The resolver knows no such name.
        case unresolved
        case timedOut
        /// In the system's words, for instance `connection refused`.
        case failed(String)
    }

    let cause: Cause

    init(_ error: any Error) {
        self.cause = Self.cause(of: error)
    }

    /// In words that go behind a colon.
    var reason: String {
        switch self.cause {
        case .unresolved: "its name cannot be resolved"
        case .timedOut: "it did not answer in time"
        case .failed(let text): text
        }
    }

    private static func cause(of error: any Error) -> Cause {
        switch error {
        case let error as NIOConnectionError:
            // Every address that was tried has its own error; the first tells as much as all.
            guard let first = error.connectionErrors.first else { return .unresolved }
            return Self.cause(of: first.error)
        case ChannelError.connectTimeout:
            return .timedOut
        case let error as IOError:
            if error.errnoCode == ETIMEDOUT { return .timedOut }
            return .failed(String(cString: strerror(error.errnoCode)).lowercased())
        default:
            return .failed("\(error)")
        }
    }
}
