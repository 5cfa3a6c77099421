package import Addressing

/// Who connected, and where: what an upstream is told about a connection. Made once for each connection.
package final class Visitor: Sendable {
    /// The peer's address; nil where the socket has none that is known.
    package let address: NetworkAddress?
    /// The address of the edge that it used.
    package let local: NetworkAddress?
    /// Whether it came over TLS that the edge ended.
    package let isSecure: Bool
    /// The peer's IP address as text, as it goes into `X-Forwarded-For`.
    package let addressText: [UInt8]

    package init(address: NetworkAddress?, local: NetworkAddress?, isSecure: Bool) {
        self.address = address
        self.local = local
        self.isSecure = isSecure
        self.addressText = Array((address.map { "\($0.ip)" } ?? "unknown").utf8)
    }
}
