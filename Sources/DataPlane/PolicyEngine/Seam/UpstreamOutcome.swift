/// How the upstream's part of an exchange ended, for who asked to be told (``Exchange/observeUpstream(_:)``).
package enum UpstreamOutcome: Sendable, Equatable {
    /// It answered, with this status.
    case answered(status: Int)
    /// It was not reached, broke off, or answered something that is no HTTP.
    case failed
    /// The visitor went away before there was an answer, or no upstream was asked.
    case abandoned
}
