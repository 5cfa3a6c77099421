internal import Foundation
internal import NIOConcurrencyHelpers
internal import Store

/// A connection with a thread that waits for what other nodes notify, and raises the signal then.
///
/// Followers look every second besides, so what is missed while PostgreSQL is away is only late.
final class ChangeListener: Sendable {
    /// How often a silent connection is asked whether it still is one.
    private static let interval = Duration.seconds(10)

    private let address: PostgresAddress
    private let signal: ChangeSignal
    private let open: @Sendable () throws(ConnectionError) -> PostgresConnection
    /// Written once, at the end; the thread waits for it beside its connection.
    private let end: (read: Int32, write: Int32)

    /// - Returns: nil when the process may open no more files.
    init?(
        _ address: PostgresAddress,
        _ signal: ChangeSignal,
        open: @escaping @Sendable () throws(ConnectionError) -> PostgresConnection
    ) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        self.address = address
        self.signal = signal
        self.open = open
        self.end = (ends[0], ends[1])
    }

    func start() {
        Thread.detachNewThread { self.follow() }
    }

    func stop() {
        // The thread sees the end of the pipe.
        close(self.end.write)
    }

    private func follow() {
        defer { close(self.end.read) }
        var backOff = BackOff()
        while true {
            do throws(ConnectionError) {
                let connection = try self.open()
                try connection.runScript("LISTEN \(self.address.quotedSchema)")
                backOff.succeeded()
                // What came before we listened was not notified to us.
                self.signal.raise()
                try self.listen(connection)
                return
            } catch {
                let pause = backOff.failed(error.text, at: .now, chance: .random(in: 0...1))
                guard self.wait(for: nil, pause) != .end else { return }
            }
        }
    }

    /// Returns at the end.
    private func listen(_ connection: PostgresConnection) throws(ConnectionError) {
        while true {
            switch self.wait(for: connection.descriptor, Self.interval) {
            case .end: return
            case .input: if try connection.takeNotifications() { self.signal.raise() }
            case .nothing: try connection.runScript("SELECT 1")
            }
        }
    }

    private enum Event {
        case end, input, nothing
    }

    private func wait(for descriptor: Int32?, _ time: Duration) -> Event {
        var entries = [pollfd(fd: self.end.read, events: Int16(POLLIN), revents: 0)]
        if let descriptor { entries.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)) }
        // Cut short by a signal it is as if time had passed.
        guard poll(&entries, nfds_t(entries.count), Int32(clamping: time.milliseconds)) > 0 else { return .nothing }
        return entries[0].revents != 0 ? .end : .input
    }
}
