import Addressing
import Model
import NIOCore
import ServiceLifecycle
import Settings

/// The dashboard, or the REST API, on one of its addresses. It answers to the end of the drain, so that operators can look
/// and change.
struct ListeningService: Service {
    /// What has begun may take so long when the edge ends, and who holds a question half sent.
    private static let patience = Duration.seconds(5)

    private let address: ListenAddress
    private let serve: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - address: where it listens.
    ///   - serve: serves there until the service group is shut down.
    init(on address: ListenAddress, _ serve: @escaping @Sendable () async throws -> Void) {
        self.address = address
        self.serve = serve
    }

    func run() async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { [serve] group in
                group.addTask { try await serve() }
                group.addTask {
                    // Cancelled when the server ended first.
                    try? await gracefulShutdown()
                    try? await Task.sleep(for: Self.patience)
                }
                try await group.next()
                group.cancelAll()
            }
        } catch let error as IOError {
            throw Failure(listening: self.address, error)
        }
    }
}

extension ListenAddress {
    /// As it stands in a URL for someone on this machine.
    var urlHost: String {
        switch self {
        case .any: "localhost"
        case .address(let address): address.ip.isIPv4 ? "\(address.ip)" : "[\(address.ip)]"
        }
    }

    /// Whether only this machine reaches it.
    var isLoopback: Bool {
        switch self {
        case .any: false
        case .address(let address): address.ip.isLoopback
        }
    }
}
