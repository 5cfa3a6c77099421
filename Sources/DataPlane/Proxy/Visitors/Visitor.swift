package import Addressing
package import PolicyEngine

/// Who connected, and where: what an upstream is told about a connection. Made once for each connection.
package final class Visitor: Sendable {
    /// The peer's address; nil where the socket has none that is known.
    package let address: NetworkAddress?
    /// The address of the edge that it used.
    package let local: NetworkAddress?
    /// Whether it came over TLS that the edge ended.
    package let isSecure: Bool
    /// Whether so many are connected that it is only told so.
    package let isSurplus: Bool
    /// The peer's IP address as text, as it goes into `X-Forwarded-For`.
    package let addressText: [UInt8]
    /// Makes what policies are told of its TLS, as far as that is known; nil where nothing is. Few ask, so it is not made
    /// before.
    let tls: (@Sendable () -> TLSFacts)?

    package init(
        address: NetworkAddress?,
        local: NetworkAddress?,
        isSecure: Bool,
        isSurplus: Bool = false,
        tls: (@Sendable () -> TLSFacts)? = nil
    ) {
        self.address = address
        self.local = local
        self.isSecure = isSecure
        self.isSurplus = isSurplus
        self.tls = tls
        self.addressText = Array((address.map { "\($0.ip)" } ?? "unknown").utf8)
    }

    package var tlsFacts: TLSFacts? { self.tls?() }

    /// The same visitor, now that more is known of its TLS.
    package func telling(_ tls: @escaping @Sendable () -> TLSFacts) -> Visitor {
        Visitor(
            address: self.address,
            local: self.local,
            isSecure: self.isSecure,
            isSurplus: self.isSurplus,
            tls: tls
        )
    }
}
