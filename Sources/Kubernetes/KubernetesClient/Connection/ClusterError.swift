/// Why a request to an API server has no result.
package enum ClusterError: Error, Sendable, Equatable {
    /// There was no answer, or it broke off.
    case unreachable(String)
    /// The server said no.
    case refused(Refusal)
    /// What answered is no API server, or sent what cannot be read.
    case malformed(String)
    /// An answer is longer than what we hold; its bound in bytes, or a number of objects.
    case tooLarge(String)
    /// Who we are cannot be told any more: a file is gone.
    case credentials(ClusterConfigurationError)
    case cancelled

    /// What a server says when it refuses (`Status` of `meta/v1`).
    package struct Refusal: Error, Sendable, Equatable {
        /// Of HTTP.
        package let status: Int
        /// One word: `NotFound`, `Conflict`, `Expired`.
        package let reason: String
        package let message: String
        /// When to ask again; nil where the server does not say.
        package let retryAfter: Duration?

        package init(status: Int, reason: String, message: String, retryAfter: Duration? = nil) {
            self.status = status
            self.reason = reason
            self.message = message
            self.retryAfter = retryAfter
        }
    }

    package var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }

    package var isMissing: Bool { self.refusal?.status == 404 }
    package var isForbidden: Bool { self.refusal?.status == 403 }
    /// Somebody else wrote the object meanwhile, or it is there already.
    package var isConflict: Bool { self.refusal?.status == 409 }
    /// What a list or a watch went on from is not kept any more.
    package var isExpired: Bool { self.refusal.map { $0.status == 410 || $0.reason == "Expired" } ?? false }
}

extension ClusterError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let reason): "the API server cannot be reached: \(reason)"
        case .refused(let refusal): "the API server refused (\(refusal.status) \(refusal.reason)): \(refusal.message)"
        case .malformed(let reason): "what the API server sent cannot be read: \(reason)"
        case .tooLarge(let bound): "the API server sent more than \(bound)"
        case .credentials(let error): error.description
        case .cancelled: "cancelled"
        }
    }
}

/// A refusal as it stands in a body.
struct StatusBody: Decodable {
    struct Details: Decodable {
        let retryAfterSeconds: Int?
    }

    let message: String?
    let reason: String?
    let code: Int?
    let details: Details?

    func refusal(status: Int, retryAfter: String? = nil) -> ClusterError.Refusal {
        let seconds = self.details?.retryAfterSeconds ?? retryAfter.flatMap(Int.init)
        return ClusterError.Refusal(
            status: self.code ?? status,
            reason: String((self.reason ?? "Unknown").prefix(64)),
            message: String((self.message ?? "").prefix(1024)),
            retryAfter: seconds.map { .seconds(min(max($0, 0), 600)) }
        )
    }
}
