package import KubernetesClient

/// What holds of an object (`spec/kubernetes.md` 2.1).
package struct Condition: Codable, Sendable, Hashable {
    package enum Status: String, Codable, Sendable {
        case yes = "True"
        case no = "False"
        case unknown = "Unknown"
    }

    package var type: String
    package var status: Status
    package var reason: String
    @OrEmpty package var message: String
    package var observedGeneration: Int64?
    /// Nil until it is written: a translation reads no clock.
    package var lastTransitionTime: String?

    package init(
        _ type: String,
        _ status: Status,
        reason: String,
        message: String = "",
        observedGeneration: Int64? = nil
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        self.observedGeneration = observedGeneration
    }
}
