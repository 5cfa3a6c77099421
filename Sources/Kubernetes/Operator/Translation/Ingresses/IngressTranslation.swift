import Addressing
import JSON
import KubernetesClient
import Model

/// Translates Ingresses (`spec/kubernetes.md` 6).
struct IngressTranslation {
    private static let owner = "ngrok-operator"

    let snapshot: ClusterSnapshot
    let options: TranslationOptions
    let services: ServiceDirectory
    let policies: PolicyDirectory

    /// What the Ingresses of one host have in common, and their routes.
    private struct Host {
        let pattern: HostPattern
        let namespace: String
        let settings: SiteSettings
        let defaultBackend: Ingress.Backend?
        var routes: [IngressRoutes.Ranked] = []
        var last: SiteRoute?
        var owners: Set<OwnerID> = []
        var certificates: [DesiredCertificate] = []
    }

    /// The sites of all Ingresses that are ours.
    func sites(into translation: inout Translation, objects: inout [OwnerID: ObjectReference]) -> [Site] {
        let classes = IngressClasses(self.snapshot.ingressClasses, self.options)
        let settings = SettingsReader(options: self.options, policies: self.policies)
        var hosts: [String: Host] = [:]
        for ingress in self.snapshot.ingresses.oldestFirst() where !ingress.metadata.isBeingDeleted {
            guard classes.isOurs(ingress) else {
                self.release(ingress, into: &translation)
                continue
            }
            let owner = OwnerID(ingress.reference.description)
            objects[owner] = ingress.reference
            translation.claims.insert(ingress.reference)
            if let settings = settings.settings(of: ingress, owner: Self.owner, into: &translation) {
                self.add(ingress, settings, to: &hosts, into: &translation)
            } else {
                translation.held.insert(owner)
            }
            translation.statuses.append(IngressStatus(self.snapshot, self.options).status(of: ingress))
        }
        return hosts.sorted { $0.key < $1.key }.flatMap { self.sites(of: $0.value) }
    }

    /// An Ingress that was ours: what we said about it goes.
    private func release(_ ingress: Ingress, into translation: inout Translation) {
        let finalizers = [TranslationOptions.finalizer, TranslationOptions.olderFinalizer]
        guard finalizers.contains(where: ingress.metadata.finalizers.contains) else { return }
        translation.statuses.append(ObjectStatus(object: ingress.reference, status: ["loadBalancer": [:]]))
    }

    // MARK: - Hosts

    private func add(
        _ ingress: Ingress,
        _ settings: SiteSettings,
        to hosts: inout [String: Host],
        into translation: inout Translation
    ) {
        for (pattern, paths) in self.rules(of: ingress, into: &translation) {
            var host =
                hosts[pattern.description]
                ?? Host(
                    pattern: pattern,
                    namespace: ingress.metadata.namespace,
                    settings: settings,
                    defaultBackend: ingress.spec?.defaultBackend
                )
            guard host.namespace == ingress.metadata.namespace, host.settings == settings,
                host.defaultBackend == ingress.spec?.defaultBackend
            else {
                let older = host.owners.sorted().map(\.description).joined(separator: ", ")
                let words =
                    "the host \(pattern) belongs to \(older), which has another namespace, other annotations or "
                    + "another default backend; its rules here are left out"
                translation.warn(ingress.reference, .configurationError, words)
                continue
            }
            host.owners.insert(OwnerID(ingress.reference.description))
            let routes = IngressRoutes(services: self.services, policies: self.policies)
            let condition = self.condition(of: pattern)
            host.routes += paths.compactMap {
                routes.route(of: $0, in: ingress, hostCondition: condition, into: &translation)
            }
            if host.last == nil, let backend = ingress.spec?.defaultBackend {
                host.last = routes.defaultRoute(
                    of: backend,
                    in: ingress,
                    hostCondition: condition,
                    into: &translation
                )
            }
            for certificate in self.certificates(of: ingress, for: pattern, into: &translation)
            where !host.certificates.contains(certificate) {
                host.certificates.append(certificate)
            }
            hosts[pattern.description] = host
        }
    }

