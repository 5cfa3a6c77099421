import KubernetesClient

/// Which Ingresses are ours (`spec/kubernetes.md` 6.1).
struct IngressClasses {
    /// The names of our classes.
    private let names: Set<String>
    private let hasDefault: Bool
    private static let annotation = "kubernetes.io/ingress.class"

    init(_ classes: [IngressClass], _ options: TranslationOptions) {
        let ours = classes.filter { options.isOurs($0.spec?.controller ?? "", options.ingressController) }
        self.names = Set(ours.map(\.metadata.name))
        self.hasDefault = ours.contains(where: \.isDefault)
    }

    func isOurs(_ ingress: Ingress) -> Bool {
        if let name = ingress.spec?.ingressClassName { return self.names.contains(name) }
        // The older way to name a class; what names another one is not left to the default.
        if let name = ingress.metadata.annotations[Self.annotation] { return self.names.contains(name) }
        return self.hasDefault
    }
}
