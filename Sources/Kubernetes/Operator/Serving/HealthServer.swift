import Addressing
import Hummingbird
import HummingbirdCore
import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import Telemetry

/// Answers `/healthz` whenever the process lives, `/readyz` with what keeps it from serving, and `/metrics`.
struct HealthServer: Sendable {
    let address: DialAddress
    /// Why it cannot serve now; nil where it does.
    let trouble: @Sendable () async -> String?
    let numbers: @Sendable () async -> [MetricFamily]
    /// Is told the port once it is open.
    var whenListening: @Sendable (Int) -> Void = { _ in }

    /// Answers until the task is cancelled.
    ///
    /// - Throws: where the address cannot be listened on.
    func run() async throws {
        let router = Router(context: BasicRequestContext.self)
        router.get("healthz") { _, _ in "ok\n" }
        router.get("readyz") { _, _ in
            guard let trouble = await self.trouble() else { return Self.text("ok\n") }
            return Self.text("\(trouble)\n", status: .serviceUnavailable)
        }
        router.get("metrics") { _, _ in
            Self.text(Exposition.text(await self.numbers()), type: Exposition.contentType)
        }
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(
                address: .hostname(self.address.host.description, port: Int(self.address.port)),
                availableConnectionsDelegate: MaximumAvailableConnections(64)
            ),
            onServerRunning: { [whenListening] channel in whenListening(channel.localAddress?.port ?? 0) },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            logger: Logger(label: "health") { _ in SwiftLogNoOpLogHandler() }
        )
        do {
            try await application.run()
        } catch  where Task.isCancelled {
            // It was told to end, and says so by an error.
        }
    }

    private static func text(
        _ text: String,
        status: HTTPResponse.Status = .ok,
        type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(status: status, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
