internal import APIServer
package import Control
private import HTTPTypes
private import Hummingbird
private import HummingbirdCore
package import Logging
private import Model
package import NIOCore

/// The web pages of an edge (`spec/dashboard.md`): rendered here, of what ``Control`` answers. It knows no rule.
package struct DashboardServer: Sendable {
    private let configuration: DashboardConfiguration
    private let control: Control
    private let group: any EventLoopGroup
    private let logger: Logger
    private let whenListening: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - configuration: where it listens and what it bears.
    ///   - control: what it asks.
    ///   - group: the loops that connections live on.
    ///   - logger: told of pages that failed by a fault of ours.
    ///   - whenListening: told the port when it does.
    package init(
        _ configuration: DashboardConfiguration,
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

    /// Serves until it is asked to end; pages that have begun are answered.
    package func run() async throws {
        let history = TrafficHistory()
        let parts = DashboardParts(self.configuration, self.control, history, try Templates())
        let http = HTTP1Channel.Configuration(idleTimeout: TimeAmount(self.configuration.idleTimeout))
        let certificate = self.configuration.certificate
        let application = Application(
            router: DashboardRouter.make(parts, self.logger),
            server: HTTPServerBuilder { responder in
                SecureChannel(base: HTTP1Channel(responder: responder, configuration: http), certificate: certificate)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(self.configuration.host, port: self.configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(self.configuration.connectionLimit)
            ),
            onServerRunning: { [whenListening] channel in
                await whenListening(channel.localAddress?.port ?? 0)
            },
            eventLoopGroupProvider: .shared(self.group),
            logger: Logger(label: "dashboard") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask { await history.follow(self.configuration.numbers, self.control) }
            try await group.next()
            group.cancelAll()
        }
    }
}

/// What every page has at hand.
struct DashboardParts: Sendable {
    let configuration: DashboardConfiguration
    let control: Control
    let history: TrafficHistory
    let templates: Templates
    /// Attempts to sign in that failed, by address and by user.
    let failures: CallLimiter<String>
    let streams: StreamCounter

    init(
        _ configuration: DashboardConfiguration,
        _ control: Control,
        _ history: TrafficHistory,
        _ templates: Templates
    ) {
        self.configuration = configuration
        self.control = control
        self.history = history
        self.templates = templates
        self.failures = CallLimiter(perMinute: configuration.failuresPerMinute)
        self.streams = StreamCounter(limit: configuration.streamsPerUser)
    }
}
