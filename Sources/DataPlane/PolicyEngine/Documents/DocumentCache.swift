import Federation
import Model
import NIOCore

/// Whose document, and where it is: what one account's policies may reach, another's may not.
struct DocumentAddress: Sendable, Hashable {
    let account: ResourceID<AccountKind>
    let url: String
}

/// Which documents of one kind are there, which are on their way, and who waits for them (`spec/traffic-policy.md` 4.11).
/// Reads no clock and fetches nothing.
///
/// A document is fetched again when it is old, or when a token names a key that it does not have; never more than once at the
/// same time, and not sooner than ``Limits/pause`` after the last try. Nobody waits for a new one whose key is in the old
/// one, which goes on for ``Limits/longestAge`` where its server is away.
struct DocumentCache<Document: FetchedDocument>: Sendable {
    struct Limits: Sendable {
        /// How many documents and failures are kept.
        var documents = 1024
        /// How many are fetched at the same time, and of those for one account: whose servers are slow waits alone.
        var fetches = 64
        var fetchesPerAccount = 16
        /// How many wait for one.
        var waiting = 4096
        var freshFor: TimeAmount = .minutes(15)
        /// Between two tries for one document.
        var pause: TimeAmount = .minutes(1)
        /// The same where there is no document at all, so that visitors wait less long for a server that is back.
        var pauseWithoutDocument: TimeAmount = .seconds(5)
        var longestAge: TimeAmount = .hours(24)

        init() {}
    }

    enum Decision {
        case use(Document)
        /// The old one is used, the promise is not kept, and who asked is to fetch a new one.
        case refresh(Document)
        case fail(DocumentError)
        /// The promise is kept until ``end(_:with:at:)``.
        case wait
        /// As ``wait``, and who asked is to fetch it.
        case fetch
    }

    private struct Entry {
        /// The last one that came.
        var document: Document?
        var came: NIODeadline
        var tried: NIODeadline
        var failure: DocumentError?
    }

    private let limits: Limits
    private var entries: [DocumentAddress: Entry] = [:]
    private var waiting: [DocumentAddress: [EventLoopPromise<Document>]] = [:]

    init(_ limits: Limits) {
        self.limits = limits
    }

    /// The document, where it is there and good enough. `part` is what it is to have: the key that a token names.
    func known(_ address: DocumentAddress, with part: String?, at now: NIODeadline) -> Document? {
        guard let entry = self.entries[address], let document = entry.document else { return nil }
        let mayTry = now >= entry.tried + self.limits.pause
        let isFresh = now < entry.came + self.limits.freshFor
        let hasPart = part.map(document.has) ?? true
        if isFresh && hasPart { return document }
        return mayTry ? nil : self.usable(entry, at: now)
    }

    /// Asks for a document that is not ``known(_:with:at:)``.
    mutating func ask(
        for address: DocumentAddress,
        with part: String?,
        _ promise: EventLoopPromise<Document>,
        at now: NIODeadline
    ) -> Decision {
        // Somebody else may have had it fetched meanwhile.
        if let document = self.known(address, with: part, at: now) { return .use(document) }
        let entry = self.entries[address]
        if let entry, let old = self.usable(entry, at: now), part.map(old.has) ?? true {
            guard self.waiting[address] == nil, self.mayFetch(for: address.account) else { return .use(old) }
            self.waiting[address] = []
            return .refresh(old)
        }
        if let others = self.waiting[address] {
            guard others.count < self.limits.waiting else { return self.instead(of: .busy, entry, at: now) }
            self.waiting[address]?.append(promise)
            return .wait
        }
        if let entry, let failure = entry.failure, self.usable(entry, at: now) == nil,
            now < entry.tried + self.limits.pauseWithoutDocument
        {
            return .fail(failure)
        }
        guard self.mayFetch(for: address.account) else { return self.instead(of: .busy, entry, at: now) }
        self.waiting[address] = [promise]
        return .fetch
    }

    /// A fetch is over.
    ///
    /// - Returns: who waited for it, and what they get: after a failure the old one, where it may still be used.
    mutating func end(
        _ address: DocumentAddress,
        with result: Result<Document, DocumentError>,
        at now: NIODeadline
    ) -> (waiting: [EventLoopPromise<Document>], outcome: Result<Document, DocumentError>) {
        let waiting = self.waiting.removeValue(forKey: address) ?? []
        var entry = self.entries[address] ?? Entry(document: nil, came: now, tried: now, failure: nil)
        entry.tried = now
        switch result {
        case .success(let document):
            entry.document = document
            entry.came = now
            entry.failure = nil
        case .failure(let error): entry.failure = error
        }
        self.entries[address] = entry
        self.makeRoom()
        if case .failure = result, let old = self.usable(entry, at: now) { return (waiting, .success(old)) }
        return (waiting, result)
    }

    private func mayFetch(for account: ResourceID<AccountKind>) -> Bool {
        self.waiting.count < self.limits.fetches
            && self.waiting.keys.count(where: { $0.account == account }) < self.limits.fetchesPerAccount
    }

    private func instead(of error: DocumentError, _ entry: Entry?, at now: NIODeadline) -> Decision {
        entry.flatMap { self.usable($0, at: now) }.map(Decision.use) ?? .fail(error)
    }

    private func usable(_ entry: Entry, at now: NIODeadline) -> Document? {
        now < entry.came + self.limits.longestAge ? entry.document : nil
    }

    /// Of the account that has most, what was tried longest ago goes first: a policy that still asks will have it fetched
    /// again, and who names many takes nobody else's place.
    private mutating func makeRoom() {
        while self.entries.count > self.limits.documents {
            let counts = Dictionary(grouping: self.entries.keys, by: \.account).mapValues(\.count)
            guard let account = counts.max(by: { $0.value < $1.value })?.key,
                let oldest = self.entries.filter({ $0.key.account == account })
                    .min(by: { $0.value.tried < $1.value.tried })
            else { return }
            self.entries[oldest.key] = nil
        }
    }
}

/// Why a document could not be had.
enum DocumentError: Error, Hashable {
    /// As many are fetched at the moment as may be.
    case busy
    /// What came is none of its kind; what it is, for the policy's owner.
    case unusable(String)
    /// No answer; why, for the policy's owner.
    case unreachable(String)

    var words: String {
        switch self {
        case .busy: "too many documents are fetched at the moment"
        case .unusable(let problem): problem
        case .unreachable(let problem): problem
        }
    }
}
