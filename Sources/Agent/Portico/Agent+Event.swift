extension Agent {
    /// How the connection to the edge stands.
    public enum Status: Sendable, Hashable {
        /// The first attempt is under way.
        case connecting
        /// Endpoints serve.
        case online
        /// The connection was lost, or has not come about yet; why the last attempt failed. Attempts go on.
        case reconnecting(PorticoError)
        /// For good: by `close()`, or because of the error.
        case closed(PorticoError?)
    }

    /// What happened to an agent.
    public enum Event: Sendable, Hashable {
        case statusChanged(Status)
        /// The edge did not answer any more on the connection that ended so, and took another one in its place; the
        /// endpoints are bound again on it.
        case sessionMoved(PorticoError)
        /// A heartbeat came back after this time.
        case latencyMeasured(Duration)
        /// The edge asks for something that `Configuration.remoteCommands` allows. It has been answered with consent.
        case commandReceived(RemoteCommand)
        /// The edge took an endpoint away; the session goes on without it.
        case endpointStopped(Endpoint.ID, PorticoError)
        /// An endpoint could not be bound again after a reconnect; it is tried again by itself.
        case endpointFailed(Endpoint.ID, PorticoError)
        /// An endpoint that had failed serves again.
        case endpointRecovered(Endpoint.ID)
        /// No data flows to an endpoint, though the session is online: its service cannot be reached. The edge looks
        /// again by itself, every few seconds.
        case endpointStalled(Endpoint.ID, PorticoError)
        /// Data flows to an endpoint that was stalled.
        case endpointFlowing(Endpoint.ID)
        /// An attempt to connect failed; attempts go on.
        case connectFailed(PorticoError)
        /// The next attempt to connect comes after this time.
        case reconnectScheduled(Duration)
    }

    /// What the edge said of the session when it accepted it.
    public struct SessionDetails: Sendable, Hashable {
        /// `ts_…`, as in the edge's API.
        public let id: String
        public let accountName: String
        public let planName: String
        public let region: String
        public let serverVersion: String
        /// Text for the one who runs the agent; empty for none.
        public let banner: String
        /// The version below which the edge will refuse agents one day, and its words; nil when this one is recent
        /// enough.
        public let deprecation: String?
    }

    /// What the edge can ask an agent to do.
    public enum RemoteCommand: Sendable, Hashable {
        case stop
        case restart
        /// To this version; nil for the newest.
        case update(version: String?)

        /// A command without its arguments.
        public enum Kind: Sendable, Hashable, CaseIterable {
            case stop, restart, update
        }

        public var kind: Kind {
            switch self {
            case .stop: .stop
            case .restart: .restart
            case .update: .update
            }
        }
    }
}
