/// What one expression may cost, when it is compiled and each time that it runs.
package struct ExpressionLimits: Sendable, Hashable {
    /// The longest source, in bytes of its UTF-8.
    package var sourceBytes = 16 << 10
    /// How deep an expression may be nested.
    package var depth = 250
    /// Nodes, rounds of comprehensions and the work of functions (a step for about 64 bytes) that one run may take.
    package var steps = 1_000_000
    /// The longest string, bytes or template text that an expression may make.
    package var resultBytes = 1 << 20
    /// How long one run may take by the clock, which is looked at every few thousand steps.
    package var wallClock = Duration.milliseconds(50)

    package init() {}

    package static let standard = ExpressionLimits()
}
