package import Addressing
package import EdgeLink
package import Model

/// Which pool serves a connection or a request. Immutable; each event loop has a copy of its own, so that reading
/// it costs no loop anything of another.
///
/// The most specific name wins: the exact host, then the wildcard with more labels, then the one with fewer, then
/// the endpoint for any host (`spec/endpoints.md` 5). `*` stands for one or more labels.
package final class RoutingTable: Sendable {
    package let revision: UInt64
    package let pools: [EndpointPool]
    /// How many members all pools have together; slots are below it.
    package let memberCount: Int

    private let http: Names
    private let https: Names
    private let tls: Names
    private let ports: [UInt16: Int]
    private let slots: [ResourceID<EndpointKind>: Int]

    /// The names of one scheme.
    private struct Names: Sendable {
        let exact: HostIndex
        let wildcard: HostIndex
        let anyHost: Int?

        init(_ entries: [(HostPattern, Int)], seed: UInt64) {
            self.exact = HostIndex(entries.filter { !$0.0.isWildcard }.map { ($0.0.base.text, $0.1) }, seed: seed)
            self.wildcard = HostIndex(
                entries.filter { $0.0.isWildcard && !$0.0.isAnyHost }.map { ($0.0.base.text, $0.1) },
                seed: seed
            )
            self.anyHost = entries.first { $0.0.isAnyHost }?.1
        }

        func find(_ host: UnsafeRawBufferPointer) -> Int? {
            let name = Self.withoutTrailingDot(host)
            if let index = self.exact.find(name) { return index }
            if !self.wildcard.isEmpty {
                // From the left, so that the suffix with the most labels is found first.
                var start = 0
                while let dot = name[start...].firstIndex(of: UInt8(ascii: ".")), dot + 1 < name.count {
                    start = dot + 1
                    if let index = self.wildcard.find(UnsafeRawBufferPointer(rebasing: name[start...])) { return index }
                }
            }
            return self.anyHost
        }

        private static func withoutTrailingDot(_ host: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
            guard host.last == UInt8(ascii: "."), host.count > 1 else { return host }
            return UnsafeRawBufferPointer(rebasing: host.dropLast())
        }
    }

    package init(_ table: EndpointTable, seed: UInt64 = .random(in: .min ... .max)) {
        var order: [EndpointURL] = []
        var byURL: [EndpointURL: [EndpointPool.Member]] = [:]
        for (slot, endpoint) in table.endpoints.enumerated() {
            if byURL[endpoint.url] == nil { order.append(endpoint.url) }
            byURL[endpoint.url, default: []].append(EndpointPool.Member(endpoint: endpoint, slot: slot))
        }
        let pools = order.compactMap { url in byURL[url].map { EndpointPool(url: url, members: $0) } }
        func names(_ scheme: EndpointScheme) -> Names {
            Names(
                pools.enumerated().filter { $0.element.url.scheme == scheme }.map { ($0.element.url.host, $0.offset) },
                seed: seed
            )
        }
        self.revision = table.revision
        self.pools = pools
        self.memberCount = table.endpoints.count
        self.http = names(.http)
        self.https = names(.https)
        self.tls = names(.tls)
        self.ports = Dictionary(
            pools.enumerated().filter { $0.element.url.scheme == .tcp }.map { ($0.element.url.port, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
        self.slots = Dictionary(
            table.endpoints.enumerated().map { ($0.element.id, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// A table with nothing in it.
    package static let empty = RoutingTable(EndpointTable(revision: 0, endpoints: []))

    /// The pool that serves `host` over `scheme` (not tcp), or nil. The name may have any case and one dot at its
    /// end; it has no port.
    package func pool(for scheme: EndpointScheme, host: UnsafeRawBufferPointer) -> EndpointPool? {
        let names: Names
        switch scheme {
        case .http: names = self.http
        case .https: names = self.https
        case .tls: names = self.tls
        case .tcp: return nil
        }
        return names.find(host).map { self.pools[$0] }
    }

    /// The pool that serves connections to a TCP port, or nil.
    package func pool(forPort port: UInt16) -> EndpointPool? {
        self.ports[port].map { self.pools[$0] }
    }

    package func contains(_ id: ResourceID<EndpointKind>) -> Bool { self.slots[id] != nil }

    /// The slot of an endpoint in this table.
    package func slot(of id: ResourceID<EndpointKind>) -> Int? { self.slots[id] }
}
