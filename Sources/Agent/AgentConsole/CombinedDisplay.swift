package import AgentRuntime
package import NIOCore
package import Portico

/// Several displays at once, for instance a terminal view and a log file.
package struct CombinedDisplay: AgentDisplay {
    private let displays: [any AgentDisplay]

    package init(_ displays: [any AgentDisplay]) {
        self.displays = displays
    }

    package var watchesExchanges: Bool { self.displays.contains(where: \.watchesExchanges) }

    package func endpointStarted(_ endpoint: Endpoint, name: String) {
        for display in self.displays { display.endpointStarted(endpoint, name: name) }
    }

    package func happened(_ event: Agent.Event, details: Agent.SessionDetails?) {
        for display in self.displays { display.happened(event, details: details) }
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

    package func exchangeAnswered(_ exchange: ObservedExchange) {
        for display in self.displays { display.exchangeAnswered(exchange) }
    }
}
