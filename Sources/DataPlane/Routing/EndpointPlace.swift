package import Addressing
package import EdgeLink
package import Model

/// Where endpoints are found: those of one place are one pool.
package struct EndpointPlace: Sendable, Hashable {
    package let url: EndpointURL
    package let binding: EndpointBinding
    /// Whose name the URL is; nil for the public, which has one space of names.
    package let owner: ResourceID<AccountKind>?

    package init(_ endpoint: RoutedEndpoint) {
        self.init(url: endpoint.url, binding: endpoint.binding, account: endpoint.account)
    }

    package init(url: EndpointURL, binding: EndpointBinding, account: ResourceID<AccountKind>) {
        self.url = url
        self.binding = binding
        self.owner = binding.isPerAccount ? account : nil
    }

    /// By what it is found; nil for one that serves any host.
    var indexName: HostIndex.Name? {
        guard let owner else { return self.url.indexName }
        let tag = self.url.scheme.tag(isWildcard: self.url.host.isWildcard, in: self.binding)
        var bytes = Array(self.url.host.base.text.utf8)
        bytes.append(contentsOf: OwnedName.suffix(port: self.url.port, owner))
        return HostIndex.Name(tag: tag, bytes: bytes)
    }

    /// Whether it is counted among the wildcards that a look-up has to try.
    var isWildcardName: Bool {
        self.url.host.isWildcard && !self.url.host.isAnyHost && (self.url.scheme != .tcp || self.owner != nil)
    }

    /// The number of the wildcards' count that it belongs to.
    var wildcardIndex: Int { Self.wildcardIndex(self.url.scheme, self.binding) }

    static let wildcardCounts = EndpointScheme.allCases.count * EndpointBinding.allCases.count

    static func wildcardIndex(_ scheme: EndpointScheme, _ binding: EndpointBinding) -> Int {
        scheme.index + EndpointScheme.allCases.count * binding.index
    }
}

/// Names of an account's own in the index: the host, then port and account in bytes that are no letters and stand in no
/// host, so that neither their case nor where they begin is in doubt.
enum OwnedName {
    static func suffix(port: UInt16, _ owner: ResourceID<AccountKind>) -> [UInt8] {
        var bytes: [UInt8] = []
        let text = owner.text.utf8
        bytes.reserveCapacity(4 + 2 * text.count)
        withUnsafeBytes(of: port.nameBytes) { bytes.append(contentsOf: $0) }
        for byte in text {
            bytes.append(byte >> 4)
            bytes.append(byte & 15)
        }
        return bytes
    }
}

extension EndpointBinding {
    var index: Int {
        switch self {
        case .public: 0
        case .internal: 1
        case .kubernetes: 2
        }
    }
}
