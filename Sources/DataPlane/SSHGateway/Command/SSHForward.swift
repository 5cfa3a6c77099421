/// What the option -R of an SSH client asks for.
struct SSHForward: Sendable, Hashable {
    /// As it was sent: channels to the client name it.
    let address: String
    /// 0 leaves it to the edge.
    let port: UInt16

    /// The address, where the user gave one. Clients send one of these by themselves, or for "all addresses".
    var name: String? {
        ["", "localhost", "*", "0.0.0.0", "::", "127.0.0.1", "::1"].contains(self.address) ? nil : self.address
    }

    /// What a client is told that left the port to the edge: it takes any number, as channels to it name it again. What
    /// the endpoint is, and by which port it is visited, is not known yet.
    var announcedPort: UInt16 { self.port == 0 ? 443 : self.port }
}
