import Model

/// A failure that an exchange ends with, in the place of an answer.
struct ExchangeRefusal {
    enum Origin {
        /// Nobody could be reached, or what came back is no answer.
        case way
        /// A policy has decided so.
        case policy
    }

    let failure: Failure
    /// Another status than the code's own.
    var status: Int?
    let origin: Origin
    let format: ErrorResponse.Format
    /// The number under which the request is recorded; nil where it is not.
    var requestID: String?

    var answer: LocalAnswer {
        var response = ErrorResponse(self.failure, format: self.format)
        response.status = self.status
        response.requestID = self.requestID
        return response.answer
    }
}
