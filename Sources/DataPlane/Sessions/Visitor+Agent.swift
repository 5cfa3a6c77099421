package import EdgeLink
package import NIOCore
import Preamble
package import Proxy

extension Visitor {
    /// The peer as agents are told it: `1.2.3.4:5678` or `[2001:db8::1]:5678`.
    var addressAndPort: String {
        self.address.map { "\($0)" } ?? "0.0.0.0:0"
    }

    /// Writes the PROXY header that goes in front of a stream's first byte.
    package func writeProxyHeader(_ version: ProxyProtocolVersion, into buffer: inout ByteBuffer) {
        var route: ProxyProtocolHeader.Route?
        if let address = self.address, let local = self.local {
            route = .init(source: address, destination: local)
        }
        ProxyProtocolHeader(route: route).write(version == .v1 ? .v1 : .v2, into: &buffer)
    }
}
