import Addressing
package import NIOCore

extension ProxyProtocolHeader {
    /// Writes the header, as it comes before the first byte that an upstream gets.
    ///
    /// Ends of two families are written as IPv6 both. Version 1 has no room for `values`. Values that do not fit the
    /// 65,535 bytes of a header are left out.
    package func write(_ version: Version, into buffer: inout ByteBuffer) {
        switch version {
        case .v1: self.writeV1(into: &buffer)
        case .v2: self.writeV2(into: &buffer)
        }
    }

    private func writeV1(into buffer: inout ByteBuffer) {
        guard let route = self.route else {
            buffer.writeString("PROXY UNKNOWN\r\n")
            return
        }
        let family = route.isIPv4 ? "TCP4" : "TCP6"
        let source = Self.text(route.source.ip, asIPv6: !route.isIPv4)
        let destination = Self.text(route.destination.ip, asIPv6: !route.isIPv4)
        buffer.writeString(
            "PROXY \(family) \(source) \(destination) \(route.source.port) \(route.destination.port)\r\n"
        )
    }

    private static func text(_ address: IPAddress, asIPv6: Bool) -> String {
        asIPv6 && address.isIPv4 ? "::ffff:\(address)" : "\(address)"
    }

    private func writeV2(into buffer: inout ByteBuffer) {
        buffer.writeBytes(Self.signatureV2)
        // Version 2; command 1 is PROXY, 0 is LOCAL: the connection is the proxy's own.
        buffer.writeInteger(UInt8(self.route == nil ? 0x20 : 0x21))
        buffer.writeInteger(UInt8(self.route.map { $0.isIPv4 ? 0x11 : 0x21 } ?? 0x00))
        let lengthIndex = buffer.writerIndex
        buffer.writeInteger(UInt16(0))
        if let route = self.route {
            buffer.writeBytes(route.isIPv4 ? route.source.ip.octets : route.source.ip.octets16)
            buffer.writeBytes(route.isIPv4 ? route.destination.ip.octets : route.destination.ip.octets16)
            buffer.writeInteger(route.source.port)
            buffer.writeInteger(route.destination.port)
        }
        for value in self.values {
            let length = buffer.writerIndex - lengthIndex - 2 + 3 + value.value.count
            guard length <= Int(UInt16.max) else { continue }
            buffer.writeInteger(value.type)
            buffer.writeInteger(UInt16(value.value.count))
            buffer.writeBytes(value.value)
        }
        buffer.setInteger(UInt16(buffer.writerIndex - lengthIndex - 2), at: lengthIndex)
    }
}

extension ProxyProtocolHeader.Route {
    /// Whether both ends are IPv4, so that the header can say so.
    var isIPv4: Bool { self.source.ip.isIPv4 && self.destination.ip.isIPv4 }
}
