package import TrafficPolicy

/// The traffic policy before an endpoint, which the control plane has checked for that endpoint.
///
/// Over a network the text would travel, and be read again.
package struct EndpointPolicy: Sendable {
    /// The document as its owner gave it: what is compared, to see whether the policy is another one.
    package let text: String
    package let policy: Policy

    package init(text: String, policy: Policy) {
        self.text = text
        self.policy = policy
    }
}
