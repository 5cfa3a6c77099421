package import Control
private import HTTPTypes
private import Hummingbird
private import HummingbirdCore
package import Logging
private import Model
package import NIOCore

/// The REST API (`spec/api.md`): decodes a request, asks ``Control``, encodes the answer. It knows no rule.
package struct APIServer: Sendable {
    private let configuration: APIServerConfiguration
    private let control: Control
    private let group: any EventLoopGroup
    private let logger: Logger
    private let whenListening: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - configuration: where it listens and what it bears.
    ///   - control: what it asks.
    ///   - group: the loops that connections live on.
    ///   - logger: told of calls that failed by a fault of ours.
    ///   - whenListening: told the port when it does.
    package init(
        _ configuration: APIServerConfiguration,
        control: Control,
        on group: any EventLoopGroup,
        logger: Logger,
        whenListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.control = control
        self.group = group
        self.logger = logger
        self.whenListening = whenListening
    }

    /// Serves until it is asked to end; calls that have begun are answered.
    package func run() async throws {
        let application = Application(
            router: APIRouter.make(self.configuration, self.control, self.logger),
            server: .http1(
                configuration: .init(idleTimeout: TimeAmount(self.configuration.idleTimeout))
            ),
            configuration: ApplicationConfiguration(
                address: .hostname(self.configuration.host, port: self.configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(self.configuration.connectionLimit)
            ),
            onServerRunning: { [whenListening] channel in
                await whenListening(channel.localAddress?.port ?? 0)
            },
            eventLoopGroupProvider: .shared(self.group),
            logger: Logger(label: "api") { _ in SwiftLogNoOpLogHandler() }
        )
        try await application.run()
    }
}
