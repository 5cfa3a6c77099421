/// A host name, or every name of one or more labels below one (`*.example.com`).
package struct HostPattern: Sendable, Hashable, CustomStringConvertible {
    /// The name without `*.`.
    package let base: HostName
    package let isWildcard: Bool

    package init(_ base: HostName, isWildcard: Bool = false) {
        self.base = base
        self.isWildcard = isWildcard
    }

    /// Every host, and requests that name none: for an edge's own static upstreams. Reads as `*`.
    package static let anyHost = HostPattern(HostName(unchecked: ""), isWildcard: true)

    package var isAnyHost: Bool { self == .anyHost }

    package var description: String {
        if self.isAnyHost { return "*" }
        return self.isWildcard ? "*.\(self.base)" : self.base.text
    }
}

extension HostPattern {
    /// Reads a host name whose first label may be `*`, as a whole.
    package init(parsing text: some StringProtocol) throws(HostNameError) {
        guard text.utf8.starts(with: "*.".utf8) else {
            self.init(try HostName(parsing: text))
            return
        }
        let base: HostName
        do throws(HostNameError) {
            base = try HostName(parsing: text.dropFirst(2))
        } catch {
            throw HostNameError(text: shortened(text), position: error.position + 2, reason: error.reason)
        }
        guard base.text.utf8.count + 2 <= HostName.maximumLength else {
            throw HostNameError(text: shortened(text), position: HostName.maximumLength, reason: .tooLong)
        }
        self.init(base, isWildcard: true)
    }

    /// Whether this is the pattern's name, or one that the wildcard stands for; the base itself is not among those.
    package func matches(_ name: HostName) -> Bool {
        self.isAnyHost || (self.isWildcard ? name.isBelow(self.base) : name == self.base)
    }

    /// Whether every name that `other` matches is matched by this pattern too.
    package func covers(_ other: HostPattern) -> Bool {
        guard self.isWildcard else { return self == other }
        guard !self.isAnyHost else { return true }
        return other.base.isBelow(self.base) || other.isWildcard && other.base == self.base
    }

    /// Whether this pattern is asked before `other` where both match: an exact name first, then the wildcard with
    /// more labels (`spec/endpoints.md` 5).
    package func isMoreSpecific(than other: HostPattern) -> Bool {
        guard self.isWildcard == other.isWildcard else { return other.isWildcard }
        return self.labelCount > other.labelCount
    }

    /// The labels of the name, `*` being one.
    package var labelCount: Int { self.isAnyHost ? 1 : self.base.labelCount + (self.isWildcard ? 1 : 0) }

    /// Whether it names internal endpoints (`spec/endpoints.md` 4.3).
    package var isInternal: Bool { self.base.isInternal || self.isWildcard && self.base == .internalSuffix }
}
