import Model

extension HTTP1Error {
    /// The one place where a visitor's bad bytes become an answer.
    var failure: Failure {
        Failure(self.code, self.description)
    }

    /// Whether a bound was reached, as against a rule broken.
    var isLimit: Bool {
        self.status == 414 || self.status == 431
    }
}
