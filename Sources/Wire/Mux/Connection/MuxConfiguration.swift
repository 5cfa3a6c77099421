extension MuxConnection {
    /// The bounds of one connection (spec/agent-protocol.md 14). May change while it runs: who the peer is, is known
    /// only after its first messages.
    package struct Configuration: Sendable, Equatable {
        /// Streams of the peer that may be open at once; further ones are refused with RST 5.
        package var maxPeerStreams = 256
        /// Bytes that may wait for the channel, with credit for them, before no stream is writable any more.
        /// What waits for a peer's credit isn't counted: it would let one slow stream stop all others.
        package var writeQueueLimit = 4 << 20
        /// Bytes of all streams that may be unread before no stream gets credit beyond 64 KiB, and the sum by which
        /// windows may be larger than the initial one.
        package var receiveBudget = 64 << 20
        /// The window with which streams start. Above the initial 262,144 bytes the rest is granted with the
        /// stream's first frame.
        package var receiveWindow = SendWindow.initial
        /// The largest window that `growsWindows` and `grantExtra` make. A Rust agent loses credit above 262,144.
        package var maxReceiveWindow = SendWindow.initial
        /// Windows grow up to `maxReceiveWindow` as rate and round trip time want it.
        package var growsWindows = false

        /// Bounds that suit a peer of which nothing is known.
        package init() {}

        /// Bounds that suit a peer that makes use of any credit: our own agent and edge, and the Go core.
        package static var largeWindows: Self {
            var configuration = Self()
            configuration.growsWindows = true
            // 80 MB/s of one stream at 50 ms. A stalled reader holds up to a window of what was read for it, and about
            // as much again in the buffers that the slices come from: 16 MiB cost 36 MB a reader.
            configuration.maxReceiveWindow = 4 << 20
            return configuration
        }
    }
}
