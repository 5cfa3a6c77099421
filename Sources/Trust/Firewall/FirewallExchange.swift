package import NIOCore

/// A request, and perhaps the response to it, as a firewall looks at it.
package struct FirewallExchange: Sendable {
    /// An end of the connection: an address as text, and a port.
    package struct Party: Sendable, Hashable {
        package let address: String
        package let port: UInt16

        package init(address: String, port: UInt16) {
            self.address = address
            self.port = port
        }
    }

    /// The response's part.
    package struct Response: Sendable {
        package let status: Int
        package let head: FirewallHead
        /// The beginning of the body, as the visitor will read it; empty where it isn't looked at.
        package let body: ByteBuffer

        package init(status: Int, head: FirewallHead, body: ByteBuffer) {
            self.status = status
            self.head = head
            self.body = body
        }
    }

    /// For whom it is looked at.
    package let party: FirewallParty
    package let client: Party
    package let server: Party
    package let method: String
    /// Path and query, as they came.
    package let target: [UInt8]
    /// `1.1`, `2.0`.
    package let version: String
    package let head: FirewallHead
    /// The beginning of the body; empty where it isn't looked at. One that is longer than the firewall looks at says so by
    /// a byte more than that.
    package let body: ByteBuffer
    /// Nil until there is one.
    package let response: Response?

    package init(
        for party: FirewallParty,
        client: Party,
        server: Party,
        method: String,
        target: [UInt8],
        version: String,
        head: FirewallHead,
        body: ByteBuffer,
        response: Response? = nil
    ) {
        self.party = party
        self.client = client
        self.server = server
        self.method = method
        self.target = target
        self.version = version
        self.head = head
        self.body = body
        self.response = response
    }
}

/// The fields of a message, in their order: bytes, and where names and values stand in them.
package struct FirewallHead: Sendable {
    private(set) var bytes: ByteBuffer
    /// From the start of the readable bytes.
    private(set) var fields: [(name: Range<Int>, value: Range<Int>)] = []

    /// `bytes` are those in which the fields stand that are added by range.
    package init(in bytes: ByteBuffer = ByteBuffer()) {
        self.bytes = bytes
    }

    package mutating func add(name: Range<Int>, value: Range<Int>) {
        precondition(max(name.upperBound, value.upperBound) <= self.bytes.readableBytes, "a field is outside its bytes")
        self.fields.append((name, value))
    }

    package mutating func add(_ name: String, _ value: String) {
        let start = self.bytes.readableBytes
        let middle = start + self.bytes.writeString(name)
        let end = middle + self.bytes.writeString(value)
        self.fields.append((start..<middle, middle..<end))
    }
}
