package import Addressing

/// Which categories each address and each autonomous system is in. Made once of all lists; looking up allocates nothing
/// where one list of ranges is meant.
package struct CategoryTable: Sendable {
    private let ipv4: IntervalTable<UInt32>
    private let ipv6: IntervalTable<UInt128>
    private let systems: [UInt32: Int]
    /// The names of each set, in order; the first set is empty.
    private let names: [[String]]

    init(_ feeds: [CategoryFeed]) {
        var sets = CategorySets()
        var ipv4: [IntervalTable<UInt32>.Entry] = []
        var ipv6: [IntervalTable<UInt128>.Entry] = []
        var systems: [UInt32: Int] = [:]
        for (number, feed) in feeds.enumerated() {
            for prefix in feed.prefixes {
                if let first = prefix.first.v4 {
                    ipv4.append(.init(first: first, length: prefix.length, member: number))
                } else {
                    let first = UInt128(prefix.first.high) << 64 | UInt128(prefix.first.low)
                    ipv6.append(.init(first: first, length: prefix.length, member: number))
                }
            }
            for system in feed.systems {
                systems[system] = sets.adding(number, to: systems[system] ?? CategorySets.empty)
            }
        }
        self.ipv4 = IntervalTable(ipv4, sets: &sets)
        self.ipv6 = IntervalTable(ipv6, sets: &sets)
        self.systems = systems
        self.names = sets.members.map { members in
            Set(members.flatMap { feeds[$0].category.withParents }).sorted()
        }
    }

    /// The categories of an address, and of the system that it belongs to where that is known.
    package func categories(of address: IPAddress, system: UInt32?) -> [String] {
        let set =
            if let bits = address.v4 {
                self.ipv4.set(at: bits)
            } else {
                self.ipv6.set(at: UInt128(address.high) << 64 | UInt128(address.low))
            }
        let ofSystem = system.flatMap { self.systems[$0] } ?? CategorySets.empty
        if ofSystem == CategorySets.empty || ofSystem == set { return self.names[set] }
        if set == CategorySets.empty { return self.names[ofSystem] }
        return Set(self.names[set] + self.names[ofSystem]).sorted()
    }
}

/// Sets of numbers, each kept once and known by its place.
struct CategorySets {
    static let empty = 0

    /// The members of each set, in order.
    private(set) var members: [[Int]] = [[]]
    private var places: [[Int]: Int] = [[]: Self.empty]

    /// The set that has `member` beside what the set at `place` has.
    mutating func adding(_ member: Int, to place: Int) -> Int {
        var wanted = self.members[place]
        guard !wanted.contains(member) else { return place }
        wanted.append(member)
        wanted.sort()
        if let found = self.places[wanted] { return found }
        self.members.append(wanted)
        self.places[wanted] = self.members.count - 1
        return self.members.count - 1
    }
}

/// Ranges, each with a member, turned into the points at which the set of members changes.
struct IntervalTable<Address: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    struct Entry {
        let first: Address
        /// How many bits the range has in common.
        let length: Int
        let member: Int

        var last: Address { self.first | (.max >> Address(self.length)) }
    }

    /// The addresses from which on another set holds, rising.
    private var starts: [Address] = []
    private var sets: [Int] = []

    init(_ entries: [Entry], sets: inout CategorySets) {
        // Ranges of this kind lie in each other or apart: an open one ends only when all within it have ended.
        var open: [(last: Address, set: Int)] = []
        let sorted = entries.sorted { ($0.first, $0.length) < ($1.first, $1.length) }
        for entry in sorted {
            while let innermost = open.last, innermost.last < entry.first {
                open.removeLast()
                self.change(at: innermost.last + 1, to: open.last?.set ?? CategorySets.empty)
            }
            let set = sets.adding(entry.member, to: open.last?.set ?? CategorySets.empty)
            open.append((entry.last, set))
            self.change(at: entry.first, to: set)
        }
        while let innermost = open.popLast(), innermost.last < .max {
            self.change(at: innermost.last + 1, to: open.last?.set ?? CategorySets.empty)
        }
    }

    /// From `start` on `set` holds; what was said of the same address before is overruled.
    private mutating func change(at start: Address, to set: Int) {
        if self.starts.last == start {
            self.sets[self.sets.count - 1] = set
        } else {
            self.starts.append(start)
            self.sets.append(set)
        }
    }

    /// The set that holds at an address.
    func set(at address: Address) -> Int {
        var low = 0
        var high = self.starts.count
        while low < high {
            let middle = (low + high) / 2
            if self.starts[middle] <= address { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? CategorySets.empty : self.sets[low - 1]
    }
}
