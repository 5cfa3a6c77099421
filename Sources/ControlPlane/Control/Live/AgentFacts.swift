import Addressing
import EdgeLink
import Foundation

/// What an agent said of itself when it connected, as people are shown it.
struct AgentFacts: Sendable {
    let version: String
    let operatingSystem: String
    let architecture: String
    let userAgent: String
    /// The name by which it came; empty where it asked for none.
    let connectHost: String
    let metadata: String
    let address: NetworkAddress?
    let connected: Date
    let transport: SessionTransport

    init(_ request: SessionRequest, at time: Date) {
        self.version = Self.shortened(request.clientVersion)
        self.operatingSystem = Self.shortened(request.operatingSystem)
        self.architecture = Self.shortened(request.architecture)
        self.userAgent = Self.shortened(request.userAgent)
        self.connectHost = request.connectHost ?? ""
        self.metadata = request.metadata
        self.address = request.remoteAddress
        self.connected = time
        self.transport = request.transport
    }

    /// What an agent says is kept as long as its session.
    private static func shortened(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(100)))
    }
}
