import Addressing
import APITypes
import EdgeLink
import Foundation
import JSON
import Model

/// Whose credential an agent has proven to hold, while its session is being opened.
struct ProvenAgent: Sendable {
    let account: ResourceID<AccountKind>
    let credential: AgentCredential
    let owner: String
}

/// The starts of sessions that failed lately: an agent that may not come tries again every few seconds, and is recorded once
/// a minute.
struct FailedStarts {
    private static let limit = 1000
    private static let pause: TimeInterval = 60

    private struct Key: Hashable {
        let credential: AgentCredential
        let code: Int
    }

    private var last: [Key: Date] = [:]

    /// Whether a failure is to be recorded.
    mutating func isNews(_ credential: AgentCredential, _ code: ErrorCode, at time: Date) -> Bool {
        let key = Key(credential: credential, code: code.number)
        if let last = self.last[key], time.timeIntervalSince(last) < Self.pause { return false }
        if self.last.count >= Self.limit {
            self.last = self.last.filter { time.timeIntervalSince($0.value) < Self.pause }
            // As many that fail at once are seen by one of them.
            guard self.last.count < Self.limit else { return false }
        }
        self.last[key] = time
        return true
    }
}

/// Events of agents' sessions (`spec/observability.md` 2.2).
extension Control {
    /// A session has begun, as opposed to one more connection of one.
    func noteStart(of leg: AgentLeg) {
        let actor = self.actor(of: leg)
        let object = self.object(of: leg.facts, leg.credential, session: leg.sessionID.text, error: "")
        let record = AuditRecord("agent_session_start.v0", by: actor, at: self.now(), of: leg.sessionID.text, object)
        self.trail.note(record, of: leg.account)
    }

    /// A session was refused to an agent that has proven whose it is. Others may come from anywhere, and are in the log
    /// alone.
    func noteFailedStart(_ request: SessionRequest, _ agent: ProvenAgent?, _ failure: Failure) {
        let now = self.now()
        guard let agent, self.failedStarts.isNews(agent.credential, failure.code, at: now) else { return }
        let actor = AuditActor(
            principal: agent.owner,
            credential: agent.credential.text,
            address: request.remoteAddress.map { "\($0.ip)" } ?? "",
            source: .agent
        )
        let text = "\(failure.code.name): \(failure.message)"
        let object = self.object(of: AgentFacts(request, at: now), agent.credential, session: "", error: text)
        let record = AuditRecord("agent_session_start.v0", by: actor, at: now, of: "", object)
        self.trail.note(record, of: agent.account)
    }

    /// The last connection of a session has ended.
    func noteStop(of leg: AgentLeg, because reason: String) {
        guard !self.sessions.all.contains(where: { $0.sessionID == leg.sessionID }) else { return }
        let now = self.now()
        var object = self.object(of: leg.facts, leg.credential, session: leg.sessionID.text, error: reason)
        object.set("stopped_at", to: .time(now))
        let record = AuditRecord(
            "agent_session_stop.v0",
            by: self.actor(of: leg),
            at: now,
            of: leg.sessionID.text,
            object
        )
        self.trail.note(record, of: leg.account)
    }

    private func actor(of leg: AgentLeg) -> AuditActor {
        AuditActor(
            principal: leg.owner,
            credential: leg.credential.text,
            address: leg.facts.address.map { "\($0.ip)" } ?? "",
            source: .agent
        )
    }

    private func object(
        of facts: AgentFacts,
        _ credential: AgentCredential,
        session: String,
        error: String
    ) -> JSONObject {
        func reference(_ id: String, _ shape: ResourceShape) -> JSONValue {
            ["id": .string(id), "uri": .string(id.isEmpty ? "" : "\(self.configuration.apiURL)/\(shape.path)/\(id)")]
        }
        let shape: ResourceShape =
            switch credential {
            case .authtoken: .credentials
            case .personalToken: .personalAccessTokens
            case .sshKey: .sshCredentials
            }
        return [
            "session": reference(session, .tunnelSessions), "credential": reference(credential.text, shape),
            "agent_ip": .string(facts.address.map { "\($0.ip)" } ?? ""), "ingress_server_ip": "",
            "ingress_hostname": .string(facts.connectHost), "region": .string(self.configuration.region),
            "user_agent": .string(facts.userAgent), "metadata": .string(facts.metadata),
            "os": .string(facts.operatingSystem), "arch": .string(facts.architecture),
            "transport": facts.transport == .ssh ? "ssh" : "muxado", "started_at": .time(facts.connected),
            "expires_at": .null, "stopped_at": .null,
            "deprecated": ["upcoming_minimum_version": "", "upcoming_enforcement_date": .null, "message": ""],
            "error": .string(error),
        ]
    }
}
