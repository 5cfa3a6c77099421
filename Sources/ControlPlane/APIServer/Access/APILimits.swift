/// Who called how often, over all the addresses on which one API listens.
package final class APILimits: Sendable {
    /// Calls that carried no good key, by where they came from.
    let failures: CallLimiter<String>
    /// Calls by account.
    let calls: CallLimiter<String>

    package init(callsPerMinute: Int, failuresPerMinute: Int) {
        self.failures = CallLimiter(perMinute: failuresPerMinute)
        self.calls = CallLimiter(perMinute: callsPerMinute)
    }

    /// What was counted until now counts on.
    package func set(callsPerMinute: Int, failuresPerMinute: Int) {
        self.failures.set(perMinute: failuresPerMinute)
        self.calls.set(perMinute: callsPerMinute)
    }
}
