import AgentRuntime
import Foundation
package import Inspection
package import NIOCore
package import Portico
import Synchronization

/// Shows the agent on a terminal: one picture, drawn again when something has changed or the window has.
package final class TerminalDisplay: AgentDisplay {
    private struct Picture {
        var state: ConsoleState
        var isStale = true
        var isFinished = false
    }

    /// How often a picture is drawn at most. Averages decay between events, so one is due every second at least.
    private static let interval = Duration.milliseconds(100)
    private static let drawsWithoutChange = 10

    private let picture: Mutex<Picture>
    private let screen: TerminalScreen
    private let isColoured: Bool
    private let drawing: Mutex<Task<Void, Never>?>

    /// - Parameters:
    ///   - state: what is shown at first.
    ///   - descriptor: of the terminal.
    ///   - isColoured: whether lines may carry colours.
    package init(_ state: ConsoleState, descriptor: Int32, isColoured: Bool) {
        self.picture = Mutex(Picture(state: state))
        self.screen = TerminalScreen(descriptor: descriptor, writer: OutputWriter(descriptor: descriptor))
        self.isColoured = isColoured
        self.drawing = Mutex(nil)
    }

    package var watchesExchanges: Bool { true }

    /// Takes the screen.
    package func begin() {
        self.screen.begin()
        self.drawing.withLock { drawing in
            drawing = Task { await self.draw() }
        }
    }

    package func endpointStarted(_ endpoint: Endpoint, name: String) {
        self.change { state in
            state.started(endpoint.id, url: endpoint.url, upstream: endpoint.upstream?.description ?? name)
        }
    }

    package func endpointClosed(_ endpoint: Endpoint, name: String) {
        self.change { $0.closed(endpoint.id) }
    }

    package func webServiceStarted(at address: String, hosts: [String]) {
        self.change { $0.webAddress = address }
    }

    package func happened(_ event: Agent.Event, details: Agent.SessionDetails?) {
        self.change { $0.happened(event, details: details) }
    }

    /// Nothing: who runs the agent prints the error below the screen that comes back.
    package func updateAvailable(_ version: String) {
        self.change { $0.notice("version \(version) is available: portico update") }
    }

    package func updateFailed(_ error: any Error) {
        self.change { $0.notice("the update failed: \(error)") }
    }

    package func failed(_ error: any Error) {}

    package func finish() async {
        self.picture.withLock { $0.isFinished = true }
        let drawing = self.drawing.withLock { $0 }
        drawing?.cancel()
        await drawing?.value
        await self.screen.end()
    }

    package func connectionOpened(_ connection: ObservedConnection) {
        self.change { $0.connectionOpened(at: .now()) }
    }

    package func connectionClosed(_ connection: ObservedConnection, after duration: TimeAmount) {
        self.change { $0.connectionClosed(after: duration) }
    }

    package func upstreamFailed(_ connection: ObservedConnection, reason: String) {
        self.change { $0.unreachable("\(connection.upstream)", because: reason) }
    }

    package func exchangeAnswered(_ exchange: ObservedExchange, on connection: ObservedConnection) {
        let now = Date()
        self.change { state in
            state.answered(exchange, at: now)
            // The agent's own answer has this status, too; a service's says at least nothing against it.
            if exchange.status != 502 { state.reached("\(connection.upstream)") }
        }
    }

    private func change(_ body: (inout ConsoleState) -> Void) {
        self.picture.withLock { picture in
            body(&picture.state)
            picture.isStale = true
        }
    }

    private func draw() async {
        var size = (columns: 0, rows: 0)
        var quiet = 0
        while !Task.isCancelled {
            let now = self.screen.size
            if let state = self.stateToDraw(evenIfFresh: now != size || quiet >= Self.drawsWithoutChange) {
                let view = ConsoleView(columns: now.columns, rows: now.rows, isColoured: self.isColoured)
                if self.screen.draw(view.lines(state)) {
                    (size, quiet) = (now, 0)
                } else {
                    self.picture.withLock { $0.isStale = true }
                }
            }
            quiet += 1
            // The one thing that throws here is the cancellation that ends the loop.
            try? await Task.sleep(for: Self.interval)
        }
    }

    private func stateToDraw(evenIfFresh: Bool) -> ConsoleState? {
        self.picture.withLock { picture in
            guard !picture.isFinished, picture.isStale || evenIfFresh else { return nil }
            picture.isStale = false
            picture.state.advance(to: .now())
            return picture.state
        }
    }
}
