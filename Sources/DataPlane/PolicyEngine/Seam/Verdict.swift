package import Addressing
package import Model
package import NIOCore

/// What an action decided about an exchange (`spec/traffic-policy.md` 2.1).
package enum Verdict: Sendable {
    /// Go on with the next action.
    case next
    /// Answer now: no later action of the phase and no upstream sees the request.
    case respond(PolicyResponse)
    /// Hand the exchange to an internal endpoint; no later action of the phase runs, unless that fails and the target
    /// says that it may (``Exchange/forwardFailed(_:)``).
    case forward(ForwardTarget)
    /// Close the visitor's connection without an answer.
    case close
    /// The exchange cannot go on: an error page with the failure's code on HTTP, the end of the connection elsewhere.
    /// The status is the code's own where none is given.
    case fail(Failure, status: Int? = nil)
    /// Decided when the future is done, on the exchange's own event loop. A future that fails is a
    /// ``Verdict/fail(_:status:)`` with code 2300.
    case later(EventLoopFuture<Verdict>)
}

/// An answer that a policy makes itself.
package struct PolicyResponse: Sendable {
    package var status: Int
    /// In order, names in small letters. What frames the message is not among them: who writes the answer adds it.
    package var fields: [(name: String, value: String)]
    package var body: ByteBuffer
    /// Whether `on_http_response` runs on it, as on an upstream's answer (`spec/traffic-policy.md` 2.5).
    package var runsResponsePhase: Bool

    package init(
        status: Int,
        fields: [(name: String, value: String)] = [],
        body: ByteBuffer = ByteBuffer(),
        runsResponsePhase: Bool = false
    ) {
        self.status = status
        self.fields = fields
        self.body = body
        self.runsResponsePhase = runsResponsePhase
    }
}

/// The internal endpoint that goes on with an exchange (`spec/traffic-policy.md` 4.9).
package struct ForwardTarget: Sendable, Hashable {
    /// With an exact host that ends in `.internal`.
    package let url: EndpointURL
    /// Whether the next action runs when the target cannot be reached.
    package let continuesOnFailure: Bool

    package init(url: EndpointURL, continuesOnFailure: Bool) {
        self.url = url
        self.continuesOnFailure = continuesOnFailure
    }
}

/// How a phase ended.
package enum PhaseOutcome: Sendable {
    /// No action ended it: the exchange goes on as it is now.
    case proceed
    case respond(PolicyResponse)
    case forward(ForwardTarget)
    case close
    /// The status is the code's own where none is given.
    case fail(Failure, status: Int?)
}
