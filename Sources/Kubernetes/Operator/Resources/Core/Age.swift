import KubernetesClient

extension Sequence where Element: KubernetesResource {
    /// The oldest first; of those of one second, by namespace and name.
    func oldestFirst() -> [Element] {
        self.sorted {
            ($0.metadata.creationTimestamp, $0.key) < ($1.metadata.creationTimestamp, $1.key)
        }
    }
}
