import NIOCore

#if canImport(Glibc)
    import Glibc
#endif

/// What the socket of an agent's connection is set to.
enum AgentSocket {
    /// One batch of frames is as large as NIO's usual mark: with that, each would stop all writers.
    private static let writeMarks = ChannelOptions.Types.WriteBufferWaterMark(low: 64 * 1024, high: 256 * 1024)

    /// - Throws: where the channel is closed already.
    static func prepare(_ channel: any Channel) throws {
        guard let options = channel.syncOptions else { return }
        try options.setOption(.writeBufferWaterMark, value: self.writeMarks)
        // Agents that are idle behind a NAT stay in its tables, and hosts that are gone are noticed
        // (`spec/agent-protocol.md` 13.7).
        try options.setOption(.socketOption(.so_keepalive), value: 1)
        #if os(Linux)
            try options.setOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: 30)
            try options.setOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: 10)
            try options.setOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: 3)
        #endif
    }
}
