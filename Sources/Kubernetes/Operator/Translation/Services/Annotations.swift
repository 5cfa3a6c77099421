import KubernetesClient

/// The annotations of an object that are for the operator, under both of their prefixes (`spec/kubernetes.md` 4).
struct Annotations {
    private static let prefix = "ngrok.com/"
    private static let olderPrefix = "k8s.ngrok.com/"

    private let values: [String: String]

    init(_ object: some KubernetesResource) {
        self.values = object.metadata.annotations
    }

    /// That of today wins, also where it is empty.
    func value(_ name: String) -> String? {
        self.values[Self.prefix + name] ?? self.values[Self.olderPrefix + name]
    }

    /// Those among `names` that stand under the older prefix alone.
    func older(among names: [String]) -> [String] {
        names.filter { self.values[Self.olderPrefix + $0] != nil && self.values[Self.prefix + $0] == nil }
    }
}
