/// Who may come, by address: deny wins over allow, whatever the order, and an allow list closes the rest.
package struct IPAccessList: Sendable, Hashable {
    package enum Decision: String, Sendable, Hashable {
        case allow, deny
    }

    package let allowed: [IPPrefix]
    package let denied: [IPPrefix]
    /// What is decided about an address that no rule names, where there is no allow list.
    package let otherwise: Decision

    package init(allowed: [IPPrefix] = [], denied: [IPPrefix] = [], otherwise: Decision = .allow) {
        self.allowed = allowed
        self.denied = denied
        self.otherwise = otherwise
    }

    package func decision(for address: IPAddress) -> Decision {
        if self.denied.contains(where: { $0.contains(address) }) { return .deny }
        if self.allowed.contains(where: { $0.contains(address) }) { return .allow }
        return self.allowed.isEmpty ? self.otherwise : .deny
    }
}
