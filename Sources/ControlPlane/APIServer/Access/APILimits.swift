/// Who called how often, over all the addresses on which one API listens.
package final class APILimits: Sendable {
    /// Calls that carried no good key, by where they came from.
    let failures: CallLimiter<String>
    /// Calls by account.
    let calls: CallLimiter<String>

    package init(_ configuration: APIServerConfiguration) {
        self.failures = CallLimiter(perMinute: configuration.failuresPerMinute)
        self.calls = CallLimiter(perMinute: configuration.callsPerMinute)
    }
}
