internal import Addressing
package import EdgeLink
package import Model

/// What an edge serves, and how a change of it becomes the next table of each event loop.
///
/// A change costs as much as the shards that it touches, whatever the number of endpoints. Whoever keeps the planner
/// works here, off the loops; a loop swaps one table for another.
package struct RoutingPlanner {
    private let seed: UInt64
    /// What each loop was given last.
    private var tables: [RoutingTable]
    private var members: [ResourceID<EndpointKind>: EndpointPool.Member] = [:]
    private var pools: [EndpointURL: [EndpointPool.Member]] = [:]
    /// The URLs of each shard that have members.
    private var urls = [[EndpointURL]](repeating: [], count: RoutingShard.count)
    private var wildcardCounts = [0, 0, 0, 0]
    private var freeSlots: [Int] = []
    private var slotLimit = 0

    package init(loops: Int, seed: UInt64 = .random(in: .min ... .max)) {
        self.seed = seed
        self.tables = (0..<loops).map { _ in
            // Each loop has even the empty shard for itself.
            let empty = RoutingShard([], seed: seed)
            return RoutingTable(
                revision: 0,
                slotLimit: 0,
                shards: Array(repeating: empty, count: RoutingShard.count),
                seed: seed,
                anyHost: [nil, nil, nil, nil],
                wildcardCounts: [0, 0, 0, 0]
            )
        }
    }

    package var ids: some Collection<ResourceID<EndpointKind>> { self.members.keys }

    package func contains(_ id: ResourceID<EndpointKind>) -> Bool { self.members[id] != nil }

    /// Whether an endpoint has this TCP port.
    package func serves(port: UInt16) -> Bool {
        guard let name = Self.name(ofPort: port) else { return false }
        return self.urls[self.shard(of: name)].contains { $0.scheme == .tcp && $0.port == port }
    }

    private static func name(ofPort port: UInt16) -> HostIndex.Name? {
        EndpointURL(scheme: .tcp, host: .anyHost, port: port).indexName
    }

    /// Makes the next table of each loop, in their order. An endpoint that is put in the place of one with its id keeps
    /// that one's slot.
    package mutating func change(
        put: [RoutedEndpoint],
        removed: [ResourceID<EndpointKind>],
        revision: UInt64
    ) -> [RoutingUpdate] {
        var touched = Touched()
        var changes: [RoutingUpdate.Change] = []
        changes.reserveCapacity(put.count + removed.count)
        for id in removed {
            guard let member = self.members.removeValue(forKey: id) else { continue }
            self.take(member, &touched)
            self.freeSlots.append(member.slot)
            changes.append(.removed(id, slot: member.slot))
        }
        for endpoint in put {
            self.put(endpoint, &touched)
            changes.append(.put(endpoint))
        }
        return self.tables.indices.map { loop in
            self.tables[loop] = self.table(after: self.tables[loop], touched, revision)
            return RoutingUpdate(table: self.tables[loop], changes: changes)
        }
    }

    /// What has to be made anew.
    private struct Touched {
        var shards: Set<Int> = []
        /// By scheme.
        var anyHost: Set<Int> = []
    }

    private func shard(of name: HostIndex.Name) -> Int { RoutingShard.number(of: name.hash(seed: self.seed)) }

    private mutating func put(_ endpoint: RoutedEndpoint, _ touched: inout Touched) {
        let old = self.members[endpoint.id]
        let member = EndpointPool.Member(endpoint: endpoint, slot: old?.slot ?? self.newSlot())
        self.members[endpoint.id] = member
        if let old, old.endpoint.url == endpoint.url,
            let place = self.pools[endpoint.url]?.firstIndex(where: { $0.slot == old.slot })
        {
            self.pools[endpoint.url]?[place] = member
            self.touch(endpoint.url, &touched)
            return
        }
        if let old { self.take(old, &touched) }
        if self.pools[endpoint.url] == nil { self.add(endpoint.url) }
        self.pools[endpoint.url, default: []].append(member)
        self.touch(endpoint.url, &touched)
    }

    private mutating func newSlot() -> Int {
        if let slot = self.freeSlots.popLast() { return slot }
        self.slotLimit += 1
        return self.slotLimit - 1
    }

    /// Takes a member out of its pool.
    private mutating func take(_ member: EndpointPool.Member, _ touched: inout Touched) {
        let url = member.endpoint.url
        self.touch(url, &touched)
        self.pools[url]?.removeAll { $0.slot == member.slot }
        guard self.pools[url]?.isEmpty ?? false else { return }
        self.pools[url] = nil
        if url.isWildcardName { self.wildcardCounts[url.scheme.index] -= 1 }
        guard let name = url.indexName else { return }
        self.urls[self.shard(of: name)].removeAll { $0 == url }
    }

    private mutating func add(_ url: EndpointURL) {
        if url.isWildcardName { self.wildcardCounts[url.scheme.index] += 1 }
        guard let name = url.indexName else { return }
        self.urls[self.shard(of: name)].append(url)
    }

    private func touch(_ url: EndpointURL, _ touched: inout Touched) {
        if let name = url.indexName {
            touched.shards.insert(self.shard(of: name))
        } else {
            touched.anyHost.insert(url.scheme.index)
        }
    }

    // MARK: - Making

    private func table(after old: RoutingTable, _ touched: Touched, _ revision: UInt64) -> RoutingTable {
        var shards = old.shards
        for number in touched.shards { shards[number] = self.shard(number) }
        var anyHost = old.anyHost
        for index in touched.anyHost { anyHost[index] = self.anyHostPool(index) }
        return RoutingTable(
            revision: revision,
            slotLimit: self.slotLimit,
            shards: shards,
            seed: self.seed,
            anyHost: anyHost,
            wildcardCounts: self.wildcardCounts
        )
    }

    private func shard(_ number: Int) -> RoutingShard {
        // Names that differ in their port alone are one name to those who ask: the lowest port has it.
        let urls = self.urls[number].sorted { $0.port < $1.port }
        return RoutingShard(
            urls.compactMap { url in
                guard let name = url.indexName, let members = self.pools[url] else { return nil }
                return (name, EndpointPool(url: url, members: members.map(\.self)))
            },
            seed: self.seed
        )
    }

    private func anyHostPool(_ scheme: Int) -> EndpointPool? {
        let found = self.pools.keys.filter { $0.scheme.index == scheme && $0.indexName == nil }
        guard let url = found.min(by: { $0.port < $1.port }), let members = self.pools[url] else { return nil }
        return EndpointPool(url: url, members: members.map(\.self))
    }
}

/// The next table of one loop, with what is different in it.
package struct RoutingUpdate: Sendable {
    package let table: RoutingTable
    /// In order: a slot may be one endpoint's and then another's.
    package let changes: [Change]

    package init(table: RoutingTable, changes: [Change]) {
        self.table = table
        self.changes = changes
    }

    package enum Change: Sendable {
        /// New, or other than before.
        case put(RoutedEndpoint)
        case removed(ResourceID<EndpointKind>, slot: Int)
    }
}

extension EndpointURL {
    fileprivate var isWildcardName: Bool { self.scheme != .tcp && self.host.isWildcard && !self.host.isAnyHost }
}
