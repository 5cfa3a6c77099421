/// Decides which notes become events: the same one is written at most every five minutes, with how often it came, and an
/// object has 25 at once and one more every five minutes.
///
/// Bounded: of the notes that it remembers, those go first that were written first.
struct EventLedger {
    enum Action: Equatable {
        /// An event of this number, and nobody has seen one like it.
        case create(number: UInt64)
        /// The event of that number happened `count` times by now.
        case recount(number: UInt64, count: Int)
        case skip
    }

    static let interval = Duration.seconds(300)
    static let burst = 25
    static let remembered = 4096

    private struct Entry {
        let number: UInt64
        var count: Int
        var written: Duration
    }

    private struct Allowance {
        var left: Int
        var since: Duration
    }

    private var entries: [EventNote: Entry] = [:]
    private var order: [EventNote] = []
    private var allowances: [ObjectReference: Allowance] = [:]
    private var number: UInt64 = 0

    mutating func note(_ note: EventNote, now: Duration) -> Action {
        // An object is the same one whatever its generation.
        let note = note.withoutGeneration
        if var entry = self.entries[note] {
            entry.count += 1
            defer { self.entries[note] = entry }
            guard now - entry.written >= Self.interval else { return .skip }
            entry.written = now
            return .recount(number: entry.number, count: entry.count)
        }
        guard self.allows(note.object, now: now) else { return .skip }
        self.number += 1
        self.entries[note] = Entry(number: self.number, count: 1, written: now)
        self.order.append(note)
        self.shrink()
        return .create(number: self.number)
    }

    /// The event could not be written: the next like it is tried at once.
    mutating func failed(_ note: EventNote) {
        let note = note.withoutGeneration
        self.entries[note] = nil
        self.order.removeAll { $0 == note }
    }

    private mutating func allows(_ object: ObjectReference, now: Duration) -> Bool {
        var allowance = self.allowances[object] ?? Allowance(left: Self.burst, since: now)
        let earned = Int((now - allowance.since) / Self.interval)
        if earned > 0 {
            allowance.left = min(allowance.left + earned, Self.burst)
            allowance.since += Self.interval * earned
        }
        let allows = allowance.left > 0
        if allows { allowance.left -= 1 }
        self.allowances[object] = allowance
        return allows
    }

    private mutating func shrink() {
        guard self.order.count > Self.remembered else { return }
        let gone = self.order.prefix(Self.remembered / 4)
        for note in gone { self.entries[note] = nil }
        self.order.removeFirst(gone.count)
        let known = Set(self.order.map(\.object))
        self.allowances = self.allowances.filter { known.contains($0.key) }
    }
}

extension EventNote {
    fileprivate var withoutGeneration: EventNote {
        let object = self.object
        return EventNote(
            self.kind,
            self.reason,
            self.message,
            on: ObjectReference(
                group: object.group,
                kind: object.kind,
                key: object.key,
                uid: object.uid,
                generation: 0
            )
        )
    }
}
