import EdgeLink
import Model

/// One connection of an agent's session.
struct AgentLeg: Sendable {
    let connection: ConnectionID
    let key: LegKey
    let sessionID: ResourceID<SessionKind>
    let account: ResourceID<AccountKind>
    let credential: AgentCredential
    /// What the credential may bind, as it is now.
    var rules: AccessRules
    /// The user or service user whose credential it is.
    let owner: String
    /// Whether it is our own agent, which may be asked for more than a foreign one.
    let isOurs: Bool
    let facts: AgentFacts
}

struct LegKey: Sendable, Hashable {
    let clientID: String
    let number: Int
}

/// The sessions that are open, and those that are being opened.
struct SessionRegistry {
    private var legs: [ConnectionID: AgentLeg] = [:]
    private var byKey: [LegKey: ConnectionID] = [:]
    private var openings: [ConnectionID: Opening] = [:]

    /// What happened to a session while it was being opened.
    private struct Opening {
        var hasEnded = false
        var revoked: Set<AgentCredential> = []
        var suspended: Set<ResourceID<AccountKind>> = []
        /// Where owners are active that changed.
        var active: [String: Set<ResourceID<AccountKind>>] = [:]
    }

    var count: Int { self.legs.count }
    var all: some Collection<AgentLeg> { self.legs.values }

    subscript(connection: ConnectionID) -> AgentLeg? { self.legs[connection] }

    /// The sessions of an account, each with however many legs.
    func sessions(of account: ResourceID<AccountKind>) -> Set<ResourceID<SessionKind>> {
        Set(self.legs.values.lazy.filter { $0.account == account }.map(\.sessionID))
    }

    // MARK: - Opening

    /// - Returns: false when the connection has a session, or is just getting one.
    mutating func beginOpening(on connection: ConnectionID) -> Bool {
        guard self.legs[connection] == nil, self.openings[connection] == nil else { return false }
        self.openings[connection] = Opening()
        return true
    }

    mutating func endOpening(on connection: ConnectionID) {
        self.openings[connection] = nil
    }

    /// Whether nothing happened meanwhile that forbids the session.
    func mayOpen(
        on connection: ConnectionID,
        _ credential: AgentCredential,
        of owner: String,
        in account: ResourceID<AccountKind>
    ) throws(Failure) {
        guard let opening = self.openings[connection], !opening.hasEnded else {
            throw Failure(.sessionLost, "The connection ended while the session was being opened.")
        }
        guard !opening.revoked.contains(credential) else { throw .revoked }
        guard !opening.suspended.contains(account) else { throw .suspended }
        guard opening.active[owner]?.contains(account) ?? true else { throw .ownerInactive }
    }

    /// - Returns: the leg that had the same key, whose place this one takes.
    mutating func insert(_ leg: AgentLeg) -> AgentLeg? {
        let old = self.byKey[leg.key].flatMap { self.legs.removeValue(forKey: $0) }
        self.legs[leg.connection] = leg
        self.byKey[leg.key] = leg.connection
        return old
    }

    // MARK: - Ending

    /// - Returns: the legs of a session beside the one that leads, which are gone from here.
    mutating func removeFurther(of clientID: String) -> [AgentLeg] {
        self.legs.values.filter { $0.key.clientID == clientID && $0.key.number > 0 }
            .compactMap { self.remove($0.connection) }
    }

    /// - Returns: the leg that the connection was; nil when it was none, or none any more.
    mutating func remove(_ connection: ConnectionID) -> AgentLeg? {
        self.openings[connection]?.hasEnded = true
        guard let leg = self.legs.removeValue(forKey: connection) else { return nil }
        self.byKey[leg.key] = nil
        return leg
    }

    /// - Returns: the legs that the credential had opened, which are gone from here.
    mutating func revoke(_ credential: AgentCredential) -> [AgentLeg] {
        for connection in self.openings.keys { self.openings[connection]?.revoked.insert(credential) }
        return self.legs.values.filter { $0.credential == credential }.compactMap { self.remove($0.connection) }
    }

    /// - Returns: the legs of the account, which are gone from here.
    mutating func suspend(_ account: ResourceID<AccountKind>) -> [AgentLeg] {
        for connection in self.openings.keys { self.openings[connection]?.suspended.insert(account) }
        return self.legs.values.filter { $0.account == account }.compactMap { self.remove($0.connection) }
    }

    /// A user or service user is active in these accounts, and in no others.
    ///
    /// - Returns: the legs of its credentials in others, which are gone from here.
    mutating func setActive(_ owner: String, in accounts: Set<ResourceID<AccountKind>>) -> [AgentLeg] {
        for connection in self.openings.keys { self.openings[connection]?.active[owner] = accounts }
        return self.legs.values.filter { $0.owner == owner && !accounts.contains($0.account) }
            .compactMap { self.remove($0.connection) }
    }

    /// The rules of a credential changed; they count from the next bind on.
    mutating func setRules(_ rules: AccessRules, of credential: AgentCredential) {
        for (connection, leg) in self.legs where leg.credential == credential {
            self.legs[connection]?.rules = rules
        }
    }
}

extension Failure {
    static let revoked = Failure(.authtokenRevoked, "This authtoken was revoked.")
    static let keyRemoved = Failure(.sshKeyUnknown, "This key is not registered any more.")
    static let ownerInactive = Failure(.apiOwnerInactive, "The owner of this credential is not active.")
    static let suspended = Failure(.accountSuspended, "The account of this credential is suspended.")
}
