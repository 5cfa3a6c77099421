import Addressing
import EdgeLink
import NIOConcurrencyHelpers

/// The policies that were read last: many endpoints have the same document, which is read once then.
///
/// Bounded by their number and their size; when there is no room, all are forgotten.
final class PolicyDocuments: Sendable {
    private struct Key: Hashable {
        let text: String
        let scheme: EndpointScheme
    }

    private struct State {
        var policies: [Key: EndpointPolicy] = [:]
        var bytes = 0
    }

    private static let limit = 256
    private static let bytesLimit = 4 << 20

    private let state = NIOLockedValueBox(State())

    func policy(_ text: String, for scheme: EndpointScheme) -> EndpointPolicy? {
        self.state.withLockedValue { $0.policies[Key(text: text, scheme: scheme)] }
    }

    func keep(_ policy: EndpointPolicy, for scheme: EndpointScheme) {
        let bytes = policy.text.utf8.count
        guard bytes <= Self.bytesLimit / 8 else { return }
        self.state.withLockedValue { state in
            if state.policies.count >= Self.limit || state.bytes + bytes > Self.bytesLimit { state = State() }
            guard state.policies.updateValue(policy, forKey: Key(text: policy.text, scheme: scheme)) == nil else {
                return
            }
            state.bytes += bytes
        }
    }
}
