/// What a policy action, a webhook or a key fetch may connect to.
package struct OutboundRules: Sendable, Hashable {
    /// Lower case.
    package var schemes: Set<String>
    package var ports: Set<UInt16>
    /// Addresses that are not public and that the operator has opened all the same.
    package var opened: [IPPrefix]
    /// Whether these alone may be connected to where nothing is encrypted.
    package var plainOnlyToOpened = false

    package init(
        schemes: Set<String> = ["http", "https"],
        ports: Set<UInt16> = [80, 443, 8080, 8443],
        opened: [IPPrefix] = []
    ) {
        self.schemes = schemes
        self.ports = ports
        self.opened = opened
    }

    package func permit(_ address: IPAddress, scheme: String) -> Bool {
        let isRefusedPlain = self.plainOnlyToOpened && scheme == "http"
        return (address.isPublic && !isRefusedPlain) || self.opened.contains { $0.contains(address) }
    }
}

/// A URL that someone else chose and that this process is to fetch, read so that no other parser can see another
/// host in it.
///
/// The check has two steps: this one looks at the text, `checked(_:by:)` at what the name resolved to. Then the
/// connection goes to an address that was checked, never to the name again (DNS rebinding).
package struct OutboundURL: Sendable, Hashable {
    /// `http` or `https`, or whatever else the rules allow.
    package let scheme: String
    package let host: DialHost
    package let port: UInt16
    /// Path and query, beginning with a slash; the fragment is dropped.
    package let target: String
}

/// Why a URL is not fetched.
package struct OutboundURLError: AddressingError, Equatable {
    package enum Reason: Sendable, Hashable {
        case malformed
        case scheme
        case userinfo
        case host
        case port
        /// The address, or one that the name resolved to, is not public.
        case address(IPAddress)
        /// A name that never stands for a public host.
        case localName
        case unresolved
    }

    package let text: String
    package let position: Int
    package let reason: Reason

    package var problem: String {
        switch self.reason {
        case .malformed: "is no URL"
        case .scheme: "has a scheme that may not be fetched"
        case .userinfo: "has a user in front of the host"
        case .host: "has a host that is neither a name nor an address in its plain form"
        case .port: "has a port that may not be connected to"
        case .address(let address) where address.isPublic: "leads to \(address), which is asked over TLS alone"
        case .address(let address): "leads to \(address), which is not a public address"
        case .localName: "names a host of the local network"
        case .unresolved: "has a host that does not resolve"
        }
    }
}

extension OutboundURL {
    /// Reads `text` and checks all that it says by itself, an address in place of a name included.
    package init(parsing text: some StringProtocol, rules: OutboundRules) throws(OutboundURLError) {
        let position: Int
        (self, position) = try Self.read(text, schemes: rules.schemes) { rules.ports.contains($0) }
        switch self.host {
        case .address(let address):
            guard !rules.permit(address, scheme: self.scheme) else { return }
            throw OutboundURLError(text: shortened(text), position: position, reason: .address(address))
        case .name(let name):
            guard Self.isLocal(name) else { return }
            throw OutboundURLError(text: shortened(text), position: position, reason: .localName)
        }
    }

    /// Reads the URL of something at an internal endpoint: at any port of a name below `internal`, which nobody looks up.
    package init(parsingInternal text: some StringProtocol) throws(OutboundURLError) {
        let position: Int
        (self, position) = try Self.read(text, schemes: ["http", "https"]) { _ in true }
        guard case .name(let name) = self.host, HostName(unchecked: name).isBelow(HostName(unchecked: "internal"))
        else {
            throw OutboundURLError(text: shortened(text), position: position, reason: .host)
        }
    }

    /// What the text says, and where its host stands.
    private static func read(
        _ text: some StringProtocol,
        schemes: Set<String>,
        mayConnect: (UInt16) -> Bool
    ) throws(OutboundURLError) -> (url: OutboundURL, host: Int) {
        func failure(_ reason: OutboundURLError.Reason, at position: Int) -> OutboundURLError {
            OutboundURLError(text: shortened(text), position: position, reason: reason)
        }
        let parts: SplitURL
        do throws(SplitURL.Failure) {
            parts = try SplitURL(text)
        } catch {
            throw failure(.malformed, at: error.position)
        }
        guard let scheme = parts.scheme, schemes.contains(scheme) else { throw failure(.scheme, at: 0) }
        guard parts.userinfo == nil else { throw failure(.userinfo, at: parts.host.lowerBound) }
        guard let host = try? DialHost(bytes: parts.bytes[parts.host], isBracketed: parts.isBracketed) else {
            throw failure(.host, at: parts.host.lowerBound)
        }
        let port = try Self.port(of: parts, scheme: scheme, mayConnect: mayConnect, orThrow: failure)
        let tail = parts.bytes[parts.tail].prefix { $0 != UInt8(ascii: "#") }
        let target = (tail.first == ASCII.slash ? "" : "/") + String(decoding: tail, as: UTF8.self)
        return (OutboundURL(scheme: scheme, host: host, port: port, target: target), parts.host.lowerBound)
    }

    /// The addresses that may be connected to, of those that the host resolved to. One that is not permitted
    /// spoils them all: a name that has both is an attempt, or a mistake that should be seen.
    package func checked(
        _ resolved: [IPAddress],
        by rules: OutboundRules
    ) throws(OutboundURLError) -> [IPAddress] {
        let text = "\(self.scheme)://\(self.host.urlText):\(self.port)\(self.target)"
        func failure(_ reason: OutboundURLError.Reason) -> OutboundURLError {
            OutboundURLError(text: shortened(text), position: self.scheme.utf8.count + 3, reason: reason)
        }
        guard !resolved.isEmpty else { throw failure(.unresolved) }
        if let refused = resolved.first(where: { !rules.permit($0, scheme: self.scheme) }) {
            throw failure(.address(refused))
        }
        return resolved
    }

    private static func port(
        of parts: SplitURL,
        scheme: String,
        mayConnect: (UInt16) -> Bool,
        orThrow failure: (OutboundURLError.Reason, Int) -> OutboundURLError
    ) throws(OutboundURLError) -> UInt16 {
        guard let range = parts.port else {
            let standard: UInt16 = scheme == "http" ? 80 : 443
            guard mayConnect(standard) else { throw failure(.port, parts.host.upperBound) }
            return standard
        }
        guard let port = try? Addressing.port(parts.bytes[range]), mayConnect(port) else {
            throw failure(.port, range.lowerBound)
        }
        return port
    }

    /// Names that resolvers answer from this host or network (RFC 6761, 6762, 8375, and `internal`).
    private static func isLocal(_ name: String) -> Bool {
        let name = HostName(unchecked: name)
        let local = ["localhost", "local", "internal", "home.arpa"].map(HostName.init(unchecked:))
        return local.contains { name == $0 || name.isBelow($0) }
    }
}
