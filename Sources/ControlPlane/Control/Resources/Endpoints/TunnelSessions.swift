import Addressing
import APITypes
import EdgeLink
import Foundation
import JSON
import Model
import Secrets
import Store

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
        let id = try self.shape.checkedID(call.id)
        // What was asked for is on record before the agent hears of it, whatever it answers.
        let session = try await self.get(id, by: caller)
        let event = AuditRecord("agent_session_\(command.rawValue)_requested.v0", caller, at: self.now, of: id, session)
        do throws(StoreError) {
            try await self.control.store.commit([
                .create(event, ResourceID(KSUID(at: Int64(self.now.timeIntervalSince1970))), owner: caller.account)
            ])
        } catch {
            throw Failure(store: error)
        }
        try await self.control.command(command, session: id, of: caller.account)
        return nil
    }

    private var now: Date { self.control.now() }

    private static func reference(to credential: AgentCredential, _ view: ResourceView) -> JSONValue {
        switch credential {
        case .authtoken(let id): view.reference(to: id.text, .credentials)
        case .personalToken(let id): view.reference(to: id.text, .personalAccessTokens)
        case .sshKey(let id): view.reference(to: id.text, .sshCredentials)
        }
    }

    private func show(_ leg: AgentLeg, to caller: Caller) -> JSONObject {
        let view = ResourceView(context: self.control.resourceContext, caller: caller)
        let id = leg.sessionID.text
        return self.shape.answer([
            "id": .string(id),
            "uri": .string(view.uri(self.shape, id)),
            "agent_version": .string(leg.facts.version),
            "credential": Self.reference(to: leg.credential, view),
            "ip": .string(leg.facts.address.map { "\($0.ip)" } ?? ""),
            "metadata": .string(leg.facts.metadata),
            "os": .string(leg.facts.operatingSystem),
            "region": .string(self.control.configuration.region),
            "started_at": .time(leg.facts.connected),
            "transport": leg.facts.transport == .ssh ? "ssh" : "ngrok/2",
        ])
    }
}
