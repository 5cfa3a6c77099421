import APITypes
import Certificates
import JSON
import Model
import Store

/// Kubernetes operators (`spec/api.md` 3.7).
struct KubernetesOperatorRules: ResourceRules {
    static let shape = ResourceShape.kubernetesOperators

    let endpoints: Endpoints

    private static let features = ["bindings", "ingress", "gateway"]
    private static let selectorLimit = 100

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> KubernetesOperatorRecord {
        let deployment = body.object("deployment")
        guard let name = deployment?.filledText("name"), let namespace = deployment?.filledText("namespace") else {
            throw Failure(.operatorDeployment, "deployment has no name or no namespace.")
        }
        var record = KubernetesOperatorRecord(
            features: try Self.checked(features: body.texts("enabled_features") ?? []),
            region: body.filledText("region") ?? "global",
            deployment: .init(
                name: name,
                namespace: namespace,
                version: deployment?.text("version") ?? "",
                cluster: deployment?.text("cluster_name") ?? ""
            ),
            principal: change.caller.principal.owner.id,
            created: change.now,
            updated: change.now
        )
        try await Self.bind(&record, body, &change)
        return record
    }

    func update(
        _ document: inout KubernetesOperatorRecord,
        _ body: CheckedBody,
        _ change: inout Change
    ) async throws(Failure) {
        if let features = body.texts("enabled_features") {
            document.features = try Self.checked(features: features)
        }
        document.region = body.filledText("region") ?? document.region
        let deployment = body.object("deployment")
        document.deployment.name = deployment?.filledText("name") ?? document.deployment.name
        document.deployment.version = deployment?.text("version") ?? document.deployment.version
        try await Self.bind(&document, body, &change)
        document.updated = change.now
    }

    private static func checked(features: [String]) throws(Failure) -> [String] {
        var checked: [String] = []
        for feature in features where !checked.contains(feature) {
            guard Self.features.contains(feature) else {
                throw Failure(.operatorFeature, "There is no feature \"\(feature.prefix(50))\".")
            }
            checked.append(feature)
        }
        return checked
    }

    // MARK: - Bindings

    private static func bind(
        _ record: inout KubernetesOperatorRecord,
        _ body: CheckedBody,
        _ change: inout Change
    ) async throws(Failure) {
        guard let given = body.object("binding") else { return }
        var binding = record.binding ?? .init(selectors: [], certificate: nil, ingress: nil)
        if let selectors = given.texts("endpoint_selectors") {
            guard selectors.count <= Self.selectorLimit else {
                throw Failure(.operatorSelectorMany, "\(selectors.count) selectors are given.")
            }
            for selector in selectors { _ = try EndpointSelector(selector) }
            binding.selectors = selectors
        }
        if let request = given.filledText("csr") {
            let name = "operator \(record.deployment.namespace)/\(record.deployment.name)"
            binding.certificate = try await OperatorAuthority.certify(request, as: String(name.prefix(64)), &change)
        }
        if let ingress = given.text("ingress_endpoint") { binding.ingress = ingress.isEmpty ? nil : ingress }
        record.binding = binding
    }

    /// The endpoints with the binding `kubernetes` that a selector is true of.
    func list(
        _ call: OperationCall,
        in stored: Stored<KubernetesOperatorRecord>,
        _ query: ListQuery,
        _ view: ResourceView
    ) async throws(Failure) -> ListPage {
        var selectors: [EndpointSelector] = []
        for selector in stored.document.binding?.selectors ?? [] { selectors.append(try EndpointSelector(selector)) }
        guard !selectors.isEmpty else { return ListPage(items: [], next: nil) }
        var query = query
        query.parameters["binding"] = ["kubernetes"]
        let page = try await self.endpoints.list(query, by: view.caller) { endpoint in
            selectors.contains { $0.matches(endpoint) }
        }
        return page
    }

    /// Another was faster to make the authority: begin again with it.
    func duplicate(_ key: String, _ document: KubernetesOperatorRecord, _ change: Change) -> Failure? { nil }

    // MARK: - Answers

    func members(of stored: Stored<KubernetesOperatorRecord>, _ view: ResourceView) -> [String: JSONValue] {
        let record = stored.document
        return [
            "enabled_features": .texts(record.features),
            "region": .string(record.region),
            "deployment": [
                "name": .string(record.deployment.name), "namespace": .string(record.deployment.namespace),
                "version": .string(record.deployment.version), "cluster_name": .string(record.deployment.cluster),
            ],
            "principal": view.reference(toUser: record.principal),
            "binding": record.binding.map(Self.shown) ?? .null,
            "updated_at": .time(record.updated),
        ]
    }

    private static func shown(_ binding: KubernetesOperatorRecord.Binding) -> JSONValue {
        // What the reference system shows of a certificate that is not there.
        let never = JSONValue.string("0001-01-01T00:00:00Z")
        return [
            "endpoint_selectors": .texts(binding.selectors),
            "cert": [
                "cert": .string(binding.certificate?.pem ?? ""),
                "not_before": binding.certificate.map { .time($0.notBefore) } ?? never,
                "not_after": binding.certificate.map { .time($0.notAfter) } ?? never,
            ],
            "ingress_endpoint": .text(binding.ingress),
        ]
    }
}
