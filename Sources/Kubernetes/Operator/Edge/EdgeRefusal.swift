import APIClient
import JSON
import Model

/// Why the edge's API did not do what it was asked.
package struct EdgeRefusal: Error, Sendable, Equatable {
    /// Of HTTP; nil where there was no answer.
    package let status: Int?
    /// `ERR_NGROK_n`, or `ERR_PORTICO_n` where there was no answer.
    package let code: String?
    package let message: String

    init(_ answer: APIAnswer) {
        self.status = answer.code
        let body = answer.body?.object
        self.code = body?["error_code"]?.string.map { String($0.prefix(40)) }
        self.message = String((body?["msg"]?.string ?? answer.status).prefix(1000))
    }

    init(_ failure: Failure) {
        self.status = nil
        self.code = failure.code.name
        self.message = failure.message
    }

    var isMissing: Bool { self.status == 404 }

    /// Whether asking again may help without anything being changed.
    package var isPassing: Bool { self.status.map { $0 >= 500 || $0 == 429 || $0 == 409 } ?? true }
}

extension EdgeRefusal: CustomStringConvertible {
    package var description: String { self.code.map { "\(self.message) (\($0))" } ?? self.message }
}
