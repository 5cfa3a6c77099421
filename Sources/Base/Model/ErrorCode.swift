/// A number that names one way to fail, the HTTP status that goes with it, and what to do about it.
///
/// Codes are made here alone and are never used again for something else.
package struct ErrorCode: Sendable, Hashable {
    package let number: Int
    /// The status of an HTTP answer that carries this code.
    package let httpStatus: Int
    /// What the one who meets it can do.
    package let remedy: String

    init(_ number: Int, status: Int, remedy: String) {
        self.number = number
        self.httpStatus = status
        self.remedy = remedy
    }

    /// The code as people and logs see it.
    package var name: String { "ERR_PORTICO_\(self.number)" }

    /// The code as clients of the reference system look for it, on the wire and in `ngrok-error-code`.
    package var wireName: String { "ERR_NGROK_\(self.number)" }
}

extension ErrorCode {
    package static let endpointOffline = ErrorCode(
        3200,
        status: 404,
        remedy: "Start the agent that serves this endpoint, or check the URL."
    )
}
