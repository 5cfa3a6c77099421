import Addressing
import APITypes
import EdgeLink
import JSON
import Model

/// Sessions of agents, as long as they are connected, and commands to them (`spec/api.md` 6).
struct TunnelSessions: APIResource {
    let shape = ResourceShape.tunnelSessions
    let control: Control

    func list(_ query: ListQuery, by caller: Caller) async throws(Failure) -> ListPage {
        let sessions = await self.control.agentSessions(of: caller.account)
        return try MemoryList(shape: self.shape, context: self.control.resourceContext)
            .page(query, sessions.map { self.show($0, to: caller) })
    }

    func get(_ id: String, by caller: Caller) async throws(Failure) -> JSONObject {
        let id = try self.shape.checkedID(id)
        let sessions = await self.control.agentSessions(of: caller.account)
        guard let session = sessions.first(where: { $0.sessionID.text == id }) else {
            throw Failure(.apiUnknown, "The account has no session \(id.prefix(64)).")
        }
        return self.show(session, to: caller)
    }

    func perform(_ call: OperationCall, by caller: Caller) async throws(Failure) -> JSONObject? {
        try caller.mayChange()
        guard let command = AgentCommand(rawValue: call.name) else {
            throw Failure(.apiMethod, "There is no command \(call.name).")
        }
        try await self.control.command(command, session: try self.shape.checkedID(call.id), of: caller.account)
        return nil
    }

    private func show(_ leg: AgentLeg, to caller: Caller) -> JSONObject {
        let view = ResourceView(context: self.control.resourceContext, caller: caller)
        let id = leg.sessionID.text
        return self.shape.answer([
            "id": .string(id),
            "uri": .string(view.uri(self.shape, id)),
            "agent_version": .string(leg.facts.version),
            "credential": view.reference(to: leg.credential.text, .credentials),
            "ip": .string(leg.facts.address.map { "\($0.ip)" } ?? ""),
            "metadata": .string(leg.facts.metadata),
            "os": .string(leg.facts.operatingSystem),
            "region": .string(self.control.configuration.region),
            "started_at": .time(leg.facts.connected),
            "transport": "ngrok/2",
        ])
    }
}
