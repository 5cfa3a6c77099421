import Addressing
import Model

/// Where a cloud endpoint is reached: its URL, whole, and its binding (`spec/endpoints.md` 3 and 4).
struct CloudEndpointName: Hashable {
    let url: EndpointURL
    let binding: EndpointBinding

    /// - Parameters:
    ///   - text: the URL as it was given.
    ///   - bindings: as they were given; none for what the host says.
    ///   - configuration: has the ports that URLs may name.
    /// - Throws: what is wrong, with the codes of cloud endpoints.
    init(_ text: String, bindings: [String], _ configuration: Control.Configuration) throws(Failure) {
        let given = try Self.binding(bindings)
        let wish = try Self.wish(text, given == .kubernetes ? .every : configuration.ports)
        guard let host = wish.host else {
            throw Failure(.endpointURLMalformed, "\"\(text.prefix(100))\" names no host.")
        }
        self.binding = given ?? (host.isInternal ? .internal : .public)
        try Self.check(self.binding, wish.scheme, host)
        let port =
            wish.port
            ?? (self.binding == .public ? configuration.defaultPort(of: wish.scheme) : wish.scheme.defaultPort)
        guard let port else { throw Failure(.endpointPortInvalid, "\"\(text.prefix(100))\" names no port.") }
        self.url = EndpointURL(scheme: wish.scheme, host: host, port: port)
    }

    private static func binding(_ texts: [String]) throws(Failure) -> EndpointBinding? {
        guard let text = texts.first else { return nil }
        guard texts.count == 1 else {
            throw Failure(.endpointBindings, "An endpoint has one binding; \(texts.count) were given.")
        }
        guard let binding = EndpointBinding(rawValue: text) else {
            throw Failure(.endpointBindings, "There is no binding \"\(text.prefix(50))\".")
        }
        return binding
    }

    private static func wish(_ text: String, _ ports: PublicPorts) throws(Failure) -> EndpointWish {
        guard let scheme = text.firstRange(of: "://") else {
            throw Failure(.endpointURLMalformed, "\"\(text.prefix(100))\" is no whole URL: it has no scheme.")
        }
        guard EndpointScheme(rawValue: text[..<scheme.lowerBound].lowercased()) != nil else {
            throw Failure(.endpointScheme, "\"\(text.prefix(100))\" has a scheme that endpoints do not have.")
        }
        do throws(EndpointURLError) {
            return try EndpointWish(parsing: text, defaultScheme: .https, ports: ports)
        } catch {
            throw Failure(error.reason.cloudCode, "\(error)", cause: error)
        }
    }

    private static func check(
        _ binding: EndpointBinding,
        _ scheme: EndpointScheme,
        _ host: HostPattern
    ) throws(Failure) {
        switch binding {
        case .public:
            guard !host.isInternal else {
                throw Failure(.endpointBindings, "\(host) is internal, and the binding public is not.")
            }
        case .internal:
            guard host.isInternal else {
                throw Failure(.internalHostSuffix, "\(host) does not end in .internal.")
            }
        case .kubernetes:
            guard scheme != .https else {
                throw Failure(.endpointKubernetesScheme, "An https endpoint has no kubernetes binding.")
            }
            guard !host.isInternal, !host.isWildcard, host.base.labelCount == 2 else {
                throw Failure(.endpointURL, "\(host) is no name of a service and its namespace, as web.shop is.")
            }
        }
    }

    /// What endpoints of one binding contend for: `https` and `tls` share their listeners, and a port of TCP is
    /// listened on for one URL.
    var place: String {
        switch (self.url.scheme, self.binding) {
        case (.tcp, .public): "tcp \(self.url.port)"
        case (.https, .public), (.tls, .public): "tls \(self.url.hostport)"
        default: "\(self.url.scheme.rawValue) \(self.url.hostport)"
        }
    }
}

extension PublicPorts {
    /// For names on whose ports nobody listens, and for URLs that were found right before.
    static let every = PublicPorts(http: Set(1...UInt16.max), tls: Set(1...UInt16.max))
}

extension EndpointURLError.Reason {
    /// The code that the reference system has for it at cloud endpoints.
    fileprivate var cloudCode: ErrorCode {
        switch self {
        case .malformed, .incomplete: .endpointURLMalformed
        case .scheme: .endpointScheme
        case .port: .endpointPort
        case .portNotNumeric, .portOutOfRange, .missingPort: .endpointPortInvalid
        case .part, .trailingSlash, .tooDeep, .host: .endpointURL
        }
    }
}
