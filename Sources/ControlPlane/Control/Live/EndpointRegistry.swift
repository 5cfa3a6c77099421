import Addressing
import EdgeLink
import Model

/// The endpoints that are online or held, and which of them may stand beside each other.
///
/// Decides; publishes nothing and waits for nothing.
struct EndpointRegistry {
    private var endpoints: [ResourceID<EndpointKind>: LiveEndpoint] = [:]
    private var byPlace: [Place: Set<ResourceID<EndpointKind>>] = [:]
    private var byBind: [BindKey: ResourceID<EndpointKind>] = [:]
    private var byConnection: [ConnectionID: Set<ResourceID<EndpointKind>>] = [:]
    private var counts: [ResourceID<AccountKind>: Int] = [:]
    /// What came, changed or went since the last table.
    private var touched: Set<ResourceID<EndpointKind>> = []

    /// What endpoints contend for: those of one place must share it or exclude each other.
    private enum Place: Hashable {
        case http(HostPattern, UInt16)
        /// `https` and `tls` share their listeners.
        case tls(HostPattern, UInt16)
        /// A port is listened on for one endpoint, whatever host people reach it by.
        case tcp(UInt16)
        /// A name of an account's own, on whose port nobody listens.
        case named(EndpointBinding, ResourceID<AccountKind>, EndpointURL)

        init(_ endpoint: LiveEndpoint) {
            let url = endpoint.url
            guard !endpoint.binding.isPerAccount else {
                self = .named(endpoint.binding, endpoint.account, url)
                return
            }
            switch url.scheme {
            case .http: self = .http(url.host, url.port)
            case .https, .tls: self = .tls(url.host, url.port)
            case .tcp: self = .tcp(url.port)
            }
        }
    }

    var all: some Collection<LiveEndpoint> { self.endpoints.values }

    subscript(id: ResourceID<EndpointKind>) -> LiveEndpoint? { self.endpoints[id] }

    subscript(key: BindKey) -> LiveEndpoint? { self.byBind[key].flatMap { self.endpoints[$0] } }

    func isTCPPortFree(_ port: UInt16) -> Bool { self.byPlace[.tcp(port)] == nil }

    /// Whether an account has fewer than `limit` endpoints; those that are held for agents that were lost make room.
    func hasRoom(for account: ResourceID<AccountKind>, below limit: Int) -> Bool {
        guard self.counts[account, default: 0] >= limit else { return true }
        return self.endpoints.values.count { $0.account == account && !$0.isHeld } < limit
    }

    func count(on connection: ConnectionID) -> Int { self.byConnection[connection]?.count ?? 0 }

    // MARK: - Coming

    /// What came of an agent's wish to serve a URL.
    struct Admission {
        let endpoint: LiveEndpoint
        /// Endpoints that were held and are held no longer: the one that came back, and those that made room.
        let ended: [ResourceID<EndpointKind>]
    }

    /// Lets an agent's endpoint in.
    ///
    /// It is the one that is there already when the agent binds it again under the same name, be it on another leg or
    /// after its session was lost; else `candidate`. What is held for the same account makes room for it.
    ///
    /// - Throws: `.urlTaken` when others have the URL and one of them does not share it.
    mutating func admit(_ candidate: LiveEndpoint) throws(Failure) -> Admission {
        guard let agent = candidate.agent else { preconditionFailure("an agent's endpoint has an agent") }
        let known = self[agent.key]
        if let known, known.url != candidate.url, !known.isHeld {
            throw Failure(.urlTaken, "The bind id is in use in this session, for \(known.url).")
        }
        // That it is the same name in another binding is a change too.
        let isBack = known?.url == candidate.url && known?.binding == candidate.binding
        let rivals = self.rivals(of: candidate, beside: known?.id)
        for rival in rivals where !Self.mayStand(candidate, beside: rival) && !Self.makesRoom(rival, for: candidate) {
            throw Failure(.urlTaken, "\(candidate.url) is in use.")
        }
        var ended = rivals.filter { !Self.mayStand(candidate, beside: $0) }.map(\.id)
        for id in ended { self.remove(id) }
        guard let known, isBack else {
            if let known {
                self.remove(known.id)
                ended.append(known.id)
            }
            self.insert(candidate)
            return Admission(endpoint: candidate, ended: ended)
        }
        if known.isHeld { ended.append(known.id) }
        return Admission(endpoint: self.rejoin(known, as: candidate, agent), ended: ended)
    }

    /// The endpoint goes on under its own id, on one connection more, with what the agent says now.
    private mutating func rejoin(
        _ known: LiveEndpoint,
        as candidate: LiveEndpoint,
        _ agent: AgentBinding
    ) -> LiveEndpoint {
        var agent = agent
        let before = known.agent?.connections ?? []
        agent.connections = before + agent.connections.filter { !before.contains($0) }
        var endpoint = known
        endpoint.isPooled = candidate.isPooled
        endpoint.policy = candidate.policy
        endpoint.source = .agent(agent)
        self.remove(known.id)
        self.insert(endpoint)
        return endpoint
    }

