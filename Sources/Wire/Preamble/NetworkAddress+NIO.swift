package import Addressing
package import NIOCore

extension NetworkAddress {
    /// The address of a socket; nil for Unix sockets. A zone is dropped.
    package init?(_ address: SocketAddress) {
        guard let port = address.port.flatMap(UInt16.init(exactly:)) else { return nil }
        let ip = address.withSockAddr { start, size in
            let bytes = UnsafeRawBufferPointer(start: start, count: size)
            // Both structures have family and port in their first four bytes; then IPv4 has the address, IPv6 four
            // bytes of flow information before it (RFC 3493 3.2 and 3.3).
            return switch address {
            case .v4: IPAddress(octets: bytes.dropFirst(4).prefix(4))
            case .v6: IPAddress(octets: bytes.dropFirst(8).prefix(16))
            case .unixDomainSocket: IPAddress?.none
            }
        }
        guard let ip else { return nil }
        self.init(ip: ip, port: port)
    }
}

extension SocketAddress {
    /// The socket address of `address`.
    ///
    /// - Throws: what NIO throws for an address of a length that no family has, which is never.
    package init(_ address: NetworkAddress) throws {
        try self.init(packedIPAddress: ByteBuffer(bytes: address.ip.octets), port: Int(address.port))
    }
}
