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
    private var pools: [EndpointPlace: [EndpointPool.Member]] = [:]
    /// The places of each shard that have members.
    private var places = [[EndpointPlace]](repeating: [], count: RoutingShard.count)
    private var wildcardCounts = [Int](repeating: 0, count: EndpointPlace.wildcardCounts)
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
                wildcardCounts: [Int](repeating: 0, count: EndpointPlace.wildcardCounts)
            )
        }
    }

    package var ids: some Collection<ResourceID<EndpointKind>> { self.members.keys }

    /// All that is served, in no order.
    package var endpoints: some Collection<RoutedEndpoint> { self.members.values.lazy.map(\.endpoint) }

    package func contains(_ id: ResourceID<EndpointKind>) -> Bool { self.members[id] != nil }

    /// Whether a public endpoint has this TCP port.
    package func serves(port: UInt16) -> Bool {
        guard let name = Self.name(ofPort: port) else { return false }
        return self.places[self.shard(of: name)].contains { place in
            place.binding == .public && place.url.scheme == .tcp && place.url.port == port
        }
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
        let place = EndpointPlace(endpoint)
        self.members[endpoint.id] = member
        if let old, EndpointPlace(old.endpoint) == place,
            let index = self.pools[place]?.firstIndex(where: { $0.slot == old.slot })
        {
            self.pools[place]?[index] = member
            self.touch(place, &touched)
            return
        }
        if let old { self.take(old, &touched) }
        if self.pools[place] == nil { self.add(place) }
        self.pools[place, default: []].append(member)
        self.touch(place, &touched)
    }

    private mutating func newSlot() -> Int {
        if let slot = self.freeSlots.popLast() { return slot }
        self.slotLimit += 1
        return self.slotLimit - 1
    }

    /// Takes a member out of its pool.
    private mutating func take(_ member: EndpointPool.Member, _ touched: inout Touched) {
        let place = EndpointPlace(member.endpoint)
        self.touch(place, &touched)
        self.pools[place]?.removeAll { $0.slot == member.slot }
        guard self.pools[place]?.isEmpty ?? false else { return }
        self.pools[place] = nil
        if place.isWildcardName { self.wildcardCounts[place.wildcardIndex] -= 1 }
        guard let name = place.indexName else { return }
        self.places[self.shard(of: name)].removeAll { $0 == place }
    }

    private mutating func add(_ place: EndpointPlace) {
        if place.isWildcardName { self.wildcardCounts[place.wildcardIndex] += 1 }
        guard let name = place.indexName else { return }
        self.places[self.shard(of: name)].append(place)
    }

    private func touch(_ place: EndpointPlace, _ touched: inout Touched) {
        if let name = place.indexName {
            touched.shards.insert(self.shard(of: name))
        } else {
            touched.anyHost.insert(place.url.scheme.index)
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
        let places = self.places[number].sorted { $0.url.port < $1.url.port }
        return RoutingShard(
            places.compactMap { place in
                guard let name = place.indexName, let members = self.pools[place] else { return nil }
                return (name, EndpointPool(place: place, members: members.map(\.self)))
            },
            seed: self.seed
        )
    }

    private func anyHostPool(_ scheme: Int) -> EndpointPool? {
        let found = self.pools.keys.filter { $0.url.scheme.index == scheme && $0.indexName == nil }
        guard let place = found.min(by: { $0.url.port < $1.url.port }), let members = self.pools[place] else {
            return nil
        }
        return EndpointPool(place: place, members: members.map(\.self))
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
