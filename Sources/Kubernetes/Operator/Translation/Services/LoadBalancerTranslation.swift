import Addressing
import JSON
import KubernetesClient
import Model

/// Translates Services of the type LoadBalancer (`spec/kubernetes.md` 10.1).
struct LoadBalancerTranslation {
    private static let owner = "ngrok-operator"

    let snapshot: ClusterSnapshot
    let options: TranslationOptions
    let services: ServiceDirectory
    let policies: PolicyDirectory

    /// What visitors of a Service reach it by.
    private enum Wish {
        case tcp([EndpointURL?])
        case tls(EndpointURL)
    }

    func sites(into translation: inout Translation, objects: inout [OwnerID: ObjectReference]) -> [Site] {
        let settings = SettingsReader(options: self.options, policies: self.policies)
        var sites: [Site] = []
        for service in self.snapshot.services.oldestFirst() where !service.metadata.isBeingDeleted {
            guard service.spec?.type == "LoadBalancer",
                service.spec?.loadBalancerClass == self.options.loadBalancerClass
            else {
                self.release(service, into: &translation)
                continue
            }
            let owner = OwnerID(service.reference.description)
            objects[owner] = service.reference
            translation.claims.insert(service.reference)
            guard let settings = settings.settings(of: service, owner: Self.owner, into: &translation) else {
                translation.held.insert(owner)
                continue
            }
            sites += self.sites(of: service, settings, into: &translation)
        }
        return sites
    }

    /// A Service that was ours: what we said about it goes.
    private func release(_ service: Service, into translation: inout Translation) {
        let finalizers = [TranslationOptions.finalizer, TranslationOptions.olderFinalizer]
        guard finalizers.contains(where: service.metadata.finalizers.contains) else { return }
        translation.statuses.append(ObjectStatus(object: service.reference, status: ["loadBalancer": [:]]))
    }

    private func sites(
        of service: Service,
        _ settings: SiteSettings,
        into translation: inout Translation
    ) -> [Site] {
        for port in service.ports where port.transport != "TCP" {
            let words = "the port \(port.port) is for \(port.transport), which is not served"
            translation.warn(service.reference, .unsupportedProtocol, words)
        }
        let ports = service.ports.filter { $0.transport == "TCP" }
        guard !ports.isEmpty else {
            translation.warn(service.reference, .noPorts, "the Service has no port for TCP")
            return []
        }
        let urls: [(Service.Port, EndpointURL)]
        let entries: [JSONValue]
        switch self.wish(of: service, ports, into: &translation) {
        case nil: return []
        case .tls(let url)?:
            urls = [(ports[0], url)]
            let domain = self.snapshot.domains.first { $0.spec.domain.lowercased() == url.host.description }
            entries = LoadBalancerEntries.target(of: domain).map { [Self.entry(of: $0, port: Int(url.port))] } ?? []
        case .tcp(let found)?:
            urls = zip(ports, found).compactMap { port, url in url.map { (port, $0) } }
            entries = urls.map { Self.entry(of: $0.1.host.description, port: Int($0.1.port)) }
            for (place, (port, url)) in zip(ports, found).enumerated() where url == nil {
                translation.addressWishes.append(AddressWish(object: service.reference, port: port.port, place: place))
            }
        }
        translation.statuses.append(
            ObjectStatus(
                object: service.reference,
                status: ["loadBalancer": entries.isEmpty ? [:] : ["ingress": .array(entries)]]
            )
        )
        return urls.compactMap { self.site(of: service, $0.0, $0.1, settings, into: &translation) }
    }

    private static func entry(of host: String, port: Int) -> JSONValue {
        // What is no address is a name.
        let name = (try? IPAddress(parsing: host)) == nil ? "hostname" : "ip"
        let ports: JSONValue = [["port": .integer(Int64(port)), "protocol": "TCP"]]
        return .object([name: .string(host), "ports": ports])
    }

    // MARK: - URLs

    private func wish(
        of service: Service,
        _ ports: [Service.Port],
        into translation: inout Translation
    ) -> Wish? {
        let annotations = Annotations(service)
        let text = annotations.value("url") ?? annotations.value("domain").map { "tls://\($0)" } ?? "tcp://"
        let wish: EndpointWish
        do throws(EndpointURLError) {
            wish = try EndpointWish(parsing: text, defaultScheme: .tcp, ports: self.options.ports)
        } catch {
            translation.warn(service.reference, .configurationError, "the annotation url: \(error)")
            return nil
        }
        switch (wish.scheme, wish.url) {
        case (.tls, let url?): return .tls(url)
        case (.tcp, let url?):
            guard self.isReserved(url) else {
                let words = "\(url) is not reserved at the edge; another address is taken in its place"
                translation.warn(service.reference, .addressNotReserved, words)
                return .tcp(self.computed(service, count: ports.count, into: &translation))
            }
            let more = self.computed(service, count: ports.count, into: &translation)
            return .tcp([url] + more.dropFirst())
        case (.tcp, nil): return .tcp(self.computed(service, count: ports.count, into: &translation))
        default:
            let words = "the annotation url is \"\(text)\"; a Service has tcp://, tcp://host:port or tls://host"
            translation.warn(service.reference, .configurationError, words)
            return nil
        }
    }

    private func isReserved(_ url: EndpointURL) -> Bool {
        self.snapshot.reservedAddresses.map { $0.contains(url.hostport) } ?? true
    }

    /// The addresses that were reserved for the Service before, one for each port; nil where there is none yet.
    private func computed(
        _ service: Service,
        count: Int,
        into translation: inout Translation
    ) -> [EndpointURL?] {
        let texts = (Annotations(service).value("computed-url") ?? "").split(
            separator: ",",
            omittingEmptySubsequences: false
        )
        return (0..<count).map { place in
            let text = place < texts.count ? texts[place].trimmingPrefix(" ") : ""
            guard !text.isEmpty else { return nil }
            do throws(EndpointURLError) {
                let url = try EndpointURL(parsing: text)
                return self.isReserved(url) ? url : nil
            } catch {
                translation.warn(service.reference, .computedURL, "the annotation computed-url: \(error)")
                return nil
            }
        }
    }

    private func site(
        of service: Service,
        _ port: Service.Port,
        _ url: EndpointURL,
        _ settings: SiteSettings,
        into translation: inout Translation
    ) -> Site? {
        let name = service.metadata.name
        var site = Site(
            url: url,
            name: ObjectNames.object("\(name).\(service.metadata.namespace).\(port.port)-lb"),
            namespace: service.metadata.namespace,
            settings: settings
        )
        site.owners = [OwnerID(service.reference.description)]
        do throws(BackendProblem) {
            let backend = try self.services.backend(
                service.key,
                .number(port.port),
                speaking: .tcp,
                into: &translation
            )
            site.routes = [
                SiteRoute(
                    label: "Service \(service.key) \(port.port)",
                    conditions: [],
                    outcome: backend.hasAddresses
                        ? .backends([RouteShare(weight: 1, target: .service(ServiceTarget(backend)))])
                        : .actions([PolicyAction.close])
                )
            ]
            return site
        } catch {
            translation.warn(service.reference, .backendNotFound, error.message)
            return nil
        }
    }
}
