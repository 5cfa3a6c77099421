import Addressing
import EdgeLink
import Model

/// Which URL a Bind gets: the wish by precedence, else the one that its token brings back, else a random one
/// (`spec/agent-protocol.md` 9.2).
struct EndpointNaming {
    /// The URL with how it came about, which decides what a credential must allow and what may be tried instead.
    struct Name: Hashable {
        let url: EndpointURL
        /// What the agent asked for; without that, a host that ends in `.internal` is reached from inside the account
        /// alone.
        let binding: EndpointBinding
        let origin: Origin

        init(_ url: EndpointURL, _ binding: EndpointBinding?, _ origin: Origin) {
            self.url = url
            self.binding = binding ?? (url.host.isInternal ? .internal : .public)
            self.origin = origin
        }

        enum Origin: Hashable {
            /// The agent asked for exactly this.
            case wished
            /// It was given to the same account before.
            case given
            case drawn
        }
    }

    let configuration: Control.Configuration
    /// What the agent's token or its other legs have; nil for none, or of another scheme.
    let given: EndpointURL?
    let isTCPPortFree: (UInt16) -> Bool

    func name(for request: BindRequest) throws(Failure) -> Name {
        let binding = try BindChecks.binding(of: request.bindings)
        let wish = try self.wish(of: request, binding)
        if let wish, let url = self.url(of: wish, binding) {
            try Self.check(url, fits: binding)
            if url != self.given {
                try self.check(url, binding)
                return Name(url, binding, .wished)
            }
        }
        if let given, self.isServed(given, binding) { return Name(given, binding, .given) }
        switch binding {
        case .internal:
            throw Failure(.internalHostMissing, "An internal endpoint needs a host, as in https://name.internal.")
        case .kubernetes:
            throw Failure(.kubernetesHostMissing, "A kubernetes endpoint needs a host, as in http://web.shop.")
        case .public, nil:
            return Name(try self.draw(request.scheme), binding, .drawn)
        }
    }

    // MARK: - Wishes

    /// The first wish that says more than a scheme; nil when there is none.
    private func wish(of request: BindRequest, _ binding: EndpointBinding?) throws(Failure) -> EndpointWish? {
        let first = try self.parse(request.url, request.scheme, binding)
        guard first.scheme == request.scheme else {
            throw Failure(
                .urlScheme,
                "\"\(request.url.prefix(100))\" is no URL of a \(request.scheme.rawValue) endpoint."
            )
        }
        if first.host != nil { return first }
        for text in try self.olderWishes(of: request) where !text.isEmpty {
            let wish = try self.parse(text, request.scheme, binding)
            guard wish.scheme == request.scheme else {
                throw Failure(
                    .urlScheme,
                    "\"\(text.prefix(100))\" is no name of a \(request.scheme.rawValue) endpoint."
                )
            }
            if wish.host != nil { return wish }
        }
        return nil
    }

    private func olderWishes(of request: BindRequest) throws(Failure) -> [String] {
        guard request.scheme != .tcp else { return [request.address] }
        guard !request.subdomain.isEmpty else { return [request.domain, request.hostname] }
        do throws(HostNameError) {
            let host = try self.configuration.baseDomains[0].prefixed(by: request.subdomain)
            return [request.domain, request.hostname, host.text]
        } catch {
            throw Failure(error)
        }
    }

    private func parse(
        _ text: String,
        _ scheme: EndpointScheme,
        _ binding: EndpointBinding?
    ) throws(Failure) -> EndpointWish {
        // Nobody listens here on the port of a service in a cluster.
        let ports = binding == .kubernetes ? .every : self.configuration.ports
        do throws(EndpointURLError) {
            return try EndpointWish(parsing: text, defaultScheme: scheme, ports: ports)
        } catch {
            throw Failure(error)
        }
    }

    /// A wish without port means the port that visitors of this edge use, on which nobody visits what is no public
    /// endpoint; nil when it has no host.
    private func url(of wish: EndpointWish, _ binding: EndpointBinding?) -> EndpointURL? {
        if binding == .kubernetes || wish.host?.isInternal ?? false { return wish.url }
        guard let host = wish.host, let port = wish.port ?? self.configuration.defaultPort(of: wish.scheme) else {
            return nil
        }
        return EndpointURL(scheme: wish.scheme, host: host, port: port)
    }

    // MARK: - What is served here

    /// The name and the binding that an agent asks for say the same (`spec/endpoints.md` 3 and 4.4).
    private static func check(_ url: EndpointURL, fits binding: EndpointBinding?) throws(Failure) {
        guard let binding else { return }
        guard (binding == .internal) == url.host.isInternal else {
            throw Failure(.internalHostSuffix, "\(url.host) is no host of an endpoint that is \(binding.rawValue).")
        }
        guard binding == .kubernetes else { return }
        guard url.scheme != .https else {
            throw Failure(.kubernetesScheme, "A kubernetes endpoint has no https; use http, tls or tcp.")
        }
        guard !url.host.isWildcard, url.host.base.labelCount == 2 else {
            throw Failure(.urlMalformed, "\(url.host) is no name of a service and its namespace, as web.shop is.")
        }
    }

    private func check(_ url: EndpointURL, _ binding: EndpointBinding?) throws(Failure) {
        // Internal names and those of services in clusters are the account's own; that the name is right is known since
        // it was read.
        guard binding != .kubernetes, !url.host.isInternal else { return }
        if url.scheme == .tcp {
            guard self.configuration.tcpPorts != nil else { throw Self.noTCPPorts }
            guard self.isOurs(url) else {
                throw Failure(.addressNotReserved, "\(url.hostport) is no address of TCP endpoints of this edge.")
            }
        } else {
            try HostPolicy(self.configuration).check(url.host)
        }
    }

    private func isServed(_ url: EndpointURL, _ binding: EndpointBinding?) -> Bool {
        (try? Self.check(url, fits: binding)) != nil && (try? self.check(url, binding)) != nil
    }

    private static let noTCPPorts = Failure(.protocolUnsupported, "This edge has no ports for TCP endpoints.")

    private var tcpHost: HostName { self.configuration.tcpHost ?? self.configuration.baseDomains[0] }

    private func isOurs(_ url: EndpointURL) -> Bool {
        url.host == HostPattern(self.tcpHost) && self.configuration.tcpPorts?.contains(url.port) ?? false
    }

    // MARK: - Chance

    private func draw(_ scheme: EndpointScheme) throws(Failure) -> EndpointURL {
        if scheme == .tcp {
            guard let ports = self.configuration.tcpPorts else { throw Self.noTCPPorts }
            guard let port = ports.filter(self.isTCPPortFree).randomElement() else {
                throw Failure(.portsExhausted, "All ports for TCP endpoints are in use.")
            }
            return EndpointURL(scheme: .tcp, host: HostPattern(self.tcpHost), port: port)
        }
        guard let port = self.configuration.defaultPort(of: scheme) else {
            throw Failure(.protocolUnsupported, "This edge has no port for \(scheme.rawValue) endpoints.")
        }
        do throws(HostNameError) {
            let host = try self.configuration.baseDomains[0].prefixed(by: RandomName.label())
            return EndpointURL(scheme: scheme, host: HostPattern(host), port: port)
        } catch {
            throw Failure(error)
        }
    }
}