    /// The others at the endpoint's place, one of them left out.
    func rivals(of endpoint: LiveEndpoint, beside other: ResourceID<EndpointKind>? = nil) -> [LiveEndpoint] {
        (self.byPlace[Place(endpoint)] ?? []).filter { $0 != endpoint.id && $0 != other }
            .compactMap { self.endpoints[$0] }
    }

    /// A pool has one URL and one account, and all of its members say that they share.
    static func mayStand(_ endpoint: LiveEndpoint, beside rival: LiveEndpoint) -> Bool {
        endpoint.isPooled && rival.isPooled && endpoint.url == rival.url && endpoint.account == rival.account
    }

    /// A new session of the account may have what is only held for an old one.
    private static func makesRoom(_ rival: LiveEndpoint, for endpoint: LiveEndpoint) -> Bool {
        rival.isHeld && rival.account == endpoint.account
    }

    /// - Returns: false when something has the place of the static upstream already, which stays.
    mutating func insert(_ upstream: Control.StaticUpstream) -> Bool {
        let endpoint = LiveEndpoint(upstream)
        guard self.byPlace[Place(endpoint)] == nil else { return false }
        self.insert(endpoint)
        return true
    }

    /// Whoever inserts has made sure that it may stand there.
    mutating func insert(_ endpoint: LiveEndpoint) {
        self.put(endpoint)
        self.counts[endpoint.account, default: 0] += 1
        self.byPlace[Place(endpoint), default: []].insert(endpoint.id)
        guard let agent = endpoint.agent else { return }
        self.byBind[agent.key] = endpoint.id
        for connection in agent.connections {
            self.byConnection[connection, default: []].insert(endpoint.id)
        }
    }

    // MARK: - Changing

    /// Changes what an agent may patch.
    ///
    /// - Throws: `.urlTaken` when the endpoint would stop sharing, or begin to, beside others that do otherwise.
    mutating func patch(_ endpoint: LiveEndpoint) throws(Failure) {
        for rival in self.rivals(of: endpoint) where !Self.mayStand(endpoint, beside: rival) {
            throw Failure(.urlTaken, "Others serve \(endpoint.url) too, and pooling must be enabled on all of them.")
        }
        self.put(endpoint)
    }

    /// Takes the endpoints of a client out of their pools, or puts them back.
    ///
    /// - Returns: whether that changed any.
    mutating func setLeaving(_ isLeaving: Bool, _ clientID: String) -> Bool {
        var hasChanged = false
        for (key, id) in self.byBind where key.clientID == clientID {
            guard var endpoint = self.endpoints[id], var agent = endpoint.agent, agent.isLeaving != isLeaving else {
                continue
            }
            agent.isLeaving = isLeaving
            endpoint.source = .agent(agent)
            self.put(endpoint)
            hasChanged = true
        }
        return hasChanged
    }

    private mutating func put(_ endpoint: LiveEndpoint) {
        self.endpoints[endpoint.id] = endpoint
        self.touched.insert(endpoint.id)
    }

    /// The ids of what came, changed or went since the last call.
    mutating func takeTouched() -> Set<ResourceID<EndpointKind>> {
        defer { self.touched = [] }
        return self.touched
    }

    // MARK: - Going

    mutating func remove(_ id: ResourceID<EndpointKind>) {
        guard let endpoint = self.endpoints.removeValue(forKey: id) else { return }
        self.touched.insert(id)
        let count = self.counts[endpoint.account, default: 0] - 1
        self.counts[endpoint.account] = count > 0 ? count : nil
        let place = Place(endpoint)
        self.byPlace[place]?.remove(id)
        if self.byPlace[place]?.isEmpty ?? false { self.byPlace[place] = nil }
        guard let agent = endpoint.agent else { return }
        self.byBind[agent.key] = nil
        for connection in agent.connections { self.forget(id, on: connection) }
    }

    private mutating func forget(_ id: ResourceID<EndpointKind>, on connection: ConnectionID) {
        self.byConnection[connection]?.remove(id)
        if self.byConnection[connection]?.isEmpty ?? false { self.byConnection[connection] = nil }
    }

    /// Takes a connection from all endpoints that are bound on it.
    ///
    /// - Returns: those that have no connection left. They stay, held.
    mutating func detach(_ connection: ConnectionID) -> [LiveEndpoint] {
        var left: [LiveEndpoint] = []
        for id in self.byConnection.removeValue(forKey: connection) ?? [] {
            guard var endpoint = self.endpoints[id], var agent = endpoint.agent else { continue }
            agent.connections.removeAll { $0 == connection }
            endpoint.source = .agent(agent)
            self.put(endpoint)
            if agent.connections.isEmpty { left.append(endpoint) }
        }
        return left
    }
}
