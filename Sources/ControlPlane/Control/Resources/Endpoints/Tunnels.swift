import Addressing
import APITypes
import JSON
import Model

/// Endpoints of agents under their older name (`spec/api.md` 6.2).
struct Tunnels: APIResource {
    let shape = ResourceShape.tunnels
    let control: Control

    func list(_ query: ListQuery, by caller: Caller) async throws(Failure) -> ListPage {
        let online = await self.control.onlineEndpoints(of: caller.account)
        return try MemoryList(shape: self.shape, context: self.control.resourceContext)
            .page(query, online.map { self.show($0, to: caller) })
    }

    func get(_ id: String, by caller: Caller) async throws(Failure) -> JSONObject {
        let id = try self.shape.checkedID(id)
        let endpoint = ResourceID<TunnelKind>(id).flatMap { ResourceID<EndpointKind>("ep_" + $0.text.dropFirst(3)) }
        guard let endpoint, let online = await self.control.onlineEndpoint(endpoint, of: caller.account) else {
            throw Failure(.apiUnknown, "The account has no tunnel \(id.prefix(64)).")
        }
        return self.show(online, to: caller)
    }

    private func show(_ online: OnlineEndpoint, to caller: Caller) -> JSONObject {
        let view = ResourceView(context: self.control.resourceContext, caller: caller)
        let endpoint = online.endpoint
        return self.shape.answer([
            "id": .text(endpoint.tunnelID?.text),
            "public_url": .string("\(endpoint.url)"),
            "started_at": .time(endpoint.id.created),
            "metadata": .string(online.agent.metadata),
            "proto": .string(endpoint.url.scheme.rawValue),
            "region": .string(online.region),
            "tunnel_session": view.reference(to: online.leg.sessionID.text, .tunnelSessions),
            "endpoint": view.reference(to: endpoint.id.text, .endpoints),
            "labels": [:],
            "backends": [],
            "forwards_to": .string(online.agent.forwardsTo),
        ])
    }
}
