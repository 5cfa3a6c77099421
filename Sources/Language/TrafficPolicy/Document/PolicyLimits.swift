/// How large a policy may be (`spec/traffic-policy.md` 2.7).
package struct PolicyLimits: Sendable, Hashable {
    package var documentBytes = 1 << 20
    /// Values in a document; an alias counts as often as it is used, so a few lines can't grow into gigabytes.
    package var values = 100_000
    /// Lists and mappings within one another.
    package var depth = 64
    package var rules = 500
    package var actionsPerRule = 50
    package var expressionsPerRule = 50
    package var headerNameBytes = 256
    package var headerValueBytes = 4096
    /// Problems that are reported; reading ends with one more, which says so.
    package var problems = 1000

    package init() {}

    /// Those of an edge that nobody has asked: the most that one can be configured to take.
    package static let ofAnyEdge: PolicyLimits = {
        var limits = PolicyLimits()
        limits.rules = 100_000
        limits.actionsPerRule = 1000
        limits.expressionsPerRule = 1000
        return limits
    }()
}
