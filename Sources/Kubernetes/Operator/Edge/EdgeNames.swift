import Addressing
import APITypes
import JSON
package import Logging
import Model
import KubernetesClient

/// Reserves the host names of endpoints at the edge, and gives them the certificates that the cluster has for them.
///
/// A name stays reserved when its endpoint is gone: DNS may point to it. Certificates are ours by a mark, and go when no
/// name has them.
package actor EdgeNames {
    private static let freshness = Duration.seconds(300)
    private static let fingerprint = "portico.fingerprint"

    private let api: EdgeAPI
    private let logger: Logger
    private var known: (state: NamesState, at: ContinuousClock.Instant)?

    /// - Parameters:
    ///   - api: of the edge.
    ///   - logger: is told what is reserved.
    package init(_ api: EdgeAPI, logger: Logger) {
        self.api = api
        self.logger = logger
    }

    /// How it went.
    struct Result: Sendable {
        /// Why it did not come about, by domain; `nil` as the key for all.
        var failures: [String?: EdgeRefusal] = [:]
        /// Whether names were reserved.
        var hasChanged = false
    }

    /// The reserved names that are known, in the form of the cluster's own objects; statuses are made of them.
    var domains: [Domain] {
        (self.known?.state.names.values.map { $0 } ?? []).map { record in
            Domain(
                metadata: ObjectMetadata(name: record.domain),
                spec: Domain.Spec(domain: record.domain),
                status: Domain.Status(
                    id: record.id,
                    domain: record.domain,
                    cnameTarget: record.cnameTarget,
                    conditions: []
                )
            )
        }
    }

    /// Finds out what is reserved, unless that is known.
    ///
    /// - Returns: why it could not be found out.
    func refresh() async -> EdgeRefusal? {
        do {
            _ = try await self.state()
            return nil
        } catch {
            return error
        }
    }

    /// Makes the edge have the names of `endpoints`, with their certificates. Called by one at a time.
    func apply(_ endpoints: [DesiredEndpoint]) async -> Result {
        var result = Result()
        var wished: [String: String?] = [:]
        var certificates: [String: DesiredCertificate] = [:]
        for endpoint in endpoints {
            guard let name = endpoint.reservedName else { continue }
            // A domain has one certificate: the first.
            let certificate = endpoint.certificates.first
            if let certificate { certificates[certificate.fingerprint] = certificate }
            if wished[name].flatMap({ $0 }) == nil { wished[name] = .some(certificate?.fingerprint) }
        }
        let state: NamesState
        do {
            state = try await self.state()
        } catch {
            result.failures[nil] = error
            return result
        }
        for step in NamesPlan(from: state, to: wished).steps {
            do {
                try await self.perform(step, certificates)
                if case .reserve = step { result.hasChanged = true }
            } catch {
                result.failures[step.domain] = error
            }
        }
        return result
    }

    private func perform(
        _ step: NamesPlan.Step,
        _ certificates: [String: DesiredCertificate]
    ) async throws(EdgeRefusal) {
        switch step {
        case .reserve(let domain):
            let body: JSONObject = ["domain": .string(domain), "metadata": .string(self.api.mark.metadata())]
            let made = try await self.api.call(.post, "/reserved_domains", body)
            self.known?.state.names[domain] = NameRecord(made)
            self.logger.info("domain is reserved", metadata: ["domain.name": "\(domain)"])
        case .upload(let fingerprint):
            guard let certificate = certificates[fingerprint] else { return }
            let body: JSONObject = [
                "certificate_pem": .string(certificate.chain),
                "private_key_pem": .string(certificate.key.reveal()), "description": .string(certificate.source),
                "metadata": .string(self.api.mark.metadata([Self.fingerprint: fingerprint])),
            ]
            let made = try await self.api.call(.post, "/tls_certificates", body)
            self.known?.state.certificates[fingerprint] = made["id"]?.string
        case .attach(let domain, let fingerprint):
            // Without either, the step before this one has failed, and has said so.
            guard let record = self.known?.state.names[domain],
                let certificate = self.known?.state.certificates[fingerprint]
            else { return }
            try await self.api.call(.patch, "/reserved_domains/\(record.id)", ["certificate_id": .string(certificate)])
            self.known?.state.names[domain]?.certificate = certificate
        case .detach(let domain):
            guard let record = self.known?.state.names[domain] else { return }
            try await self.api.delete("/reserved_domains/\(record.id)/certificate")
            self.known?.state.names[domain]?.certificate = nil
        case .discard(let fingerprint):
            guard let id = self.known?.state.certificates[fingerprint] else { return }
            try await self.api.delete("/tls_certificates/\(id)")
            self.known?.state.certificates[fingerprint] = nil
        }
    }

    // MARK: - What is there

    private func state() async throws(EdgeRefusal) -> NamesState {
        if let known, .now - known.at < Self.freshness { return known.state }
        var state = NamesState()
        for item in try await self.api.list("/reserved_domains", "reserved_domains") {
            guard let record = NameRecord(item) else { continue }
            state.names[record.domain] = record
        }
        for item in try await self.api.list("/tls_certificates", "tls_certificates") {
            guard let metadata = item["metadata"]?.string, self.api.mark.stands(in: metadata),
                let fingerprint = OperatorMark.member(Self.fingerprint, of: metadata), let id = item["id"]?.string
            else { continue }
            state.certificates[fingerprint] = id
        }
        self.known = (state, .now)
        return state
    }
}

extension NameRecord {
    /// As the edge tells of it; nil for what has no name.
    fileprivate init?(_ item: JSONObject) {
        guard let id = item["id"]?.string, let domain = item["domain"]?.string else { return nil }
        self.init(
            id: id,
            domain: domain,
            cnameTarget: item["cname_target"]?.string,
            certificate: item["certificate"]?.object?["id"]?.string
        )
    }
}

extension NamesPlan.Step {
    /// Whose failure it is.
    fileprivate var domain: String? {
        switch self {
        case .reserve(let domain), .attach(let domain, _), .detach(let domain): domain
        case .upload, .discard: nil
        }
    }
}

extension DesiredEndpoint {
    /// The name to reserve for it; nil where it has none that visitors look up.
    var reservedName: String? {
        guard self.binding == .public, self.url.scheme != .tcp, self.url.host != .anyHost else { return nil }
        return self.url.host.description
    }
}
