/// A host name: lower case, checked, without a trailing dot.
package struct HostName: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    init(unchecked text: String) {
        self.text = text
    }

    package var description: String { self.text }
}

/// A host name, or every name of one or more labels below one (`*.example.com`).
package struct HostPattern: Sendable, Hashable, CustomStringConvertible {
    /// The name without `*.`.
    package let base: HostName
    package let isWildcard: Bool

    package init(_ base: HostName, isWildcard: Bool = false) {
        self.base = base
        self.isWildcard = isWildcard
    }

    package var description: String { self.isWildcard ? "*.\(self.base)" : self.base.text }
}
