import Mux
import NIOCore

/// The proxied streams of a session, counted so that its agent survives them (`spec/agent-protocol.md` 3.6 and 11.1).
///
/// A stream counts until both FINs or our abort have passed, and a little longer: an agent's own count falls only when
/// its task for the stream has ended. Streams don't report their end, so they are looked at once a tick, and when there
/// is no room.
struct ProxiedStreams {
    private struct Entry {
        let stream: MuxStream
        let bindID: String
        /// Bytes of the preamble: credit beyond them is credit for payload.
        let preamble: Int
        let opened: NIODeadline
        /// The agent has neither sent a byte nor given credit for payload.
        var isSilent = true
        /// The agent has given no credit at all, and nobody has been told of that.
        var isWatched = true
    }

    private static let linger = TimeAmount.milliseconds(100)

    var kind = AgentKind.rustOrUnknown
    private var entries: [Entry] = []
    /// When streams were found closed; each still counts for a moment.
    private var closed: [NIODeadline] = []
    /// How many streams of each bind are silent.
    private var silent: [String: Int] = [:]

    /// Streams that have not been found closed.
    var open: Int { self.entries.count }

    mutating func hasRoom(for bindID: String, now: NIODeadline) -> Bool {
        if self.isWithinLimits(bindID) { return true }
        self.review(now: now)
        return self.isWithinLimits(bindID)
    }

    mutating func add(_ stream: MuxStream, for bindID: String, preamble: Int, now: NIODeadline) {
        self.entries.append(Entry(stream: stream, bindID: bindID, preamble: preamble, opened: now))
        self.silent[bindID, default: 0] += 1
    }

    /// Looks at every stream, and forgets those that are closed.
    ///
    /// - Returns: those that have been open for `patience` without any sign of the agent; each is named once.
    @discardableResult
    mutating func review(now: NIODeadline, patience: TimeAmount? = nil) -> [MuxStream] {
        var ignored: [MuxStream] = []
        var kept = 0
        for index in self.entries.indices {
            var entry = self.entries[index]
            self.review(&entry, ignored: &ignored, before: patience.map { now - $0 })
            if entry.stream.isClosed {
                self.closed.append(now)
            } else {
                // In place: thousands of entries may stand here at every tick.
                self.entries[kept] = entry
                kept += 1
            }
        }
        self.entries.removeLast(self.entries.count - kept)
        self.closed.removeAll { now - $0 >= Self.linger }
        return ignored
    }

    private mutating func review(_ entry: inout Entry, ignored: inout [MuxStream], before: NIODeadline?) {
        let stream = entry.stream
        if entry.isSilent, stream.isClosed || stream.bytesReceived > 0 || stream.creditReceived > entry.preamble {
            entry.isSilent = false
            self.removeSilent(entry.bindID)
        }
        guard entry.isWatched, let before else { return }
        if stream.isClosed || stream.creditReceived > 0 || stream.bytesReceived > 0 || stream.hasReceivedFIN {
            entry.isWatched = false
        } else if entry.opened <= before {
            entry.isWatched = false
            ignored.append(stream)
        }
    }

    private mutating func removeSilent(_ bindID: String) {
        guard let count = self.silent[bindID] else { return }
        self.silent[bindID] = count > 1 ? count - 1 : nil
    }

    private func isWithinLimits(_ bindID: String) -> Bool {
        self.entries.count + self.closed.count < self.kind.streamLimit
            && self.silent[bindID, default: 0] < self.kind.silentStreamLimit ?? .max
    }
}
