import Certificates
import Control
import JSON
import Model
import Store
import Testing

@testable import APIServer

/// TLS certificates and certificate authorities.
@Suite struct CertificateTests {
    private static func upload(_ issued: IssuedCertificate) -> JSONObject {
        [
            "certificate_pem": .string(issued.certificatePEM), "private_key_pem": .string(issued.keyPEM.reveal()),
        ]
    }

    @Test func `A certificate shows what it is, and its key nowhere`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let authority = try LocalAuthority.create()
            let issued = try authority.issue(for: ["app.example.test", "*.example.test"])
            let made = try await api.create("/tls_certificates", .object(Self.upload(issued)))
            #expect(made.text("certificate_pem") == issued.certificatePEM)
            #expect(made.text("subject_common_name") == "app.example.test")
            #expect(made["subject_alternative_names"]?.object?["ips"] == [])
            #expect(made["subject_alternative_names"]?.object?["dns_names"]?.array?.count == 2)
            #expect(made["issued_at"] == .null)
            #expect(made["key_usages"] == ["digital_signature"])
            #expect(made["extended_key_usages"] == ["server_auth"])
            #expect(made.text("private_key_type") == "ecdsa")
            #expect(made["private_key_pem"] == nil)
            let secret = try #require(issued.keyPEM.reveal().split(separator: "\n").dropFirst().first)
            for kind in ["tls_certificate", "audit_event"] {
                let records = try await api.store.list(.init(kind), in: .platform, .init(limit: 1000))
                #expect(!records.isEmpty)
                for record in records {
                    #expect(!String(decoding: record.document, as: UTF8.self).contains(secret))
                }
            }
        }
    }

    @Test func `An upload that cannot be is refused`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let good = Self.upload(try LocalAuthority.create().issue(for: ["app.example.test"]))
            let other = Self.upload(try LocalAuthority.create().issue(for: ["app.example.test"]))
            let chain = try #require(good["certificate_pem"])
            let key = try #require(good["private_key_pem"])
            let otherKey = try #require(other["private_key_pem"])
            let wrong: [(JSONValue, Int)] = [
                ([:], 1922), (["certificate_pem": chain], 1901),
                (["certificate_pem": "", "private_key_pem": key], 1922),
                (["certificate_pem": chain, "private_key_pem": ""], 1901),
                (["certificate_pem": "x", "private_key_pem": key], 1922),
                (["certificate_pem": key, "private_key_pem": chain], 1925),
                (["certificate_pem": chain, "private_key_pem": chain], 1924),
                (["certificate_pem": chain, "private_key_pem": otherKey], 1923),
            ]
            for (body, code) in wrong {
                let answer = try await api.call("POST", "/tls_certificates", body)
                #expect(answer.status == 400)
                #expect(answer.code == code, "\(answer)")
            }
            let made = try await api.create("/tls_certificates", .object(good)).text("id")
            let change: JSONValue = ["certificate_pem": chain]
            #expect(try await api.call("PATCH", "/tls_certificates/\(made)", change).code == 214)
        }
    }

    @Test func `A certificate authority is one certificate of an authority`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let authority = try LocalAuthority.create()
            let pem = try authority.certificatePEM
            let leaf = try authority.issue(for: ["app.example.test"])
            let wrong: [(String, Int)] = [
                ("", 1919), ("x", 1920), (pem + pem, 1912), (leaf.certificatePEM, 1913), (leaf.keyPEM.reveal(), 1911),
            ]
            for (text, code) in wrong {
                let answer = try await api.call("POST", "/certificate_authorities", ["ca_pem": .string(text)])
                #expect(answer.status == 400)
                #expect(answer.code == code, "\(answer)")
            }
            let made = try await api.create("/certificate_authorities", ["ca_pem": .string(pem)])
            #expect(made.text("ca_pem") == pem)
            #expect(made.text("subject_common_name").hasPrefix("Portico local authority"))
            #expect(made["key_usages"] == ["cert_sign", "crl_sign"])
        }
    }

    @Test func `A domain serves a certificate that was uploaded, or one that the edge obtains`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let upload = Self.upload(try LocalAuthority.create().issue(for: ["app.example.test"]))
            let id = try await api.create("/tls_certificates", .object(upload)).text("id")
            let foreign = try await api.create("/tls_certificates", .object(upload), key: api.foreignKey).text("id")
            let certificate: JSONValue = .string(id)

            let domain = try await api.create(
                "/reserved_domains",
                ["domain": "app.example.test", "certificate_id": certificate]
            )
            let reference: JSONValue = [
                "id": certificate, "uri": .string("http://127.0.0.1:\(api.port)/tls_certificates/\(id)"),
            ]
            #expect(domain["certificate"] == reference)
            #expect(domain["certificate_management_policy"] == .null)
            #expect(domain["certificate_management_status"] == .null)

            let path = "/reserved_domains/\(domain.text("id"))"
            #expect(try await api.call("PATCH", path, ["certificate_id": .string(foreign)]).code == 100_510)
            #expect(try await api.call("PATCH", path, ["certificate_id": "nope"]).code == 100_510)
            #expect(try await api.call("DELETE", "/tls_certificates/\(id)").code == 100_608)
            #expect(try await api.call("DELETE", "\(path)/certificate_management_policy").code == 436)

            let filter = PercentText.encode(#"obj.certificate.id == "\#(id)""#)
            let found = try await api.call("GET", "/reserved_domains?filter=\(filter)").object
            #expect(found["reserved_domains"]?.array?.count == 1)

            #expect(try await api.call("DELETE", "\(path)/certificate").status == 204)
            #expect(try await api.call("GET", path).object["certificate"] == .null)
            #expect(try await api.call("PATCH", path, ["certificate_id": certificate]).status == 200)
            let managed = try await api.call("PATCH", path, ["certificate_management_policy": [:]]).object
            #expect(managed["certificate"] == .null)
            #expect(managed["certificate_management_policy"]?.object?.text("authority") == "letsencrypt")
            #expect(try await api.call("DELETE", "/tls_certificates/\(id)").status == 204)
        }
    }

    @Test func `A certificate that the edge obtained goes with its domain alone`() async throws {
        try await APIUnderTest.run { (api) async throws in
            let upload = Self.upload(try LocalAuthority.create().issue(for: ["app.example.test"]))
            let id = try await api.create("/tls_certificates", .object(upload)).text("id")
            let name = try #require(ResourceID<CertificateKind>(id))
            var stored = try await api.store.get(name, as: TLSCertificateRecord.self, in: .platform)
            stored.document.issued = stored.document.created
            try await api.store.commit([.update(stored)])
            #expect(try await api.call("DELETE", "/tls_certificates/\(id)").code == 1966)
            #expect(try await api.call("GET", "/tls_certificates/\(id)").object["issued_at"]?.string != nil)
        }
    }
}
