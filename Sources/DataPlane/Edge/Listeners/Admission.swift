import Model

/// What counts for connections that an edge accepts: a value that each loop has a copy of, replaced whole.
struct Admission: Sendable {
    let contexts: TLSContexts
    let requiresServerName: Bool
    /// From accept to the end of the TLS handshake.
    let handshakeMilliseconds: Int64

    /// - Throws: `Failure` with the certificate that cannot be used.
    init(_ configuration: EdgeConfiguration) throws(Failure) {
        self.contexts = try TLSContexts(configuration)
        self.requiresServerName = configuration.requiresServerName
        self.handshakeMilliseconds = configuration.handshakeMilliseconds
    }
}
