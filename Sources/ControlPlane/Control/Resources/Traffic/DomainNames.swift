import Addressing
import Model

/// Which names may be reserved at an edge, and where they may resolve to.
struct DomainNames: Sendable {
    let baseDomains: [HostName]
    private let reservedHosts: Set<HostName>
    private let region: String

    init(_ configuration: Control.Configuration) {
        self.baseDomains = configuration.baseDomains
        self.reservedHosts = configuration.reservedHosts
        self.region = configuration.region
    }

    /// - Throws: when `text` is no name of two labels or more, or belongs to the edge.
    func pattern(_ text: String) throws(Failure) -> HostPattern {
        let pattern: HostPattern
        do throws(HostNameError) {
            pattern = try HostPattern(parsing: text)
        } catch {
            let code: ErrorCode =
                switch error.reason {
                case .tooLong: .domainTooLong
                case .empty: .domainMissing
                default: error.reason.code
                }
            throw Failure(code, "\(error)", cause: error)
        }
        guard !pattern.isInternal else {
            throw Failure(.domainMissing, "\(pattern) is internal: such names need not be reserved.")
        }
        guard pattern.base.labelCount >= 2 else {
            throw pattern.isWildcard
                ? Failure(.domainWildcardWide, "\(pattern) takes in all names below \(pattern.base).")
                : Failure(.domainMissing, "\(pattern) has one label.")
        }
        try self.checkEdge(pattern)
        return pattern
    }

    private func checkEdge(_ pattern: HostPattern) throws(Failure) {
        let isOfEdge = self.baseDomains.contains(pattern.base) || self.reservedHosts.contains(pattern.base)
        if pattern.isWildcard, self.baseDomains.contains(where: pattern.matches) || isOfEdge {
            throw Failure(.domainWildcardWide, "\(pattern) takes in names that everybody may use.")
        }
        guard !isOfEdge else { throw Failure(.domainOfEdge, "\(pattern) belongs to the edge.") }
    }

    /// Whether visitors of these names reach the edge without a DNS record of their own.
    func isBelowBase(_ pattern: HostPattern) -> Bool {
        self.baseDomains.contains { pattern.base.isBelow($0) }
    }

    /// Whether the edge's own certificate, a wildcard of one label below each base domain, is good for it
    /// (`spec/endpoints.md` 9.4).
    func isCovered(_ pattern: HostPattern) -> Bool {
        !pattern.isWildcard && self.baseDomains.contains { pattern.base.parent == $0 }
    }

    /// - Throws: `domainTarget`, `domainTargetRepeated`.
    func places(_ values: [String]) throws(Failure) -> [String] {
        let places = self.region == "global" ? [self.region] : [self.region, "global"]
        for value in values where !places.contains(value) {
            throw Failure(
                .domainTarget,
                "There is no place \"\(value.prefix(50))\" but \(places.joined(separator: " and "))."
            )
        }
        guard Set(values).count == values.count else {
            throw Failure(.domainTargetRepeated, "A place stands twice.")
        }
        return values
    }
}
