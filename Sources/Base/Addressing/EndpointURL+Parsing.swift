/// Text that is no URL of an endpoint. Each reason is one code of the reference system (`spec/endpoints.md` 4.1).
package struct EndpointURLError: AddressingError, Equatable {
    package enum Reason: Sendable, Hashable {
        /// Not to be split into scheme, host and port at all.
        case malformed
        case scheme
        /// A path, query, fragment or user.
        case part
        case trailingSlash
        case port(allowed: [UInt16])
        case portNotNumeric
        case portOutOfRange
        /// A TCP endpoint with a host but without port.
        case missingPort
        /// An internal name of more than five labels.
        case tooDeep
        /// Scheme, host or port are left open where the whole URL is needed.
        case incomplete
        case host(HostNameError.Reason)
    }

    package let text: String
    package let position: Int
    package let reason: Reason

    package var problem: String {
        switch self.reason {
        case .malformed: "is no URL"
        case .scheme: "has a scheme that endpoints do not have: use http, https, tls or tcp"
        case .part: "has a path, query, fragment or user: an endpoint's URL ends behind host and port"
        case .trailingSlash: "ends in a slash: leave it out"
        case .port(let allowed): "has a port that its scheme does not allow: use \(Self.list(allowed))"
        case .portNotNumeric: "has a port that is no number"
        case .portOutOfRange: "has a port outside 1 to 65535"
        case .missingPort: "lacks the port that a TCP endpoint needs: write tcp://host:port"
        case .tooDeep: "has more than the five labels that an internal name may have"
        case .incomplete: "is not a whole URL: scheme and host are needed, and the port of a TCP endpoint"
        case .host(let reason): HostNameError(text: self.text, position: self.position, reason: reason).problem
        }
    }

    private static func list(_ ports: [UInt16]) -> String {
        ports.map(String.init).joined(separator: " or ")
    }
}

struct EndpointURLParser {
    let text: String
    let ports: PublicPorts

    /// How many labels an internal name may have (`spec/endpoints.md` 4.3).
    private static let internalDepth = 5

    /// Reads the text; without `defaultScheme` it must name a scheme.
    func wish(defaultScheme: EndpointScheme?) throws(EndpointURLError) -> EndpointWish {
        if self.text.isEmpty, let defaultScheme {
            return EndpointWish(scheme: defaultScheme, host: nil, port: nil)
        }
        let parts: SplitURL
        do throws(SplitURL.Failure) {
            parts = try SplitURL(self.text)
        } catch {
            throw self.failure(.malformed, at: error.position)
        }
        let scheme = try self.scheme(of: parts, defaultScheme: defaultScheme)
        if let userinfo = parts.userinfo { throw self.failure(.part, at: userinfo.lowerBound) }
        try self.checkTail(of: parts)
        guard !parts.isBracketed else { throw self.failure(.malformed, at: parts.host.lowerBound) }
        guard !parts.host.isEmpty else {
            guard parts.scheme != nil, parts.port == nil else { throw self.failure(.malformed, at: 0) }
            return EndpointWish(scheme: scheme, host: nil, port: nil)
        }
        let host = try self.host(of: parts, scheme: scheme)
        let port = try self.port(of: parts, scheme: scheme, isInternal: host.isInternal)
        return EndpointWish(scheme: scheme, host: host, port: port)
    }

    private func scheme(of parts: SplitURL, defaultScheme: EndpointScheme?) throws(EndpointURLError) -> EndpointScheme {
        guard let name = parts.scheme else {
            guard let defaultScheme else { throw self.failure(.incomplete, at: 0) }
            return defaultScheme
        }
        guard let scheme = EndpointScheme(rawValue: name) else { throw self.failure(.scheme, at: 0) }
        return scheme
    }

    private func checkTail(of parts: SplitURL) throws(EndpointURLError) {
        guard !parts.tail.isEmpty else { return }
        let isSlash = parts.bytes[parts.tail] == [ASCII.slash]
        throw self.failure(isSlash ? .trailingSlash : .part, at: parts.tail.lowerBound)
    }

    private func host(of parts: SplitURL, scheme: EndpointScheme) throws(EndpointURLError) -> HostPattern {
        let host: HostPattern
        do throws(HostNameError) {
            host = try HostPattern(parsing: parts.hostText)
        } catch {
            throw self.failure(.host(error.reason), at: parts.host.lowerBound + error.position)
        }
        if host.isInternal {
            guard host.labelCount <= Self.internalDepth else {
                throw self.failure(.tooDeep, at: parts.host.lowerBound)
            }
        } else if scheme != .tcp {
            // The host of a TCP endpoint is the edge's own and may be a single name or an address.
            guard host.labelCount > 1, !host.base.endsInNumber || Self.isAddress(host, of: scheme) else {
                throw self.failure(.host(.suffix), at: parts.host.lowerBound)
            }
        }
        return host
    }

    /// An edge that has no name is visited by its IPv4 address. Only over plain HTTP: TLS names no addresses in its
    /// ClientHello (RFC 6066 §3). Other spellings of the address would be other hosts, and are none.
    private static func isAddress(_ host: HostPattern, of scheme: EndpointScheme) -> Bool {
        guard scheme == .http, !host.isWildcard, let address = try? IPAddress(parsing: host.base.text) else {
            return false
        }
        return "\(address)" == host.base.text
    }

    private func port(
        of parts: SplitURL,
        scheme: EndpointScheme,
        isInternal: Bool
    ) throws(EndpointURLError) -> UInt16? {
        guard let range = parts.port else {
            guard scheme.defaultPort != nil else { throw self.failure(.missingPort, at: parts.host.upperBound) }
            return nil
        }
        let port: UInt16
        do throws(PortError) {
            port = try Addressing.port(parts.bytes[range])
        } catch {
            throw self.failure(error == .notNumeric ? .portNotNumeric : .portOutOfRange, at: range.lowerBound)
        }
        if !isInternal, let allowed = self.ports.allowed(for: scheme), !allowed.contains(port) {
            throw self.failure(.port(allowed: allowed.sorted()), at: range.lowerBound)
        }
        return port
    }

    func failure(_ reason: EndpointURLError.Reason, at position: Int) -> EndpointURLError {
        EndpointURLError(text: shortened(self.text), position: position, reason: reason)
    }
}
