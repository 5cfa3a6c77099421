/// An address and a port: one end of a connection.
package struct NetworkAddress: Sendable, Hashable {
    package let ip: IPAddress
    package let port: UInt16

    package init(ip: IPAddress, port: UInt16) {
        self.ip = ip
        self.port = port
    }
}

extension NetworkAddress: CustomStringConvertible {
    /// `192.0.2.1:443` or `[2001:db8::1]:443`.
    package var description: String { self.ip.isIPv4 ? "\(self.ip):\(self.port)" : "[\(self.ip)]:\(self.port)" }
}

/// Text that is no `address:port`.
package struct NetworkAddressError: AddressingError, Equatable {
    package enum Reason: Sendable, Hashable {
        case address(IPAddressError.Reason)
        /// `[` without `]`, or IPv6 without brackets.
        case brackets
        case missingPort
        /// The port is no number from 0 to 65535.
        case port
    }

    package let text: String
    package let position: Int
    package let reason: Reason

    package var problem: String {
        switch self.reason {
        case .address(let reason): IPAddressError(text: self.text, position: self.position, reason: reason).problem
        case .brackets: "is no address and port: write IPv6 in brackets, as in [::1]:443"
        case .missingPort: "lacks a port: write address:port"
        case .port: "has no usable port: a number from 0 to 65535 is expected"
        }
    }
}

extension NetworkAddress {
    /// Reads `address:port`, IPv6 in brackets. Port 0 is taken: where one listens, it means any free port.
    package init(parsing text: some StringProtocol) throws(NetworkAddressError) {
        func failure(_ reason: NetworkAddressError.Reason, at position: Int) -> NetworkAddressError {
            NetworkAddressError(text: shortened(text), position: position, reason: reason)
        }
        let bytes = Array(text.utf8.prefix(80))
        guard let colon = bytes.lastIndex(of: ASCII.colon) else { throw failure(.missingPort, at: bytes.count) }
        var host = bytes[..<colon]
        let isBracketed = host.first == ASCII.openBracket
        if isBracketed {
            guard host.last == ASCII.closeBracket else { throw failure(.brackets, at: 0) }
            host = host.dropFirst().dropLast()
        }
        let ip: IPAddress
        do throws(IPAddressError) {
            ip = try IPAddress(parsing: String(decoding: host, as: UTF8.self))
        } catch {
            throw failure(.address(error.reason), at: error.position + (isBracketed ? 1 : 0))
        }
        guard isBracketed == host.contains(ASCII.colon) else { throw failure(.brackets, at: 0) }
        guard let port = decimal(bytes[(colon + 1)...], limit: 65535) else { throw failure(.port, at: colon + 1) }
        self.init(ip: ip, port: UInt16(port))
    }
}
