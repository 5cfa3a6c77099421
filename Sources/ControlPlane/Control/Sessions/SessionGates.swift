import EdgeLink
import Model
import Secrets

/// What an Auth must fulfil before anybody is asked (`spec/identity.md` 12).
enum SessionGates {
    /// The protocol version that is spoken here.
    private static let version = 3
    static let maximumMetadataBytes = 4096
    /// The edge gives up on a silent agent after at most ten minutes anyway (`spec/agent-protocol.md` 7.3).
    private static let heartbeats = Duration.milliseconds(100)...Duration.seconds(3600)
    /// Agents open at most four legs.
    static let maximumLegs = 4
    private static let maximumUserAgentBytes = 4096

    static func checkVersion(_ versions: [String]) throws(Failure) {
        let numbers = versions.compactMap(Int.init)
        guard !numbers.contains(Self.version) else { return }
        guard let newest = numbers.max() else {
            throw Failure(.agentVersionUnreadable, "The agent names no protocol version.")
        }
        guard newest > Self.version else {
            throw Failure(.agentTooOld, "The agent speaks protocol version \(newest), and the edge \(Self.version).")
        }
        throw Failure(
            .protocolVersionUnsupported,
            "The agent does not speak protocol version \(Self.version), which is the edge's."
        )
    }

    static func authtoken(_ secret: Secret) throws(Failure) -> Authtoken {
        do throws(Authtoken.ParseError) {
            return try Authtoken(parsing: secret)
        } catch {
            switch error {
            case .missing: throw Failure(.authtokenMissing, "This session carries no authtoken.")
            case .malformed: throw Failure(.authtokenMalformed, "What was given is no authtoken.")
            case .firstVersion: throw Failure(.authtokenOldFormat, "The authtoken is of a form that is no longer used.")
            }
        }
    }

    /// What the agent says of itself.
    static func checkDeclared(_ request: SessionRequest) throws(Failure) {
        guard request.metadata.utf8.count <= Self.maximumMetadataBytes else {
            throw Failure(.metadataTooLong, "The session's metadata has more than \(Self.maximumMetadataBytes) bytes.")
        }
        guard Self.isHeartbeat(request.heartbeatInterval) else {
            throw Failure(.heartbeatIntervalInvalid, "The heartbeat interval must be 100 milliseconds to one hour.")
        }
        guard Self.isHeartbeat(request.heartbeatTolerance) else {
            throw Failure(.heartbeatToleranceInvalid, "The heartbeat tolerance must be 100 milliseconds to one hour.")
        }
        guard (0..<Self.maximumLegs).contains(request.legNumber) else {
            throw Failure(.authUnreadable, "An agent may open \(Self.maximumLegs) connections, numbered from 0.")
        }
        guard request.userAgent.utf8.count <= Self.maximumUserAgentBytes else {
            throw Failure(.userAgentMalformed, "The user agent has more than \(Self.maximumUserAgentBytes) bytes.")
        }
    }

    /// Zero is what an agent sends that leaves it to the edge.
    private static func isHeartbeat(_ duration: Duration) -> Bool {
        duration == .zero || Self.heartbeats.contains(duration)
    }

    /// Whether the agent is built on our library: one of its products is `portico`.
    static func isOurs(userAgent: String) -> Bool {
        userAgent.split(separator: " ").contains { $0.hasPrefix("portico/") }
    }
}
