import Addressing
import Expression
import PolicyEngine
import TrafficPolicy

/// What a case says of the connection and the time, as an exchange takes it.
struct CaseConnection {
    private let facts: [String: DocumentValue]

    init(_ facts: [String: DocumentValue]) {
        self.facts = facts
    }

    /// The first second of 2026, at noon of Greenwich, where the case says nothing.
    var time: Timestamp { self.timestamp("time.now") ?? Timestamp(text: "2026-01-01T12:00:00Z") ?? .epoch }
    var bytesIn: Int { self.integer("conn.bytes_in") ?? 0 }
    var bytesOut: Int { self.integer("conn.bytes_out") ?? 0 }

    /// The connection; with `isTLS` it has TLS also where the case says nothing of it.
    func facts(isTLS: Bool) -> ConnectionFacts {
        let client = self.address("conn.client", standard: "198.51.100.7", port: 50_000)
        let server = self.address("conn.server", standard: "192.0.2.1", port: isTLS ? 443 : 80)
        return ConnectionFacts(
            client: client,
            server: server,
            region: self.text("conn.server_region") ?? "",
            start: self.timestamp("conn.ts.start") ?? self.time,
            tls: isTLS || self.has("conn.tls.") ? self.tls : nil,
            pod: self.has("conn.k8s.pod.") ? self.pod : nil,
            directory: Directory(origins: [
                (client.ip, self.origin("conn.client_ip")), (server.ip, self.origin("conn.server_ip")),
            ])
        )
    }

    private func address(_ name: String, standard: String, port: UInt16) -> NetworkAddress {
        let text = self.text("\(name)_ip") ?? standard
        let ip = (try? IPAddress(parsing: text)) ?? IPAddress(v4: 0)
        return NetworkAddress(ip: ip, port: self.integer("\(name)_port").flatMap(UInt16.init(exactly:)) ?? port)
    }

    private struct Directory: AddressDirectory {
        let origins: [(address: IPAddress, origin: AddressOrigin)]

        func origin(of address: IPAddress) -> AddressOrigin? {
            self.origins.first { $0.address == address }?.origin
        }
    }
}

// MARK: - Parts

extension CaseConnection {
    private func origin(_ name: String) -> AddressOrigin {
        var origin = AddressOrigin()
        origin.location = self.place("\(name).geo.location")
        // The older names of where the visitor is.
        if name == "conn.client_ip" { self.fill(&origin.location, from: "conn.geo") }
        origin.registration = self.place("\(name).geo.registered_location")
        origin.systemNumber = self.integer("\(name).as.number").flatMap(UInt32.init(exactly:))
        origin.systemOrganization = self.text("\(name).as.organization") ?? ""
        origin.categories = Self.withPrefixes(self.texts("\(name).categories"))
        return origin
    }

    /// `com.github.hooks` is in `com` and `com.github` too.
    private static func withPrefixes(_ categories: [String]) -> [String] {
        var all: [String] = []
        for category in categories {
            let parts = category.split(separator: ".")
            for count in 1...max(1, parts.count) {
                let prefix = parts.prefix(count).joined(separator: ".")
                if !all.contains(prefix) { all.append(prefix) }
            }
        }
        return all
    }

    private func place(_ name: String) -> AddressOrigin.Place {
        var place = AddressOrigin.Place()
        self.fill(&place, from: name)
        return place
    }

    private func fill(_ place: inout AddressOrigin.Place, from name: String) {
        let members: [(String, WritableKeyPath<AddressOrigin.Place, String>)] = [
            ("city", \.city), ("continent", \.continent), ("country", \.country), ("country_code", \.countryCode),
            ("latitude", \.latitude), ("longitude", \.longitude), ("metro_code", \.metroCode),
            ("postal_code", \.postalCode), ("radius", \.radius), ("subdivision", \.subdivision),
            ("timezone", \.timeZone),
        ]
        for (member, path) in members {
            if let text = self.text("\(name).\(member)") { place[keyPath: path] = text }
        }
        if let isInEU = self.flag("\(name).is_eu") { place.isInEU = isInEU }
    }

