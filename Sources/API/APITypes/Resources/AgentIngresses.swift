import Model

extension ResourceShape {
    package static let agentIngresses = ResourceShape(
        "agent_ingress",
        path: "agent_ingresses",
        envelope: "ingresses",
        idPrefix: "agin",
        filters: ["id", "created_at", "description", "metadata", "domain"],
        nothingToChange: .ingressNothingToChange,
        summary: "Names of one's own by which agents reach the edge.",
        fields: [
            .id, .uri, .createdAt, .description(), .metadata(),
            Field("domain", .text, create: .required(.ingressDomain), "The name: connect.example.com."),
            Field("ns_targets", .list(.text), "What the name's NS records must point to."),
            Field("region_domains", .list(.text), "The names below it by which agents reach one region."),
            Field(
                "certificate_management_policy",
                .object(Self.certificatePolicy),
                create: .optional,
                update: .optional,
                isNullable: true,
                "How the edge obtains a certificate for the name; null where its own authority issues one."
            ),
            Field(
                "certificate_management_status",
                .object(Self.certificateStatus),
                isNullable: true,
                "How far it is with that."
            ),
        ]
    )
}