    /// The hosts of an Ingress with their paths. Rules without a host are for those that the options name.
    private func rules(
        of ingress: Ingress,
        into translation: inout Translation
    ) -> [(HostPattern, [Ingress.Path])] {
        var rules = (ingress.spec?.rules ?? []).map { ($0.host, $0.http?.paths ?? []) }
        if rules.isEmpty, ingress.spec?.defaultBackend != nil { rules = [("", [])] }
        return rules.flatMap { text, paths -> [(HostPattern, [Ingress.Path])] in
            guard text.isEmpty else {
                return self.host(text, in: ingress, into: &translation).map { [($0, paths)] } ?? []
            }
            guard !self.options.defaultHosts.isEmpty else {
                let words = "a rule without a host is left out: the operator has no default hosts"
                translation.warn(ingress.reference, .invalidIngress, words)
                return []
            }
            return self.options.defaultHosts.compactMap { host in
                host == "*" ? (.anyHost, paths) : self.host(host, in: ingress, into: &translation).map { ($0, paths) }
            }
        }
    }

    private func host(_ text: String, in ingress: Ingress, into translation: inout Translation) -> HostPattern? {
        do throws(HostNameError) {
            return try HostPattern(parsing: text)
        } catch {
            translation.warn(
                ingress.reference,
                .invalidIngress,
                "the host \"\(text)\" is left out: it \(error.problem)"
            )
            return nil
        }
    }

    /// A wildcard of an Ingress stands for one label, that of an endpoint for any number.
    private func condition(of pattern: HostPattern) -> String? {
        guard pattern.isWildcard, !pattern.isAnyHost else { return nil }
        return "size(req.url.host.split('.')) == \(pattern.labelCount)"
    }

    // MARK: - Certificates

    private func certificates(
        of ingress: Ingress,
        for pattern: HostPattern,
        into translation: inout Translation
    ) -> [DesiredCertificate] {
        (ingress.spec?.tls ?? []).compactMap { tls in
            guard !tls.secretName.isEmpty, tls.hosts.isEmpty || tls.hosts.contains(pattern.description) else {
                return nil
            }
            let key = ObjectKey(ingress.metadata.namespace, tls.secretName)
            switch CertificateReader.certificate(in: self.snapshot.secrets.first { $0.key == key }, key) {
            case .success(let certificate): return certificate
            case .failure(let problem):
                let words = "\(problem.message); \(pattern) has a certificate of the edge"
                translation.warn(ingress.reference, problem.isMissing ? .secretNotFound : .configurationError, words)
                return nil
            }
        }
    }

    // MARK: - Sites

    private func sites(of host: Host) -> [Site] {
        // Sorting is stable: the order of equals is that of ages, rules and paths.
        let routes = host.routes.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
        var site = Site(
            url: EndpointURL(scheme: .https, host: host.pattern, port: 443),
            name: ObjectNames.object(host.pattern.description),
            namespace: host.namespace,
            settings: host.settings
        )
        site.routes = routes.map(\.element.route) + [host.last].compactMap(\.self)
        site.owners = host.owners
        site.certificates = host.certificates
        switch self.options.plainHTTP {
        case .none: return [site]
        case .serve: return [site, self.plain(site)]
        case .redirect:
            var plain = self.plain(site)
            plain.settings.policy = nil
            plain.routes = [
                SiteRoute(
                    label: "to https",
                    conditions: [],
                    outcome: .actions([
                        PolicyAction.redirect(from: "^http://([^/?:]*)(?::[0-9]+)?", to: "https://$1", status: 308),
                        PolicyAction.respond(421, "This host is served over https."),
                    ])
                )
            ]
            return [site, plain]
        }
    }

    /// The same host without TLS.
    private func plain(_ site: Site) -> Site {
        var plain = Site(
            url: EndpointURL(scheme: .http, host: site.url.host, port: 80),
            name: ObjectNames.object("http-\(site.url.host)"),
            namespace: site.namespace,
            settings: site.settings
        )
        plain.routes = site.routes
        plain.owners = site.owners
        return plain
    }
}
