import Control
import Edge
import Model
import ServiceLifecycle
import Settings

/// Both planes of an edge, from the opening of its listeners to the end of its drain.
struct EdgeService: Service {
    let edge: Edge
    let control: Control
    let listeners: ListenersConfiguration
    let readiness: Readiness
    /// Told each listener that serves.
    let announce: @Sendable (_ name: String, _ address: String) -> Void
    /// Called when all of them do.
    let whenServing: @Sendable () -> Void

    func run() async throws {
        do {
            try await self.open()
            try await gracefulShutdown()
        } catch {
            // A failure here, or of another service, which cancelled this one.
            self.readiness.set(.draining)
            await self.edge.stop()
            throw error
        }
        self.readiness.set(.draining)
        await self.control.drain()
        await self.edge.drain()
        await self.edge.stop()
    }

    private func open() async throws {
        try await FreePorts.check(self.named.flatMap(\.1))
        _ = try await self.edge.start(control: self.control)
        await self.control.attach(self.edge)
        self.readiness.set(.ready)
        for (name, addresses) in self.named {
            for address in addresses { self.announce(name, "\(address)") }
        }
        self.whenServing()
    }

    private var named: [(String, [ListenAddress])] {
        [
            ("http", self.listeners.http), ("https", self.listeners.https), ("agents", self.listeners.agents),
            ("ssh", self.listeners.ssh),
        ]
    }
}

/// Follows the store, so that what is revoked in another process ends here.
struct ControlService: Service {
    let control: Control

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.control.run() }
    }
}
