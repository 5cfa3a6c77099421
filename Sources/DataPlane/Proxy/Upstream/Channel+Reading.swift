package import NIOCore

extension Channel {
    /// Stops or starts reading, for back pressure. Only on the channel's own loop, and only on a change.
    package func setReading(_ isReading: Bool) {
        // It fails only on a channel that is already closed, where there is nothing left to read.
        try? self.syncOptions?.setOption(.autoRead, value: isReading)
    }
}

extension ChannelHandlerContext {
    /// Closes both directions once what was written has gone out.
    ///
    /// A plain close drops what is still queued, and so does closing the output of a channel whose input has ended.
    package func closeAfterWriting() {
        let channel = self.channel
        self.writeAndFlush(NIOAny(channel.allocator.buffer(capacity: 0))).whenComplete { _ in
            channel.close(promise: nil)
        }
    }
}
