/// A parser of outside bytes, and what must hold for every input.
package protocol FuzzTarget: SendableMetatype {
    /// Ends the process through ``claim(_:_:)`` when the input shows a fault; so does a trap of the code under test.
    static func check(_ input: FuzzInput)
}

/// The targets by the names under which their inputs lie: `Fuzz/Regressions/NAME/`.
package enum FuzzTargets {
    package static let all: [String: any FuzzTarget.Type] = Dictionary(
        uniqueKeysWithValues: targets.map { (String(describing: $0), $0) }
    )

    private static let targets: [any FuzzTarget.Type] = [
        Bodies.self, Chunks.self, EventStreams.self, Expressions.self, Frames.self, HPACK.self, HTTP2.self,
        Messages.self, Policies.self, Preambles.self, Requests.self, Responses.self, Session.self,
    ]
}
