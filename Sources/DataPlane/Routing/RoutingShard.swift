import Addressing
import Model

/// The pools of the names whose hashes begin alike: the part of a table that is made anew when one of them changes.
final class RoutingShard: Sendable {
    /// Few enough to be copied for each change, and enough that each of them is small: with 100,000 names, 100.
    static let count = 1024

    let index: HostIndex
    let pools: [EndpointPool]

    /// Each pool stands with its name; of those with equal names the first is found.
    init(_ pools: [(name: HostIndex.Name, pool: EndpointPool)], seed: UInt64) {
        self.index = HostIndex(pools.enumerated().map { ($0.element.name, $0.offset) }, seed: seed)
        self.pools = pools.map(\.pool)
    }

    /// By the hash's first bits; the index uses the last ones.
    static func number(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 54) }
}

extension EndpointScheme {
    var index: Int {
        switch self {
        case .http: 0
        case .https: 1
        case .tls: 2
        case .tcp: 3
        }
    }

    /// Tells names of different schemes and bindings apart, and wildcards from exact names.
    func tag(isWildcard: Bool, in binding: EndpointBinding = .public) -> UInt8 {
        UInt8(self.index) | (isWildcard ? 4 : 0) | UInt8(binding.index) << 3
    }
}

extension EndpointURL {
    /// By what a public endpoint is found; nil for one that serves any host.
    var indexName: HostIndex.Name? {
        if self.scheme == .tcp {
            let bytes = withUnsafeBytes(of: self.port.nameBytes) { Array($0) }
            return HostIndex.Name(tag: self.scheme.tag(isWildcard: false), bytes: bytes)
        }
        guard !self.host.isAnyHost else { return nil }
        return HostIndex.Name(
            tag: self.scheme.tag(isWildcard: self.host.isWildcard),
            bytes: Array(self.host.base.text.utf8)
        )
    }
}

extension UInt16 {
    /// The number as a name: four bytes that are no letters, which the index would not tell from their other case.
    var nameBytes: (UInt8, UInt8, UInt8, UInt8) {
        (UInt8(self >> 12), UInt8(self >> 8 & 15), UInt8(self >> 4 & 15), UInt8(self & 15))
    }
}
