import EdgeLink
import Addressing
import APITypes
import Foundation
import JSON
import Model
import Store

/// Endpoints of agents that are online and cloud endpoints, in one list (`spec/api.md` 3.1).
struct Endpoints: APIResource {
    let shape = ResourceShape.endpoints
    let control: Control
    private let cloud: StoredResource<CloudEndpointRules>

    /// How many endpoints one list looks at.
    private static let scanLimit = 5000

    init(control: Control) {
        self.control = control
        self.cloud = StoredResource(rules: CloudEndpointRules(control: control), context: control.resourceContext)
    }

    func create(_ body: CheckedBody, by caller: Caller) async throws(Failure) -> JSONObject {
        try await self.cloud.create(body, by: caller)
    }

    func get(_ id: String, by caller: Caller) async throws(Failure) -> JSONObject {
        guard let online = try await self.online(id, caller) else { return try await self.cloud.get(id, by: caller) }
        return try await self.complete(self.show(online, to: caller), online, caller)
    }

    func update(_ id: String, _ body: CheckedBody, by caller: Caller) async throws(Failure) -> JSONObject {
        try await self.refuseAgents(id, caller)
        return try await self.cloud.update(id, body, by: caller)
    }

    func delete(_ id: String, by caller: Caller) async throws(Failure) {
        try await self.refuseAgents(id, caller)
        try await self.cloud.delete(id, by: caller)
    }

    private func online(_ id: String, _ caller: Caller) async throws(Failure) -> OnlineEndpoint? {
        guard let id = ResourceID<EndpointKind>(try self.shape.checkedID(id)) else { return nil }
        return await self.control.onlineEndpoint(id, of: caller.account)
    }

    private func refuseAgents(_ id: String, _ caller: Caller) async throws(Failure) {
        try caller.mayChange()
        guard let online = try await self.online(id, caller) else { return }
        throw Failure(.endpointOfAgent, "\(online.endpoint.url) is served by an agent.")
    }

    // MARK: - Lists

    /// The cloud endpoints come from the store in batches, those of agents are all there; both are one list, the newest
    /// first.
    func list(_ query: ListQuery, by caller: Caller) async throws(Failure) -> ListPage {
        try await self.list(query, by: caller) { _ in true }
    }

    /// Those alone that `isWanted` is true of.
    func list(
        _ query: ListQuery,
        by caller: Caller,
        where isWanted: (JSONObject) -> Bool
    ) async throws(Failure) -> ListPage {
        let choice = try EndpointChoice(query, now: self.cloud.context.now())
        var agents = await self.control.onlineEndpoints(of: caller.account)
            .filter { online in query.beforeID.map { online.endpoint.id.text < $0 } ?? true }
            .sorted { $0.endpoint.id.text > $1.endpoint.id.text }[...]
        var stored = CloudPages(store: self.cloud.context.store, scope: caller.scope, before: query.beforeID)
        var page = ListPage(items: [], next: nil)
        var last = query.beforeID
        for _ in 0..<Self.scanLimit {
            let cloud = try await stored.first()
            let agent = agents.first
            guard cloud != nil || agent != nil else { return page }
            guard page.items.count < query.limit else { break }
            if let agent, agent.endpoint.id.text > cloud?.id.text ?? "" {
                agents.removeFirst()
                last = agent.endpoint.id.text
                let object = self.show(agent, to: caller)
                if choice.takes(object), isWanted(object) {
                    page.items.append(try await self.complete(object, agent, caller))
                }
            } else if let cloud {
                stored.removeFirst()
                last = cloud.id.text
                let object = try await self.cloud.show(cloud, to: caller)
                if choice.takes(object), isWanted(object) { page.items.append(object) }
            }
        }
        page.next = last
        return page
    }

    // MARK: - Endpoints of agents

    private func show(_ online: OnlineEndpoint, to caller: Caller) -> JSONObject {
        let view = ResourceView(context: self.cloud.context, caller: caller)
        let endpoint = online.endpoint
        let created = JSONValue.time(endpoint.id.created)
        var members = EndpointMembers.members(
            of: "\(endpoint.url)",
            endpoint.binding,
            isPooled: endpoint.isPooled
        )
        members["id"] = .string(endpoint.id.text)
        members["uri"] = .string(view.uri(self.shape, endpoint.id.text))
        members["created_at"] = created
        members["updated_at"] = created
        members["description"] = .string(online.agent.description)
        members["metadata"] = .string(online.agent.metadata)
        members["type"] = "ephemeral"
        members["traffic_policy"] = .string(endpoint.policy?.text ?? "")
        members["region"] = .string(online.region)
        members["name"] = .string(online.agent.name)
        members["upstream_url"] = .string(online.agent.forwardsTo)
        let isHTTP = endpoint.url.scheme == .http || endpoint.url.scheme == .https
        members["upstream_protocol"] = .string(isHTTP ? online.agent.traffic.upstreamProtocol.rawValue : "")
        members["tunnel"] = endpoint.tunnelID.map { view.reference(to: $0.text, .tunnels) } ?? .null
        members["principal"] = view.reference(toOwner: online.leg.owner)
        members["tunnel_session"] = view.reference(to: online.leg.sessionID.text, .tunnelSessions)
        return self.shape.answer(members)
    }

    /// With what must be looked up in the store, which is done for what is shown alone.
    private func complete(
        _ object: JSONObject,
        _ online: OnlineEndpoint,
        _ caller: Caller
    ) async throws(Failure) -> JSONObject {
        guard online.endpoint.binding == .public else { return object }
        let view = ResourceView(context: self.cloud.context, caller: caller)
        let reservations = Reservations(store: self.cloud.context.store, scope: caller.scope)
        var object = object
        if online.endpoint.url.scheme == .tcp {
            guard let address = try await reservations.address(of: online.endpoint.url) else { return object }
            object.set("tcp_addr", to: view.reference(to: address.id.text, .reservedAddresses))
        } else {
            guard let domain = try await reservations.domain(of: online.endpoint.url.host) else { return object }
            object.set("domain", to: view.reference(to: domain.id.text, .reservedDomains))
        }
        return object
    }
}

/// The cloud endpoints of an account, the newest first, read as far as they are looked at.
private struct CloudPages {
    private let store: any RecordStore
    private let scope: Scope
    private var before: String?
    private var batch: ArraySlice<Stored<CloudEndpointRecord>> = []
    private var isAtEnd = false

    init(store: any RecordStore, scope: Scope, before: String?) {
        self.store = store
        self.scope = scope
        self.before = before
    }

    mutating func first() async throws(Failure) -> Stored<CloudEndpointRecord>? {
        if self.batch.isEmpty, !self.isAtEnd {
            let page = Page(before: self.before, limit: 100)
            do throws(StoreError) {
                self.batch = try await self.store.list(CloudEndpointRecord.self, in: self.scope, page)[...]
            } catch {
                throw Failure(store: error)
            }
            self.before = self.batch.last?.id.text
            self.isAtEnd = self.batch.count < page.limit
        }
        return self.batch.first
    }

    mutating func removeFirst() {
        self.batch.removeFirst()
    }
}
