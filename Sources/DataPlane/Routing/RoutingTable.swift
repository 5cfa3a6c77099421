package import Addressing
package import EdgeLink
package import Model

/// Which pool serves a connection or a request. Immutable; each event loop has a copy of its own, so that reading
/// it costs no loop anything of another.
///
/// The most specific name wins: the exact host, then the wildcard with more labels, then the one with fewer, then
/// the endpoint for any host (`spec/endpoints.md` 5). `*` stands for one or more labels.
///
/// Names are spread over shards by their hash. The next table of a loop has the shards of this one, but for the few
/// that changed (`RoutingPlanner`).
package final class RoutingTable: Sendable {
    package let revision: UInt64
    /// All slots of members are below it.
    package let slotLimit: Int

    let shards: [RoutingShard]
    let seed: UInt64
    /// The pools for any host, by scheme.
    let anyHost: [EndpointPool?]
    /// How many wildcards there are of each scheme and binding (`EndpointPlace.wildcardIndex`).
    let wildcardCounts: [Int]

    init(
        revision: UInt64,
        slotLimit: Int,
        shards: [RoutingShard],
        seed: UInt64,
        anyHost: [EndpointPool?],
        wildcardCounts: [Int]
    ) {
        self.revision = revision
        self.slotLimit = slotLimit
        self.shards = shards
        self.seed = seed
        self.anyHost = anyHost
        self.wildcardCounts = wildcardCounts
    }

    /// The table of one loop, made anew.
    package convenience init(_ table: EndpointTable, seed: UInt64 = .random(in: .min ... .max)) {
        var planner = RoutingPlanner(loops: 1, seed: seed)
        let made = planner.change(put: table.endpoints, removed: [], revision: table.revision)[0].table
        self.init(
            revision: made.revision,
            slotLimit: made.slotLimit,
            shards: made.shards,
            seed: seed,
            anyHost: made.anyHost,
            wildcardCounts: made.wildcardCounts
        )
    }

    /// A table with nothing in it.
    package static let empty = RoutingTable(EndpointTable(revision: 0, endpoints: []))

    /// All pools, in no order.
    package var pools: [EndpointPool] { self.shards.flatMap(\.pools) + self.anyHost.compactMap(\.self) }

    // MARK: - Finding

    /// The pool that serves `host` over `scheme` (not tcp), or nil. The name may have any case and one dot at its
    /// end; it has no port.
    package func pool(for scheme: EndpointScheme, host: UnsafeRawBufferPointer) -> EndpointPool? {
        guard scheme != .tcp else { return nil }
        let name = Self.withoutTrailingDot(host)
        if let pool = self.find(scheme.tag(isWildcard: false), name) { return pool }
        return self.wildcardPool(for: scheme, name, in: .public) ?? self.anyHost[scheme.index]
    }

    /// The pool of the longest wildcard that takes in `name`.
    private func wildcardPool(
        for scheme: EndpointScheme,
        _ name: UnsafeRawBufferPointer,
        in binding: EndpointBinding
    ) -> EndpointPool? {
        guard self.wildcardCounts[EndpointPlace.wildcardIndex(scheme, binding)] > 0 else { return nil }
        let tag = scheme.tag(isWildcard: true, in: binding)
        // From the left, so that the suffix with the most labels is found first.
        var start = 0
        while let dot = name[start...].firstIndex(of: UInt8(ascii: ".")), dot + 1 < name.count {
            start = dot + 1
            if let pool = self.find(tag, UnsafeRawBufferPointer(rebasing: name[start...])) { return pool }
        }
        return nil
    }

    /// The pool of an account's internal endpoints that serves `url`, whose host is exact; nil where there is none.
    ///
    /// Where nothing has the URL itself, `http` and `https` on their own ports stand for each other: what is forwarded is
    /// a request that has been decrypted already, and guides mix the two (`spec/gateway-uses.md` 1).
    package func pool(internal url: EndpointURL, of account: ResourceID<AccountKind>) -> EndpointPool? {
        if let pool = self.owned(url, .internal, account) { return pool }
        guard url.port == url.scheme.defaultPort else { return nil }
        switch url.scheme {
        case .http: return self.owned(EndpointURL(scheme: .https, host: url.host, port: 443), .internal, account)
        case .https: return self.owned(EndpointURL(scheme: .http, host: url.host, port: 80), .internal, account)
        case .tls, .tcp: return nil
        }
    }

    private func owned(
        _ url: EndpointURL,
        _ binding: EndpointBinding,
        _ account: ResourceID<AccountKind>
    ) -> EndpointPool? {
        // The host comes first and the account last, so that what is left of a wildcard is a part of the same bytes.
        let bytes = Array(url.host.base.text.utf8) + OwnedName.suffix(port: url.port, account)
        return bytes.withUnsafeBytes { name in
            if let pool = self.find(url.scheme.tag(isWildcard: false, in: binding), name) { return pool }
            return self.wildcardPool(for: url.scheme, name, in: binding)
        }
    }

    /// The pool that serves connections to a TCP port, or nil.
    package func pool(forPort port: UInt16) -> EndpointPool? {
        withUnsafeBytes(of: port.nameBytes) { self.find(EndpointScheme.tcp.tag(isWildcard: false), $0) }
    }

    /// The endpoint as it is in this table; nil when it is not, or has another URL.
    package func member(_ endpoint: RoutedEndpoint) -> EndpointPool.Member? {
        let pool: EndpointPool?
        if let name = EndpointPlace(endpoint).indexName {
            pool = name.bytes.withUnsafeBytes { self.find(name.tag, $0) }
        } else {
            pool = self.anyHost[endpoint.url.scheme.index]
        }
        return pool?.members.first { $0.endpoint.id == endpoint.id }
    }

    private func find(_ tag: UInt8, _ name: UnsafeRawBufferPointer) -> EndpointPool? {
        let hash = HostIndex.hash(tag, name, seed: self.seed)
        let shard = self.shards[RoutingShard.number(of: hash)]
        return shard.index.find(tag, name, hash: hash).map { shard.pools[$0] }
    }

    private static func withoutTrailingDot(_ host: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard host.last == UInt8(ascii: "."), host.count > 1 else { return host }
        return UnsafeRawBufferPointer(rebasing: host.dropLast())
    }
}
