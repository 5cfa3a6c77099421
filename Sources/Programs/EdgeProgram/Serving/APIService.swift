import APIServer
import Addressing
import Control
import Logging
import Model
import NIOCore
import ServiceLifecycle
import Settings

/// The REST API on one of its addresses. It answers to the end of the drain, so that operators can look and change.
struct APIService: Service {
    /// What calls that have begun may take when the edge ends, and clients that hold a call half sent.
    private static let patience = Duration.seconds(5)

    private let address: ListenAddress
    private let server: APIServer

    /// - Parameters:
    ///   - address: where it listens.
    ///   - configuration: of the API at this address.
    ///   - limits: shared by all addresses.
    ///   - control: what it asks.
    ///   - group: the loops that connections live on.
    ///   - logger: told of calls that failed by a fault of the edge.
    ///   - announce: told the address when it serves.
    init(
        _ address: ListenAddress,
        _ configuration: APIServerConfiguration,
        limits: APILimits,
        control: Control,
        on group: any EventLoopGroup,
        logger: Logger,
        announce: @escaping @Sendable (_ name: String, _ address: String) -> Void
    ) {
        let scheme = configuration.certificate == nil ? "http" : "https"
        self.address = address
        self.server = APIServer(configuration, limits: limits, control: control, on: group, logger: logger) { port in
            announce("api", "\(scheme)://\(address.urlHost):\(port)")
        }
    }

    func run() async throws {
        do {
            try await withThrowingTaskGroup(of: Void.self) { [server] group in
                group.addTask { try await server.run() }
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