    private var tls: TLSFacts {
        var tls = TLSFacts()
        tls.serverName = self.text("conn.tls.sni") ?? ""
        tls.ja4Fingerprint = self.text("conn.tls.ja4_fingerprint") ?? ""
        tls.version = self.text("conn.tls.version") ?? "1.3"
        tls.cipherSuite = self.text("conn.tls.cipher_suite") ?? "TLS_AES_128_GCM_SHA256"
        tls.applicationProtocol = self.text("conn.tls.negotiated_alpn") ?? ""
        tls.client = self.certificate("conn.tls.client")
        tls.server = self.certificate("conn.tls.server")
        return tls
    }

    /// Nil where the case says nothing of it: then there is none.
    private func certificate(_ name: String) -> CertificateFacts? {
        guard self.has("\(name).") else { return nil }
        var contents = CertificateFacts.Contents()
        contents.issuer = self.name("\(name).issuer")
        contents.subject = self.name("\(name).subject")
        contents.pem = self.text("\(name).pem") ?? ""
        contents.alternativeNames = self.text("\(name).san") ?? ""
        contents.dnsNames = self.texts("\(name).san.dns_names")
        contents.emailAddresses = self.texts("\(name).san.email_addresses")
        contents.ipAddresses = self.texts("\(name).san.ip_addresses")
        contents.uris = self.texts("\(name).san.uris")
        contents.serialNumber = self.text("\(name).serial_number") ?? ""
        contents.signatureAlgorithm = self.text("\(name).signature_algorithm") ?? ""
        contents.notBefore = self.timestamp("\(name).validity.not_before")
        contents.notAfter = self.timestamp("\(name).validity.not_after")
        return CertificateFacts(contents)
    }

    private func name(_ name: String) -> CertificateFacts.Name {
        var found = CertificateFacts.Name()
        found.commonName = self.text("\(name).common_name") ?? ""
        found.text = self.text(name) ?? (found.commonName.isEmpty ? "" : "CN=\(found.commonName)")
        found.country = self.texts("\(name).country")
        found.locality = self.texts("\(name).locality")
        found.organization = self.texts("\(name).organization")
        found.organizationalUnit = self.texts("\(name).organizational_unit")
        found.postalCode = self.texts("\(name).postal_code")
        found.province = self.texts("\(name).province")
        found.streetAddress = self.texts("\(name).street_address")
        return found
    }

    private var pod: PodFacts {
        var pod = PodFacts()
        pod.id = self.text("conn.k8s.pod.id") ?? ""
        pod.name = self.text("conn.k8s.pod.metadata.name") ?? ""
        pod.namespace = self.text("conn.k8s.pod.metadata.namespace") ?? ""
        if case .object(let members)? = self.facts["conn.k8s.pod.metadata.annotations"] {
            pod.annotations = members.compactMap { member in
                if case .string(let text) = member.value { PodFacts.Pair(member.name, text) } else { nil }
            }
        }
        pod.errorCode = self.text("conn.k8s.pod.metadata.error_code") ?? ""
        pod.errorMessage = self.text("conn.k8s.pod.metadata.error_message") ?? ""
        return pod
    }
}

// MARK: - Values

extension CaseConnection {
    private func has(_ prefix: String) -> Bool { self.facts.keys.contains { $0.hasPrefix(prefix) } }

    private func text(_ name: String) -> String? {
        if case .string(let text)? = self.facts[name] { text } else { nil }
    }

    private func texts(_ name: String) -> [String] {
        guard case .list(let items)? = self.facts[name] else { return [] }
        return items.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }

    private func integer(_ name: String) -> Int? {
        if case .integer(let number)? = self.facts[name] { number } else { nil }
    }

    private func flag(_ name: String) -> Bool? {
        if case .bool(let flag)? = self.facts[name] { flag } else { nil }
    }

    private func timestamp(_ name: String) -> Timestamp? { self.text(name).flatMap { Timestamp(text: $0) } }
}
