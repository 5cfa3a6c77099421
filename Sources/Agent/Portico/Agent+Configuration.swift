package import Model
public import NIOCore
public import NIOPosix

extension Agent {
    /// Everything an agent needs to know before it connects. Only the server address and the authtoken have no default.
    public struct Configuration: Sendable {
        /// Where the edge accepts agents.
        public var server: ServerAddress
        /// Whose certificates the edge may show.
        public var trust: Trust
        /// Opaque text that the edge's API shows with the session; at most 4096 bytes.
        public var metadata: String
        /// Names the application that embeds the agent, in the session's user agent.
        public var product: Product
        /// What the edge may ask of this agent; it answers anything else with a refusal.
        public var remoteCommands: Set<RemoteCommand.Kind>
        /// Whether an edge that cannot be reached at first is tried for ever, as one that is lost later always is. A
        /// refused authtoken ends the first connect in any case.
        public var retriesFirstConnect: Bool
        /// How many connections to the edge at most, whatever it announces; 1…4, and others count as the nearest.
        public var maximumLegs: Int
        /// The proxy on the way to the edge; nil for none.
        public var proxy: SessionProxy?
        /// How long the edge, or the proxy, may take to accept a connection; less is waited while a session is being
        /// taken up again.
        public var connectTimeout = Duration.seconds(10)
        /// Between two heartbeats; at least a tenth of a second.
        public var heartbeatInterval = Duration.seconds(3)
        /// How long an echo may be missing beyond the interval, until the connection counts as lost.
        public var heartbeatTolerance = Duration.seconds(6)
        /// How often the edge is to look whether data flows to the endpoints, where it offers that; nil for never. A
        /// service sees it as a connection that is closed without a word.
        public var probeInterval: Duration? = Duration.seconds(4)
        /// The network interface that connections leave by, on Linux; nil for the one that the system chooses.
        public var interface: String?
        /// The loops that connections run on, one loop a leg.
        public var eventLoopGroup: any EventLoopGroup

        package var authtoken: Secret
        /// Is told of connections and exchanges; nil costs nothing.
        package var trafficObserver: (any TrafficObserver)?

        public init(
            server: ServerAddress,
            authtoken: String,
            trust: Trust = .system,
            metadata: String = "",
            product: Product = Product(name: "portico-swift", version: Agent.version),
            remoteCommands: Set<RemoteCommand.Kind> = [],
            retriesFirstConnect: Bool = false,
            maximumLegs: Int = 4,
            eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
        ) {
            self.server = server
            self.authtoken = Secret(authtoken)
            self.trust = trust
            self.metadata = metadata
            self.product = product
            self.remoteCommands = remoteCommands
            self.retriesFirstConnect = retriesFirstConnect
            self.maximumLegs = maximumLegs
            self.eventLoopGroup = eventLoopGroup
        }
    }

    /// The name and version of a program, as in `curl/8.0`.
    public struct Product: Sendable, Hashable {
        public let name: String
        public let version: String

        public init(name: String, version: String) {
            self.name = name
            self.version = version
        }

        /// As in a user agent; characters that would end the token there are replaced.
        var token: String { "\(Self.clean(self.name))/\(Self.clean(self.version))" }

        private static func clean(_ text: String) -> String {
            let allowed = text.prefix(64).map { character in
                character.isASCII && (character.isLetter || character.isNumber || "._-+".contains(character))
                    ? character : "-"
            }
            return allowed.isEmpty ? "unknown" : String(allowed)
        }
    }
}
