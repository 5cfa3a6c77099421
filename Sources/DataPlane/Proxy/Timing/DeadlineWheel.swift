/// Something that may run out of time on an event loop: a connection, a waiting visitor.
///
/// A subclass sets `deadline` as often as it likes; that is one store. The wheel looks when the old deadline comes
/// and files the object anew if it has moved on. A deadline that moves *closer* is filed at once.
package class Timed {
    /// The tick at which `deadlinePassed` is called; `.max` for never.
    fileprivate(set) final var deadline = UInt64.max
    /// The tick under which the wheel has filed this object; 0 when it has not.
    fileprivate final var filedAt: UInt64 = 0
    // Neighbours in the bucket. The wheel holds the first strongly and each holds the next, so that a filed object
    // lives until it is taken out.
    fileprivate final var next: Timed?
    // Safe: the neighbour before is filed as long as this object is, and the wheel unlinks it before it lets it go.
    fileprivate final unowned(unsafe) var previous: Timed?

    package init() {}

    /// The deadline passed. It is `.max` again when this is called.
    package func deadlinePassed() {}
}

/// A deadline that stands beside its owner instead of being it, for owners of other modules.
package final class Deadline: Timed {
    private let whenPassed: () -> Void

    /// - Parameter whenPassed: called when the deadline passes; must not keep the owner alive.
    package init(_ whenPassed: @escaping () -> Void) {
        self.whenPassed = whenPassed
        super.init()
    }

    package override func deadlinePassed() {
        self.whenPassed()
    }
}

/// The one coarse clock of an event loop: deadlines in steps of a quarter of a second.
///
/// A timer of its own for each request costs a tenth of the request; this costs a store. Objects are filed by
/// deadline in a ring of buckets, one a tick; the ring is as long as about two minutes, and what is due later is
/// filed again each time around.
package final class DeadlineWheel {
    /// Milliseconds in a tick.
    package static let tickMilliseconds: Int64 = 250
    private static let size: UInt64 = 512

    private var buckets = [Timed?](repeating: nil, count: Int(DeadlineWheel.size))
    /// Ticks since the wheel was made; begins at 1 so that 0 can mean "not filed".
    package private(set) var now: UInt64 = 1

    /// Room for the objects of one bucket, kept from tick to tick.
    private var spare: [Timed] = []

    package init() {}

    deinit {
        // One by one: a long chain that is let go at its head would be freed recursively.
        for index in self.buckets.indices { _ = self.take(bucket: index) }
    }

    /// Sets the deadline of `timed` to `milliseconds` from now, rounded up to a tick, and never at once.
    package func set(_ timed: Timed, in milliseconds: Int64) {
        let ticks = max(1, (milliseconds + Self.tickMilliseconds - 1) / Self.tickMilliseconds)
        let deadline = self.now + UInt64(ticks)
        timed.deadline = deadline
        if timed.filedAt == 0 {
            self.file(timed, at: deadline)
        } else if deadline < timed.filedAt {
            self.unlink(timed)
            self.file(timed, at: deadline)
        }
    }

    /// Takes the deadline away. The object stays filed until its old time comes, which is cheaper than unfiling it.
    package func clear(_ timed: Timed) {
        timed.deadline = .max
    }

    /// Takes the object out; for one that is about to go.
    package func remove(_ timed: Timed) {
        timed.deadline = .max
        if timed.filedAt != 0 { self.unlink(timed) }
    }

    /// One tick has passed.
    package func advance() {
        self.now += 1
        var due = self.take(bucket: Int(self.now % Self.size))
        // A callback may set, clear or remove any object, those still to come in `due` included: each is looked at
        // again when its turn comes.
        for timed in due where timed.filedAt == 0 {
            if timed.deadline <= self.now {
                timed.deadline = .max
                timed.deadlinePassed()
            } else if timed.deadline != .max {
                self.file(timed, at: timed.deadline)
            }
        }
        due.removeAll(keepingCapacity: true)
        self.spare = due
    }

    /// Empties a bucket; none of what was in it is filed any more.
    private func take(bucket index: Int) -> [Timed] {
        var taken = self.spare
        self.spare = []
        var next = self.buckets[index]
        self.buckets[index] = nil
        while let timed = next {
            next = timed.next
            timed.next = nil
            timed.previous = nil
            timed.filedAt = 0
            taken.append(timed)
        }
        return taken
    }

    private func file(_ timed: Timed, at deadline: UInt64) {
        // What is due beyond the ring is looked at once around, at its far end.
        let tick = min(deadline, self.now + Self.size - 1)
        let index = Int(tick % Self.size)
        timed.filedAt = tick
        timed.previous = nil
        timed.next = self.buckets[index]
        timed.next?.previous = timed
        self.buckets[index] = timed
    }

    private func unlink(_ timed: Timed) {
        let index = Int(timed.filedAt % Self.size)
        let next = timed.next
        if let previous = timed.previous {
            previous.next = next
        } else {
            self.buckets[index] = next
        }
        next?.previous = timed.previous
        timed.next = nil
        timed.previous = nil
        timed.filedAt = 0
    }
}
