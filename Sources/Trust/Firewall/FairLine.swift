import DequeModule
import NIOCore

/// For whom the firewall works, as far as turns go.
package struct FirewallParty: Sendable, Hashable {
    /// What the exchange is for.
    package let endpoint: String
    /// Who began it: an address, or as much of it as one subscriber has.
    package let visitor: String

    package init(endpoint: String, visitor: String) {
        self.endpoint = endpoint
        self.visitor = visitor
    }
}

/// Jobs that wait, each for a party. The next is one of the party that has had least.
///
/// Time is shared out evenly between endpoints, and that of each between its visitors (start-time fair queueing). Who wants
/// nothing saves nothing up, and what was taken while nobody else wanted any is held against nobody.
struct FairLine<Job> {
    fileprivate struct Entry {
        let job: Job
        let deadline: NIODeadline
        /// Those who have had the same come in the order of their arrival.
        let number: UInt64
    }

    /// Parties whose time is remembered. One more, and all begin anew.
    private static var limit: Int { 8192 }

    private(set) var count = 0
    private var waiting: [FirewallParty: Deque<Entry>] = [:]
    private var arrivals: UInt64 = 0
    private var endpoints = Shares()
    private var visitors: [String: Shares] = [:]
    private var remembered = 0

    mutating func append(_ job: Job, of party: FirewallParty, until deadline: NIODeadline) {
        self.arrivals += 1
        self.waiting[party, default: []].append(Entry(job: job, deadline: deadline, number: self.arrivals))
        self.count += 1
    }

    /// Takes the job whose turn it is, of the parties that `mayRun`.
    mutating func next(where mayRun: (FirewallParty) -> Bool = { _ in true }) -> (job: Job, party: FirewallParty)? {
        var best: (party: FirewallParty, rank: (Int64, Int64, UInt64))?
        for (party, entries) in self.waiting where mayRun(party) {
            guard let first = entries.first else { continue }
            let rank = (
                self.endpoints.start(of: party.endpoint),
                self.visitors[party.endpoint]?.start(of: party.visitor) ?? 0, first.number
            )
            if let known = best, known.rank < rank { continue }
            best = (party, rank)
        }
        guard let party = best?.party, let entry = self.removeFirst(of: party) else { return nil }
        self.begin(party)
        return (entry.job, party)
    }

    /// Takes the jobs whose time is over.
    mutating func removeLate(at now: NIODeadline) -> [Job] {
        var late: [Job] = []
        // Those of one party came one after the other.
        for party in self.waiting.filter({ $0.value.first.map { $0.deadline < now } ?? false }).keys {
            while let first = self.waiting[party]?.first, first.deadline < now {
                late.append(first.job)
                _ = self.removeFirst(of: party)
            }
        }
        return late
    }

    /// Takes the last job of the party that has most waiting, where that is more than `newcomer` would have.
    mutating func makeRoom(for newcomer: FirewallParty) -> Job? {
        guard let most = self.waiting.max(by: { $0.value.count < $1.value.count }),
            most.value.count > (self.waiting[newcomer]?.count ?? 0) + 1
        else { return nil }
        self.count -= 1
        return self.waiting[most.key]?.removeLast().job
    }

    /// A job of the party is done, and took so long.
    mutating func charge(_ party: FirewallParty, nanoseconds: Int64) {
        self.endpoints.charge(party.endpoint, nanoseconds)
        self.visitors[party.endpoint]?.charge(party.visitor, nanoseconds)
    }

    private mutating func begin(_ party: FirewallParty) {
        self.endpoints.begin(party.endpoint)
        if self.visitors[party.endpoint, default: Shares()].begin(party.visitor) { self.remembered += 1 }
        guard self.remembered > Self.limit else { return }
        self.endpoints = Shares()
        self.visitors = [:]
        self.remembered = 0
    }

    private mutating func removeFirst(of party: FirewallParty) -> Entry? {
        guard let entry = self.waiting[party]?.popFirst() else { return nil }
        if self.waiting[party]?.isEmpty ?? true { self.waiting[party] = nil }
        self.count -= 1
        return entry
    }
}

extension FairLine: Sendable where Job: Sendable {}
extension FairLine.Entry: Sendable where Job: Sendable {}

/// What each of several has had of something, on one scale: the clock shows what the last one had had who got a turn.
private struct Shares {
    private var clock: Int64 = 0
    private var had: [String: Int64] = [:]

    func start(of key: String) -> Int64 { max(self.clock, self.had[key] ?? 0) }

    /// - Returns: whether it is new.
    @discardableResult
    mutating func begin(_ key: String) -> Bool {
        let start = self.start(of: key)
        self.clock = start
        return self.had.updateValue(start, forKey: key) == nil
    }

    mutating func charge(_ key: String, _ amount: Int64) {
        self.had[key, default: self.clock] += amount
    }
}
