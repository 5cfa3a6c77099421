package import Portico

/// Shows people what an agent does: a view on a terminal, lines of a log, or both.
package protocol AgentDisplay: TrafficObserver {
    /// An endpoint is online. `name` is the local one.
    func endpointStarted(_ endpoint: Endpoint, name: String)

    func happened(_ event: Agent.Event, details: Agent.SessionDetails?)

    /// The run is over because of this; shown once, before `finish`.
    func failed(_ error: any Error)

    /// Nothing more comes. Returns when what was shown has been written, or cannot be within a moment.
    func finish() async
}
