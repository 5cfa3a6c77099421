package import AgentRuntime
package import Inspection
package import NIOCore
package import Portico

/// Several displays at once, for instance a terminal view and a log file.
package struct CombinedDisplay: AgentDisplay {
    private let displays: [any AgentDisplay]

    package init(_ displays: [any AgentDisplay]) {
        self.displays = displays
    }

    package var watchesExchanges: Bool { self.displays.contains(where: \.watchesExchanges) }

    /// That of the first one which wants any: there is one store.
    package var capture: CaptureWish? { self.displays.lazy.compactMap(\.capture).first }

    package func endpointStarted(_ endpoint: Endpoint, name: String) {
        for display in self.displays { display.endpointStarted(endpoint, name: name) }
    }

    package func endpointClosed(_ endpoint: Endpoint, name: String) {
        for display in self.displays { display.endpointClosed(endpoint, name: name) }
    }

    package func configurationRead(_ files: ConfigurationLocation) {
        for display in self.displays { display.configurationRead(files) }
    }

    package func webServiceStarted(at address: String, hosts: [String]) {
        for display in self.displays { display.webServiceStarted(at: address, hosts: hosts) }
    }

    package func webCallBegan(_ call: WebCall) {
        for display in self.displays { display.webCallBegan(call) }
    }

    package func webCallEnded(_ call: WebCall, status: Int, after duration: Duration) {
        for display in self.displays { display.webCallEnded(call, status: status, after: duration) }
    }

    package func happened(_ event: Agent.Event, details: Agent.SessionDetails?) {
        for display in self.displays { display.happened(event, details: details) }
    }

    package func updateAvailable(_ version: String) {
        for display in self.displays { display.updateAvailable(version) }
    }

    package func updateFailed(_ error: any Error) {
        for display in self.displays { display.updateFailed(error) }
    }

    package func failed(_ error: any Error) {
        for display in self.displays { display.failed(error) }
    }

    package func finish() async {
        for display in self.displays { await display.finish() }
    }

    package func connectionOpened(_ connection: ObservedConnection) {
        for display in self.displays { display.connectionOpened(connection) }
    }

    package func connectionClosed(_ connection: ObservedConnection, after duration: TimeAmount) {
        for display in self.displays { display.connectionClosed(connection, after: duration) }
    }

    package func upstreamFailed(_ connection: ObservedConnection, reason: String) {
        for display in self.displays { display.upstreamFailed(connection, reason: reason) }
    }

    package func exchangeAnswered(_ exchange: ObservedExchange, on connection: ObservedConnection) {
        for display in self.displays { display.exchangeAnswered(exchange, on: connection) }
    }

    package func exchangeFinished(_ exchange: TappedExchange, on connection: ObservedConnection) {
        for display in self.displays { display.exchangeFinished(exchange, on: connection) }
    }
}
