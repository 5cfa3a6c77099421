/// A failure that someone outside this process meets: a visitor, an agent, an API client, an operator at a terminal.
package struct Failure: Error, Sendable {
    package let code: ErrorCode
    /// What happened, to the one it happened to; names nothing that they may not see.
    package let message: String
    /// For the log alone: internal names and addresses, the upstream's own words.
    package let detail: String
    package let cause: (any Error)?

    package init(_ code: ErrorCode, _ message: String, detail: String = "", cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.detail = detail
        self.cause = cause
    }
}
