import Addressing
import JSON
import KubernetesClient

/// The Services of a snapshot, and how each is dialled (`spec/kubernetes.md` 10.2).
struct ServiceDirectory {
    private let services: [ObjectKey: Service]
    private let slices: [ObjectKey: [EndpointSlice]]
    private let clusterDomain: String
    private let dialling: TranslationOptions.Dialling

    init(_ snapshot: ClusterSnapshot, _ options: TranslationOptions) {
        self.services = Dictionary(snapshot.services.map { ($0.key, $0) }) { first, _ in first }
        self.slices = Dictionary(grouping: snapshot.endpointSlices.filter { $0.serviceName != nil }) {
            ObjectKey($0.metadata.namespace, $0.serviceName ?? "")
        }
        self.clusterDomain = options.clusterDomain
        self.dialling = options.dialling
    }

    func service(_ key: ObjectKey) -> Service? { self.services[key] }

    /// One port of a Service; `translation` is told of annotations that cannot be read.
    func backend(
        _ key: ObjectKey,
        _ choice: PortChoice,
        speaking: BackendProtocol,
        into translation: inout Translation
    ) throws(BackendProblem) -> ServiceBackend {
        guard let service = self.services[key] else { throw .notFound("there is no Service \(key)") }
        let port = try Self.port(choice, of: service)
        guard let number = UInt16(exactly: port.port), number > 0 else {
            throw .notFound("the Service \(key) has the port \(port.port), which is none")
        }
        var (scheme, isHTTP2) = Self.spoken(by: port, speaking)
        if let declared = AppProtocols.scheme(of: port, in: service, into: &translation) {
            scheme = Self.scheme(declared, for: speaking)
        }
        var upstream = DesiredUpstream(scheme: scheme, host: self.host(of: service), port: number, isHTTP2: isHTTP2)
        if service.isExternalName {
            try Self.checkExternal(service)
        } else if self.dialling == .addresses || Self.needsAddresses(service, port) {
            upstream.addresses = self.addresses(of: service, port)
        }
        return ServiceBackend(key: key, uid: service.metadata.uid, port: port.port, upstream: upstream)
    }

    private static func port(_ choice: PortChoice, of service: Service) throws(BackendProblem) -> Service.Port {
        let found: Service.Port?
        let words: String
        switch choice {
        case .number(let number):
            found = service.ports.first { $0.port == number }
            words = "no port \(number)"
        case .name(let name):
            found = service.ports.first { !$0.name.isEmpty && $0.name == name }
            words = "no port named \"\(name)\""
        case .only:
            found = service.ports.count == 1 ? service.ports.first : nil
            words = "\(service.ports.count) ports, and none is named"
        }
        guard let found else { throw .notFound("the Service \(service.key) has \(words)") }
        guard found.transport == "TCP" else {
            throw .notFound("the port \(found.port) of the Service \(service.key) is for \(found.transport)")
        }
        return found
    }

    // MARK: - What is spoken

    private static func spoken(by port: Service.Port, _ speaking: BackendProtocol) -> (UpstreamScheme, isHTTP2: Bool) {
        switch speaking {
        case .tcp: return (.tcp, false)
        case .tls: return (.tls, false)
        case .grpc, .http: break
        }
        switch port.appProtocol {
        case "kubernetes.io/h2c", "ngrok.com/http2", "k8s.ngrok.com/http2": return (.http, true)
        case "https", "kubernetes.io/wss": return (.https, speaking == .grpc)
        default: return (.http, speaking == .grpc)
        }
    }

    /// What was declared for the port, in the words of the route: bytes to a port for HTTPS go over TLS.
    private static func scheme(_ declared: UpstreamScheme, for speaking: BackendProtocol) -> UpstreamScheme {
        switch speaking {
        case .http, .grpc: declared.usesTLS ? .https : .http
        case .tcp, .tls: declared.usesTLS ? .tls : .tcp
        }
    }

    // MARK: - Where it is

    private func host(of service: Service) -> String {
        guard !service.isExternalName else { return service.spec?.externalName ?? "" }
        let name = "\(service.metadata.name).\(service.metadata.namespace)"
        guard self.clusterDomain != TranslationOptions.usualClusterDomain else { return name }
        return self.clusterDomain.hasPrefix("svc.")
            ? "\(name).\(self.clusterDomain)" : "\(name).svc.\(self.clusterDomain)"
    }

    /// A name is resolved when it is dialled; an address says at once that it is none of a service.
    private static func checkExternal(_ service: Service) throws(BackendProblem) {
        let name = service.spec?.externalName ?? ""
        guard !name.isEmpty else { throw .notFound("the Service \(service.key) has no external name") }
        // What is no address is a name.
        guard let address = try? IPAddress(parsing: name),
            address.isLoopback || address.isLinkLocal || address.isUnspecified
        else { return }
        throw .refused(
            "the external name \(name) of the Service \(service.key) is an address that is none of a service"
        )
    }

    /// DNS has the addresses of a headless Service, and knows nothing of ports that differ.
    private static func needsAddresses(_ service: Service, _ port: Service.Port) -> Bool {
        guard service.isHeadless, let target = port.targetPort else { return false }
        return target != .number(port.port)
    }

    /// The ready ones; where there are none, those that still serve while they end.
    private func addresses(of service: Service, _ port: Service.Port) -> [String] {
        var ready: Set<String> = []
        var ending: Set<String> = []
        for slice in self.slices[service.key] ?? [] where slice.addressType != "FQDN" {
            guard let number = slice.ports.first(where: { $0.name == port.name })?.port else { continue }
            for endpoint in slice.endpoints {
                let addresses = endpoint.addresses.map { $0.contains(":") ? "[\($0)]:\(number)" : "\($0):\(number)" }
                if endpoint.conditions?.ready ?? true {
                    ready.formUnion(addresses)
                } else if endpoint.conditions?.serving ?? false, endpoint.conditions?.terminating ?? false {
                    ending.formUnion(addresses)
                }
            }
        }
        return (ready.isEmpty ? ending : ready).sorted()
    }
}

/// The annotation that says what the ports of a Service speak.
enum AppProtocols {
    private static let schemes: [String: UpstreamScheme] = ["HTTP": .http, "HTTPS": .https, "TCP": .tcp, "TLS": .tls]

    /// Nil where it says nothing that can be read; that is told.
    static func scheme(
        of port: Service.Port,
        in service: Service,
        into translation: inout Translation
    ) -> UpstreamScheme? {
        guard let text = Annotations(service).value("app-protocols") else { return nil }
        guard let values = MetadataMap.values(of: text) else {
            let words = "the annotation app-protocols is no JSON object from names of ports to protocols"
            translation.warn(service.reference, .configurationError, words)
            return nil
        }
        guard let value = values[port.name] else { return nil }
        guard let scheme = Self.schemes[value.uppercased()] else {
            let words =
                "the annotation app-protocols has \"\(value)\" for the port \"\(port.name)\"; "
                + "it may be HTTP, HTTPS, TCP or TLS"
            translation.warn(service.reference, .configurationError, words)
            return nil
        }
        return scheme
    }
}
