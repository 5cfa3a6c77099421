import Model

extension ResourceShape {
    package static let kubernetesOperators = ResourceShape(
        "kubernetes_operator",
        path: "kubernetes_operators",
        envelope: "operators",
        idPrefix: "k8sop",
        nothingToChange: .operatorNothingToChange,
        operations: [
            OperationShape(
                "bound_endpoints",
                .get,
                "{id}/bound_endpoints",
                answer: .list(of: .endpoints),
                "The endpoints with the binding kubernetes that a selector of the operator is true of."
            )
        ],
        summary: "Operators that run in clusters of Kubernetes, and the endpoints that they bind there.",
        fields: [
            .id, .uri, .createdAt, .updatedAt, .description(), .metadata(),
            Field(
                "enabled_features",
                .list(.text),
                create: .required(.operatorFeature),
                update: .optional,
                "What it does: bindings, ingress, gateway."
            ),
            Field(
                "region",
                .text,
                create: .optional,
                update: .optional,
                limit: Self.operatorText,
                "Where it reaches the edge; else global."
            ),
            Field(
                "deployment",
                .object([
                    Field(
                        "name",
                        .text,
                        create: .optional,
                        update: .optional,
                        limit: Self.operatorText,
                        "What the installation is called."
                    ),
                    Field(
                        "namespace",
                        .text,
                        create: .optional,
                        limit: Self.operatorText,
                        "Where it runs."
                    ),
                    Field(
                        "version",
                        .text,
                        create: .optional,
                        update: .optional,
                        limit: Self.operatorText,
                        "Which version of it runs."
                    ),
                    Field(
                        "cluster_name",
                        .text,
                        create: .optional,
                        limit: Self.operatorText,
                        "What the cluster is called."
                    ),
                ]),
                create: .required(.operatorDeployment),
                update: .optional,
                "Where it is installed."
            ),
            Field("principal", .reference, "The user or service user who registered it."),
            Field(
                "binding",
                .object([
                    Field(
                        "endpoint_selectors",
                        .list(.text),
                        create: .optional,
                        update: .optional,
                        "Expressions over endpoint; those that one is true of are bound."
                    ),
                    Field(
                        "csr",
                        .text,
                        create: .optional,
                        update: .optional,
                        isRead: false,
                        "A certificate signing request in PEM, for the certificate that it connects with."
                    ),
                    Field(
                        "cert",
                        .object([
                            Field("cert", .text, "In PEM; empty until it was asked for."),
                            Field("not_before", .timestamp, "From when it is good; year 1 until then."),
                            Field("not_after", .timestamp, "Until when it is good; year 1 until then."),
                        ]),
                        "The certificate that it connects with."
                    ),
                    Field(
                        "ingress_endpoint",
                        .text,
                        create: .optional,
                        update: .optional,
                        isNullable: true,
                        "host:port that it connects to for bound endpoints."
                    ),
                ]),
                create: .optional,
                update: .optional,
                isNullable: true,
                "Which endpoints it binds; null where it binds none."
            ),
        ]
    )

    private static let operatorText = Field.TextLimit(bytes: 255, code: .apiValueRefused)
}
