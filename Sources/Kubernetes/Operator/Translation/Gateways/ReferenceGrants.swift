import KubernetesClient

/// Which references across namespaces are permitted (`spec/kubernetes.md` 9).
struct ReferenceGrants {
    private let grants: [String: [ReferenceGrant]]
    private let isChecking: Bool

    init(_ snapshot: ClusterSnapshot, _ options: TranslationOptions) {
        self.grants = Dictionary(grouping: snapshot.referenceGrants) { $0.metadata.namespace }
        self.isChecking = options.checksReferenceGrants
    }

    /// Whether an object of `kind`, whose group is that of the Gateway API, may refer to `target`.
    func permits(kind: String, in namespace: String, to target: (group: String, kind: String, key: ObjectKey)) -> Bool {
        guard self.isChecking, namespace != target.key.namespace else { return true }
        return (self.grants[target.key.namespace] ?? []).contains { grant in
            grant.spec.from.contains {
                $0.group == GatewayAPI.group && $0.kind == kind && $0.namespace == namespace
            }
                && grant.spec.to.contains {
                    $0.group == target.group && $0.kind == target.kind
                        && ($0.name ?? target.key.name) == target.key.name
                }
        }
    }
}
