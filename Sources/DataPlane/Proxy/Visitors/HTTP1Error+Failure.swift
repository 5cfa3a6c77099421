import Model

extension HTTP1Error {
    /// The one place where a visitor's bad bytes become an answer.
    var failure: Failure {
        Failure(self.code, self.description)
    }

    /// The bound that was reached; nil where a rule was broken.
    var limit: Limit? {
        switch self {
        case .targetTooLong, .fieldTooLong: .lineBytes
        case .headTooLong: .headBytes
        case .tooManyFields: .headFields
        case .trailersTooLong: .trailerBytes
        case .chunkExtensionsTooLong: .chunkExtensionBytes
        default: nil
        }
    }
}

extension ProxyCounters {
    /// A request is refused for how it is written.
    func note(_ error: HTTP1Error) {
        self.badRequests += 1
        if let limit = error.limit { self.note(limit) }
    }
}
