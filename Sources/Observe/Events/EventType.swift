/// A type of event that can be subscribed to (`spec/observability.md` 2).
package struct EventType: Sendable, Hashable {
    /// `ip_policy_created.v0`: object, action and version.
    package let name: String
    /// What an event of traffic may carry, of which subscribers choose; nil for audit events, which are always whole.
    package let fields: [EventField]?

    package init(_ name: String, fields: [EventField]? = nil) {
        self.name = name
        self.fields = fields
    }

    /// The type of this name; nil for none.
    package static func named(_ name: String) -> EventType? { Self.byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: Self.all.map { ($0.name, $0) })

    /// Every type, traffic first.
    package static let all: [EventType] =
        [.httpRequestComplete, .tcpConnectionClosed] + Self.changed.flatMap(Self.changes)
        + Self.single.map { EventType($0) }

    /// What happens, and changes nothing that is stored. The requests are ours alone.
    private static let single = [
        "agent_session_start.v0", "agent_session_stop.v0", "agent_session_restart_requested.v0",
        "agent_session_stop_requested.v0", "agent_session_update_requested.v0", "user_login.v0",
    ]

    private static func changes(of object: String) -> [EventType] {
        ["created", "updated", "deleted"].map { EventType("\(object)_\($0).v0") }
    }

    /// What is made, changed and deleted, as events call it. The last row is ours alone.
    private static let changed = [
        "api_key", "certificate_authority", "tunnel_credential", "event_destination", "event_subscription", "ip_policy",
        "ip_policy_rule", "ip_restriction", "tcp_address", "domain", "ssh_certificate_authority", "ssh_public_key",
        "ssh_host_certificate", "ssh_user_certificate", "secret", "tls_certificate", "vault",
        "endpoint", "service_user", "agent_ingress", "kubernetes_operator", "membership", "personal_access_token",
        "application_user", "application_session", "abuse_report",
    ]
}

/// Something that an event of traffic may carry.
package struct EventField: Sendable, Hashable {
    package enum Form: Sendable, Hashable {
        case text, integer, boolean, time
        /// Lists of texts by name.
        case header
        case list
    }

    /// Where it stands in the event's object: `conn.client_ip`.
    package let path: String
    package let form: Form
    /// Whether the filter of a subscription may use it.
    package let isFilterable: Bool

    init(_ path: String, _ form: Form = .text, isFilterable: Bool = false) {
        self.path = path
        self.form = form
        self.isFilterable = isFilterable
    }
}
