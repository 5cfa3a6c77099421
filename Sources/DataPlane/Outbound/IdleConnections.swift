import Addressing
import Model
import NIOCore
import PolicyEngine

/// The connections of one event loop that wait for another request, for a while. Accounts share none.
final class IdleConnections {
    struct Key: Hashable {
        private let account: ResourceID<AccountKind>
        private let scheme: String
        private let host: DialHost
        private let port: UInt16

        init(_ request: PolicyRequest, _ target: OutboundURL) {
            self.account = request.account
            self.scheme = target.scheme
            self.host = target.host
            self.port = target.port
        }
    }

    private struct Kept {
        let connection: OutboundConnection
        let timer: Scheduled<Void>
    }

    private static let limit = 128
    private static let limitPerKey = 8
    private static let patience = TimeAmount.seconds(10)

    private let eventLoop: any EventLoop
    private var kept: [Key: [Kept]] = [:]
    private var count = 0

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// The one that was kept last; it is the caller's then.
    func take(_ key: Key) -> OutboundConnection? {
        guard let last = self.kept[key]?.last else { return nil }
        self.remove(last.connection, key)
        last.connection.whenLost = nil
        return last.connection
    }

    /// Keeps a connection, or closes it where enough are kept.
    func keep(_ connection: OutboundConnection, for key: Key) {
        guard self.count < Self.limit, self.kept[key]?.count ?? 0 < Self.limitPerKey else {
            connection.close()
            return
        }
        let timer = self.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) {
            self.remove(connection, key)
            connection.close()
        }
        self.kept[key, default: []].append(Kept(connection: connection, timer: timer))
        self.count += 1
        connection.whenLost = { [weak self] in self?.remove(connection, key) }
    }

    private func remove(_ connection: OutboundConnection, _ key: Key) {
        guard let index = self.kept[key]?.firstIndex(where: { $0.connection === connection }) else { return }
        self.kept[key]?.remove(at: index).timer.cancel()
        if self.kept[key]?.isEmpty ?? false { self.kept[key] = nil }
        self.count -= 1
    }
}
