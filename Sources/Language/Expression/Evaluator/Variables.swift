/// The host's side of a run: the values of the variables that the environment declared, by slot.
package protocol Variables: AnyObject {
    /// The value of a slot now; nil where the variable is absent, which reads as its type's zero value and for which
    /// `has()` is false. Asked only when an expression comes to the variable, each time that it does.
    ///
    /// - Throws: where the host fails to say; a variable that is merely absent is nil.
    func value(inSlot slot: Int) throws(EvaluationError) -> Value?
}

/// Where there are none, as when constants are worked out.
package final class NoVariables: Variables {
    package init() {}

    package func value(inSlot slot: Int) throws(EvaluationError) -> Value? { nil }
}
