import Model

extension ResourceShape {
    package static let tunnelSessions = ResourceShape(
        "tunnel_session",
        path: "tunnel_sessions",
        idPrefix: "ts",
        verbs: [.list, .get],
        filters: [
            "id", "metadata", "agent_version", "ip", "os", "region", "started_at", "credential.id",
        ],
        operations: [
            OperationShape("restart", .post, "{id}/restart", answer: .empty, "Tells the agent to start anew."),
            OperationShape("stop", .post, "{id}/stop", answer: .empty, "Tells the agent to end."),
            OperationShape("update", .post, "{id}/update", answer: .empty, "Tells the agent to update itself."),
        ],
        summary: "Sessions of agents that are connected at the moment.",
        fields: [
            .id, .uri,
            Field("agent_version", .text, "The version that the agent says it has."),
            Field("credential", .reference, "The authtoken that it connected with."),
            Field("ip", .text, "The address that it connected from."),
            Field("metadata", .text, "Text for programs, from the agent."),
            Field("os", .text, "The operating system that the agent says it runs on."),
            Field("region", .text, "Where it is connected."),
            Field("started_at", .timestamp, "When it connected."),
            Field("transport", .text, "How it is connected: ngrok/2."),
        ]
    )

    /// The endpoints of agents under their older name.
    package static let tunnels = ResourceShape(
        "tunnel",
        path: "tunnels",
        idPrefix: "tn",
        verbs: [.list, .get],
        filters: nil,
        summary: "Endpoints of agents under their older name. Use endpoints.",
        fields: [
            .id,
            Field("public_url", .text, "Where visitors reach it."),
            Field("started_at", .timestamp, "When the agent started it."),
            Field("metadata", .text, "Text for programs, from the agent."),
            Field("proto", .text, "http, https, tcp or tls."),
            Field("region", .text, "Where its agent is connected."),
            Field("tunnel_session", .reference, "The session of its agent."),
            Field("endpoint", .reference, "The same under its present name."),
            Field("labels", .texts, "Always empty."),
            Field("backends", .list(.reference), "Always empty."),
            Field("forwards_to", .text, "Where its agent forwards to."),
        ]
    )
}
