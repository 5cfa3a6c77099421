/// The behaviour of one action of a policy, with its configuration compiled.
///
/// One instance serves all exchanges of its endpoint on all event loops: state that it keeps is behind a lock, or in the
/// exchange. `run` is called on the exchange's event loop.
///
/// An action that only computes returns its verdict. One that must wait returns ``Verdict/later(_:)``; the rule loop goes
/// on when the future is done, unless the exchange was given up meanwhile.
package protocol PolicyAction: Sendable {
    func run(on exchange: Exchange) -> Verdict
}
