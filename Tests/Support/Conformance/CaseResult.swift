/// How one case of a published suite went.
package struct CaseResult: Sendable, Equatable {
    /// The name that the suite gives the case.
    package let name: String
    /// What was expected and what happened instead; nil when the case passed.
    package let failure: String?

    package init(name: String, failure: String?) {
        self.name = name
        self.failure = failure
    }

    package var hasPassed: Bool { self.failure == nil }
}
