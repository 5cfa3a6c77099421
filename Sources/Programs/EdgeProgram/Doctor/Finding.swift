import Foundation
import Model

/// What was looked at, and how it is.
package struct Finding: Sendable {
    package enum State: Sendable {
        case good
        /// Works, but ask why.
        case doubtful
        /// Keeps the edge from serving.
        case bad
    }

    package let state: State
    /// A word or two: `data folder`.
    package let what: String
    /// How it is, and what to do about it where something must be done.
    package let detail: String

    static func good(_ what: String, _ detail: String) -> Finding {
        Finding(state: .good, what: what, detail: detail)
    }

    static func doubtful(_ what: String, _ detail: String) -> Finding {
        Finding(state: .doubtful, what: what, detail: detail)
    }

    static func bad(_ what: String, _ failure: Failure) -> Finding {
        Finding(state: .bad, what: what, detail: "\(failure)")
    }

    /// The finding on one line, for a terminal.
    package var line: String {
        let word =
            switch self.state {
            case .good: "good    "
            case .doubtful: "doubtful"
            case .bad: "bad     "
            }
        let what = self.what.padding(toLength: 13, withPad: " ", startingAt: 0)
        return LineText.plain("\(word)  \(what)  \(self.detail)")
    }
}
