package import Portico

/// Shows people what an agent does: a view on a terminal, lines of a log, pages of a browser.
package protocol AgentDisplay: TrafficObserver {
    /// An endpoint is online. `name` is the local one.
    func endpointStarted(_ endpoint: Endpoint, name: String)

    /// An endpoint that was online is taken away from here.
    func endpointClosed(_ endpoint: Endpoint, name: String)

    func happened(_ event: Agent.Event, details: Agent.SessionDetails?)

    /// The configuration was read from these files.
    func configurationRead(_ files: ConfigurationLocation)

    /// The local web service answers at `address`, `host:port`, under these hosts; none: under those of this machine.
    func webServiceStarted(at address: String, hosts: [String])

    /// A call of the local web service begins.
    func webCallBegan(_ call: WebCall)

    /// A call of the local web service was answered.
    func webCallEnded(_ call: WebCall, status: Int, after duration: Duration)

    /// There is a newer version of the program.
    func updateAvailable(_ version: String)

    /// The edge wanted a newer version, which could not be installed.
    func updateFailed(_ error: any Error)

    /// The run is over because of this; shown once, before `finish`.
    func failed(_ error: any Error)

    /// Nothing more comes. Returns when what was shown has been written, or cannot be within a moment.
    func finish() async
}

/// A call of the local web service.
package struct WebCall: Sendable, Hashable {
    /// Random, so that its two lines in a log are known to belong together.
    package let id: String
    package let path: String

    package init(id: String, path: String) {
        self.id = id
        self.path = path
    }
}

extension AgentDisplay {
    package func endpointClosed(_ endpoint: Endpoint, name: String) {}
    package func configurationRead(_ files: ConfigurationLocation) {}
    package func webServiceStarted(at address: String, hosts: [String]) {}
    package func updateAvailable(_ version: String) {}
    package func updateFailed(_ error: any Error) {}
    package func webCallBegan(_ call: WebCall) {}
    package func webCallEnded(_ call: WebCall, status: Int, after duration: Duration) {}
}
