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
    private let limits: APILimits
    private let control: Control
    private let group: any EventLoopGroup
    private let logger: Logger
    private let whenListening: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - configuration: where it listens and what it bears.
    ///   - limits: shared with the other addresses on which the same API listens; nil for its own.
    ///   - control: what it asks.
    ///   - group: the loops that connections live on.
    ///   - logger: told of calls that failed by a fault of ours.
    ///   - whenListening: told the port when it does.
    package init(
        _ configuration: APIServerConfiguration,
        limits: APILimits? = nil,
        control: Control,
        on group: any EventLoopGroup,
        logger: Logger,
        whenListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.limits =
            limits
            ?? APILimits(
                callsPerMinute: configuration.callsPerMinute,
                failuresPerMinute: configuration.failuresPerMinute
            )
        self.control = control
        self.group = group
        self.logger = logger
        self.whenListening = whenListening
    }

    /// Serves until it is asked to end; calls that have begun are answered.
    package func run() async throws {
        let application = Application(
            router: APIRouter.make(self.configuration, self.limits, self.control, self.logger),
            server: self.channels,
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

    /// How connections are spoken on.
    private var channels: HTTPServerBuilder {
        let http = HTTP1Channel.Configuration(idleTimeout: TimeAmount(self.configuration.idleTimeout))
        return HTTPServerBuilder { [certificate = self.configuration.certificate] responder in
            let plain = HTTP1Channel(responder: responder, configuration: http)
            guard let certificate else { return plain }
            return SecureChannel(base: plain, certificate: certificate)
        }
    }
}
