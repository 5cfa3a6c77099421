import DequeModule

/// The streams that want something of the channel, in the order of their turns, by id: one that has ended meanwhile
/// is skipped when its turn comes, and keeps nothing alive until then.
struct OutletLists {
    /// Streams with bytes that their window allows to be sent.
    var ready = Deque<UInt32>()
    /// Bytes that wait in those streams.
    var readyBytes = 0
    /// Streams whose writers wait to be told that they may write.
    var awaited = Deque<UInt32>()

    var isEmpty: Bool { self.ready.isEmpty && self.awaited.isEmpty }

    /// Forgets ids of streams that have ended, when they are the most.
    mutating func prune(_ streams: StreamTable) {
        let limit = streams.count * 2 + 64
        if self.ready.count > limit { self.ready.removeAll { streams[$0] == nil } }
        if self.awaited.count > limit { self.awaited.removeAll { streams[$0] == nil } }
    }
}
