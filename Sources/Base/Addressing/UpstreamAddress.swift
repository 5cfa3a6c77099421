/// What an agent speaks to the service behind it.
package enum UpstreamScheme: String, Sendable, Hashable, CaseIterable {
    case http, https, tcp, tls

    package var usesTLS: Bool { self == .https || self == .tls }
}

/// Where an agent sends the traffic of an endpoint (`spec/agent.md` 4).
package enum UpstreamAddress: Sendable, Hashable {
    case service(UpstreamScheme, DialAddress)
    /// The absolute folder of the built-in file server.
    case files(path: String)
}

extension UpstreamAddress: CustomStringConvertible {
    /// The whole URL, the port always spelt out.
    package var description: String {
        switch self {
        case .service(let scheme, let address): "\(scheme.rawValue)://\(address)"
        case .files(let path): "file://\(path)"
        }
    }
}

/// Text that names no upstream for the kind of endpoint that it is given to.
package struct UpstreamAddressError: AddressingError, Equatable {
    package enum Reason: Sendable, Hashable {
        case empty
        /// The scheme is none of those that this kind of endpoint can be forwarded to.
        case scheme(allowed: [String])
        case host
        case missingPort
        case port
        /// A path, query, fragment or user: traffic is forwarded with its own.
        case part
        /// `file://` without an absolute path.
        case path
    }

    package let text: String
    package let position: Int
    package let reason: Reason

    package var problem: String {
        switch self.reason {
        case .empty: "is empty where an upstream is expected: a port, host:port or a URL"
        case .scheme(let allowed):
            "has a scheme that this endpoint cannot be forwarded to: use \(allowed.joined(separator: ", "))"
        case .host: "has a host that is neither a name nor an IP address (IPv6 in brackets)"
        case .missingPort: "lacks a port: write host:port"
        case .port: "has no usable port: a number from 1 to 65535 is expected"
        case .part: "has a path, query or user, which an upstream cannot have: requests keep their own path"
        case .path: "names no absolute folder: write file:///path/of/folder"
        }
    }
}

extension UpstreamAddress {
    /// Reads what people write for an upstream: `8080`, `host:port`, `host`, or a URL.
    ///
    /// - Parameters:
    ///   - text: as given on the command line or in a configuration file.
    ///   - endpoint: what is spoken to the endpoint: `tcp` and `tls` endpoints carry bytes, `http` and `https` ones
    ///     requests.
    /// - Throws: when the text is none of these, or nothing that such an endpoint can be forwarded to.
    package init(parsing text: some StringProtocol, for endpoint: EndpointScheme) throws(UpstreamAddressError) {
        let parser = UpstreamParser(text: String(text), carriesRequests: endpoint == .http || endpoint == .https)
        self = try parser.address()
    }
}

private struct UpstreamParser {
    let text: String
    let carriesRequests: Bool

    private var allowedSchemes: [String] {
        self.carriesRequests ? ["http://", "https://", "file://"] : ["tcp://", "tls://"]
    }

    func address() throws(UpstreamAddressError) -> UpstreamAddress {
        guard !self.text.isEmpty else { throw self.failure(.empty, at: 0) }
        if self.text.utf8.prefix(7).map(ASCII.lowercased).elementsEqual("file://".utf8) { return try self.files() }
        let parts: SplitURL
        do throws(SplitURL.Failure) {
            parts = try SplitURL(self.text)
        } catch {
            throw self.failure(.host, at: error.position)
        }
        guard parts.userinfo == nil else { throw self.failure(.part, at: 0) }
        // A slash alone is how people end a URL, and says nothing.
        guard parts.tail.isEmpty || parts.scheme != nil && parts.bytes[parts.tail] == [ASCII.slash] else {
            throw self.failure(.part, at: parts.tail.lowerBound)
        }
        guard let name = parts.scheme else { return try self.bare(parts) }
        guard let scheme = UpstreamScheme(rawValue: name), self.allowedSchemes.contains("\(name)://") else {
            throw self.failure(.scheme(allowed: self.allowedSchemes), at: 0)
        }
        let isOnlyScheme = self.carriesRequests && parts.host.isEmpty && parts.port == nil
        let host = isOnlyScheme ? .name("localhost") : try self.host(parts)
        guard let port = try self.port(parts) ?? Self.defaultPort(of: scheme) else {
            throw self.failure(.missingPort, at: parts.host.upperBound)
        }
        return .service(scheme, DialAddress(host: host, port: port))
    }

    /// A port alone, a host alone, or both.
    private func bare(_ parts: SplitURL) throws(UpstreamAddressError) -> UpstreamAddress {
        let host: DialHost
        let port: UInt16
        if parts.port == nil, !parts.isBracketed, parts.bytes.allSatisfy(ASCII.isDigit) {
            host = .name("localhost")
            port = try self.port(parts.bytes[...], at: 0)
        } else {
            host = try self.host(parts)
            guard let written = try self.port(parts) ?? (self.carriesRequests ? 80 : nil) else {
                throw self.failure(.missingPort, at: parts.bytes.count)
            }
            port = written
        }
        guard self.carriesRequests else { return .service(.tcp, DialAddress(host: host, port: port)) }
        return .service(port == 443 ? .https : .http, DialAddress(host: host, port: port))
    }

    private func files() throws(UpstreamAddressError) -> UpstreamAddress {
        guard self.carriesRequests else { throw self.failure(.scheme(allowed: self.allowedSchemes), at: 0) }
        let path = String(self.text.dropFirst(7))
        // A drive letter in place of the first slash is how absolute paths look on Windows.
        let isDrive = path.dropFirst().starts(with: ":\\") || path.dropFirst().starts(with: ":/")
        guard path.hasPrefix("/") || isDrive, !path.utf8.contains(0) else { throw self.failure(.path, at: 7) }
        return .files(path: path)
    }

    private func host(_ parts: SplitURL) throws(UpstreamAddressError) -> DialHost {
        do throws(DialHost.Problem) {
            return try DialHost(bytes: parts.bytes[parts.host], isBracketed: parts.isBracketed)
        } catch {
            switch error {
            case .empty: throw self.failure(.host, at: parts.host.lowerBound)
            case .invalid(let position): throw self.failure(.host, at: position)
            }
        }
    }

    private func port(_ parts: SplitURL) throws(UpstreamAddressError) -> UInt16? {
        guard let range = parts.port else { return nil }
        return try self.port(parts.bytes[range], at: range.lowerBound)
    }

    private func port(_ digits: ArraySlice<UInt8>, at position: Int) throws(UpstreamAddressError) -> UInt16 {
        do throws(PortError) {
            return try Addressing.port(digits)
        } catch {
            throw self.failure(.port, at: position)
        }
    }

    private static func defaultPort(of scheme: UpstreamScheme) -> UInt16? {
        switch scheme {
        case .http: 80
        case .https: 443
        case .tcp, .tls: nil
        }
    }

    private func failure(_ reason: UpstreamAddressError.Reason, at position: Int) -> UpstreamAddressError {
        UpstreamAddressError(text: shortened(self.text), position: position, reason: reason)
    }
}
