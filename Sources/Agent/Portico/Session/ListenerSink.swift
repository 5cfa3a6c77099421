import Foundation

/// The end of a listener where connections go in.
struct ListenerSink: Sendable, CustomStringConvertible {
    private let continuation: AsyncThrowingStream<Connection, any Error>.Continuation

    /// A sink and the sequence that comes out of it.
    static func make() -> (ListenerSink, AsyncThrowingStream<Connection, any Error>) {
        let (stream, continuation) = AsyncThrowingStream.makeStream(
            of: Connection.self,
            bufferingPolicy: .bufferingOldest(Listener.backlog)
        )
        return (ListenerSink(continuation: continuation), stream)
    }

    /// - Returns: false when too many connections wait already, or nobody takes them any more.
    func offer(_ connection: Connection) -> Bool {
        if case .enqueued = self.continuation.yield(connection) { return true }
        return false
    }

    /// - Parameter error: why there will be no more; nil when the application wanted it.
    func finish(_ error: PorticoError?) {
        self.continuation.finish(throwing: error)
    }

    /// As the edge shows it. The form tells the edge that streams go to an application, so that it does not put
    /// requests of several visitors on one.
    var description: String {
        let process = ProcessInfo.processInfo
        return "app://\(process.hostName)/\(process.processName)?pid=\(process.processIdentifier)"
    }
}
