/// An IPv4 or IPv6 address, without zone.
package struct IPAddress: Sendable, Hashable {
    /// The address as 128 bits; IPv4 stands in its mapped form, `::ffff:a.b.c.d`.
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// An address and a port: one end of a connection.
package struct NetworkAddress: Sendable, Hashable {
    package let ip: IPAddress
    package let port: UInt16

    package init(ip: IPAddress, port: UInt16) {
        self.ip = ip
        self.port = port
    }
}
