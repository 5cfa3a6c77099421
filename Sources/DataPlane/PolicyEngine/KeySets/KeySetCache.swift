import Federation
import Model
import NIOCore

/// Whose key set, and where it is: what one account's policies may reach, another's may not.
struct KeySetAddress: Sendable, Hashable {
    let account: ResourceID<AccountKind>
    let url: String
}

/// Which key sets are there, which are on their way, and who waits for them (`spec/traffic-policy.md` 4.11). Reads no clock
/// and fetches nothing.
///
/// A set is fetched again when it is old, or when a token names a key that it does not have; never more than once at the
/// same time, and not sooner than ``Limits/pause`` after the last try. Nobody waits for a new one whose key is in the old
/// one, which goes on for ``Limits/longestAge`` where its server is away.
struct KeySetCache: Sendable {
    struct Limits: Sendable {
        /// How many sets and failures are kept.
        var sets = 1024
        /// How many are fetched at the same time.
        var fetches = 64
        /// How many wait for one.
        var waiting = 4096
        var freshFor: TimeAmount = .minutes(15)
        /// Between two tries for one set.
        var pause: TimeAmount = .minutes(1)
        /// The same where there is no set at all, so that visitors wait less long for a server that is back.
        var pauseWithoutSet: TimeAmount = .seconds(5)
        var longestAge: TimeAmount = .hours(24)

        init() {}
    }

    enum Decision {
        case use(KeySet)
        /// The old one is used, the promise is not kept, and who asked is to fetch a new one.
        case refresh(KeySet)
        case fail(KeySetError)
        /// The promise is kept until ``end(_:with:at:)``.
        case wait
        /// As ``wait``, and who asked is to fetch it.
        case fetch
    }

    private struct Entry {
        /// The last one that came.
        var set: KeySet?
        var came: NIODeadline
        var tried: NIODeadline
        var failure: KeySetError?
    }

    private let limits: Limits
    private var entries: [KeySetAddress: Entry] = [:]
    private var waiting: [KeySetAddress: [EventLoopPromise<KeySet>]] = [:]

    init(_ limits: Limits) {
        self.limits = limits
    }

    /// The set, where it is there and good enough. `keyID` is the key that the token names, if the set is to have it.
    func known(_ address: KeySetAddress, with keyID: String?, at now: NIODeadline) -> KeySet? {
        guard let entry = self.entries[address], let set = entry.set else { return nil }
        let mayTry = now >= entry.tried + self.limits.pause
        let isFresh = now < entry.came + self.limits.freshFor
        let hasKey = keyID.map(set.has) ?? true
        if isFresh && hasKey { return set }
        return mayTry ? nil : self.usable(entry, at: now)
    }

    /// Asks for a set that is not ``known(_:with:at:)``.
    mutating func ask(
        for address: KeySetAddress,
        with keyID: String?,
        _ promise: EventLoopPromise<KeySet>,
        at now: NIODeadline
    ) -> Decision {
        // Somebody else may have had it fetched meanwhile.
        if let set = self.known(address, with: keyID, at: now) { return .use(set) }
        let entry = self.entries[address]
        if let entry, let old = self.usable(entry, at: now), keyID.map(old.has) ?? true {
            guard self.waiting[address] == nil, self.waiting.count < self.limits.fetches else { return .use(old) }
            self.waiting[address] = []
            return .refresh(old)
        }
        if let others = self.waiting[address] {
            guard others.count < self.limits.waiting else { return self.instead(of: .busy, entry, at: now) }
            self.waiting[address]?.append(promise)
            return .wait
        }
        if let entry, let failure = entry.failure, self.usable(entry, at: now) == nil,
            now < entry.tried + self.limits.pauseWithoutSet
        {
            return .fail(failure)
        }
        guard self.waiting.count < self.limits.fetches else { return self.instead(of: .busy, entry, at: now) }
        self.waiting[address] = [promise]
        return .fetch
    }

    /// A fetch is over.
    ///
    /// - Returns: who waited for it, and what they get: after a failure the old set, where it may still be used.
    mutating func end(
        _ address: KeySetAddress,
        with result: Result<KeySet, KeySetError>,
        at now: NIODeadline
    ) -> (waiting: [EventLoopPromise<KeySet>], outcome: Result<KeySet, KeySetError>) {
        let waiting = self.waiting.removeValue(forKey: address) ?? []
        var entry = self.entries[address] ?? Entry(set: nil, came: now, tried: now, failure: nil)
        entry.tried = now
        switch result {
        case .success(let set):
            entry.set = set
            entry.came = now
            entry.failure = nil
        case .failure(let error): entry.failure = error
        }
        self.entries[address] = entry
        self.makeRoom()
        if case .failure = result, let old = self.usable(entry, at: now) { return (waiting, .success(old)) }
        return (waiting, result)
    }

    private func instead(of error: KeySetError, _ entry: Entry?, at now: NIODeadline) -> Decision {
        entry.flatMap { self.usable($0, at: now) }.map(Decision.use) ?? .fail(error)
    }

    private func usable(_ entry: Entry, at now: NIODeadline) -> KeySet? {
        now < entry.came + self.limits.longestAge ? entry.set : nil
    }

    /// What was tried longest ago goes first: a policy that still asks will have it fetched again.
    private mutating func makeRoom() {
        while self.entries.count > self.limits.sets,
            let oldest = self.entries.min(by: { $0.value.tried < $1.value.tried })
        {
            self.entries[oldest.key] = nil
        }
    }
}

/// Why a key set could not be had.
enum KeySetError: Error, Hashable {
    /// As many are fetched at the moment as may be.
    case busy
    /// What came is no key set; what it is, for the policy's owner.
    case unusable(String)
    /// No answer; why, for the policy's owner.
    case unreachable(String)

    var words: String {
        switch self {
        case .busy: "too many key sets are fetched at the moment"
        case .unusable(let problem): problem
        case .unreachable(let problem): problem
        }
    }
}
