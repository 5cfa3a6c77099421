import Addressing
import Model

/// Which hosts an account may bind. The one place where this is decided.
struct HostPolicy: Sendable {
    let baseDomains: [HostName]
    /// Whether hosts that are below no base domain may be bound too.
    let allowsAnyHost: Bool
    /// The edge's own names.
    let reservedHosts: Set<HostName>

    init(_ configuration: Control.Configuration) {
        self.baseDomains = configuration.baseDomains
        self.allowsAnyHost = configuration.allowsAnyHost
        self.reservedHosts = configuration.reservedHosts
    }

    /// Everybody may bind below a base domain, at any depth. Nobody may bind a base domain itself, a wildcard that
    /// takes one in, or a name that the edge needs.
    func check(_ host: HostPattern) throws(Failure) {
        if host.isWildcard {
            guard !self.baseDomains.contains(where: host.matches) else {
                throw Failure(.wildcardOfOther, "\(host) takes in a base domain of this edge.")
            }
        } else {
            guard !self.reservedHosts.contains(host.base), !self.baseDomains.contains(host.base) else {
                throw Failure(.hostOfOther, "\(host) belongs to the edge.")
            }
        }
        let isBelowBase = self.baseDomains.contains { base in
            host.base.isBelow(base) || host.isWildcard && host.base == base
        }
        guard !isBelowBase, !self.allowsAnyHost else { return }
        throw Failure(
            host.isWildcard ? .wildcardNotReserved : .hostNotReserved,
            "\(host) is not below \(self.baseDomains.map(\.text).joined(separator: " or "))."
        )
    }
}
