import Certificates
import Control
import EdgeTestSupport
import Foundation
import JSON
import Model
import Store
import TestSupport
import Testing

/// Certificates that are uploaded for domains, as OpenSSL and curl meet them over real sockets.
@Suite(.timeLimit(.minutes(2))) struct DomainCertificateTests {
    /// An authority of somebody's own, which signs what they upload.
    private struct Uploads {
        let authority: LocalAuthority

        init() throws { self.authority = try LocalAuthority.create(name: "Somebody") }

        /// - Returns: the identifier of the certificate that was uploaded, and its text.
        func upload(for names: [String], _ api: TestAPI) async throws -> (id: String, text: String) {
            let issued = try self.authority.issue(for: names)
            let answer = try await api.call(
                "POST",
                "/tls_certificates",
                [
                    "certificate_pem": .string(issued.certificatePEM),
                    "private_key_pem": .string(issued.keyPEM.reveal()),
                ]
            )
            try #require(answer.status == 201, "\(answer)")
            return (answer.text("id"), try DomainCertificateTests.leaf(in: issued.certificatePEM))
        }
    }

    /// The text of the first certificate in `text`, without what PEM puts around it.
    private static func leaf(in text: String) throws -> String {
        let begin = try #require(text.firstRange(of: "-----BEGIN CERTIFICATE-----"), "\(text)").upperBound
        let end = try #require(text.firstRange(of: "-----END CERTIFICATE-----"), "\(text)").lowerBound
        return text[begin..<end].filter { !$0.isNewline }
    }

    /// The certificate that OpenSSL is shown.
    private static func shown(_ name: String, by edge: TestEdge) async throws -> String {
        let openssl = try #require(Tool("openssl"))
        let address = "127.0.0.1:\(edge.httpsPort)"
        return try leaf(
            in: try await openssl.run(["s_client", "-connect", address, "-servername", name, "-showcerts"])
        )
    }

    @Test func `A domain's certificate is served when the call is answered, and connections outlive its change`()
        async throws
    {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with { setup in
                try setup.addStatic("https://app.shop.example", port: upstream.port)
            } _: { edge in
                let uploads = try Uploads()
                try await edge.withAPI { api in
                    let edges = try await Self.shown("app.shop.example", by: edge)
                    let first = try await uploads.upload(for: ["app.shop.example"], api)
                    let second = try await uploads.upload(for: ["app.shop.example"], api)
                    let domain = try await api.call("POST", "/reserved_domains", ["domain": "app.shop.example"])
                    let path = "/reserved_domains/\(domain.text("id"))"
                    #expect(try await Self.shown("app.shop.example", by: edge) == edges)

                    #expect(try await api.call("PATCH", path, ["certificate_id": .string(first.id)]).status == 200)
                    #expect(try await Self.shown("app.shop.example", by: edge) == first.text)
                    #expect(try await Self.shown("else.shop.example", by: edge) == edges)

                    let trust = try uploads.authority.certificatePEM
                    var visitors: [TestConnection] = []
                    for _ in 0..<50 {
                        visitors.append(try await edge.visitSecurely("app.shop.example", trusting: trust))
                    }
                    try await Self.askAll(visitors)
                    #expect(try await api.call("PATCH", path, ["certificate_id": .string(second.id)]).status == 200)
                    #expect(try await Self.shown("app.shop.example", by: edge) == second.text)
                    try await Self.askAll(visitors)

                    #expect(try await api.call("DELETE", "\(path)/certificate").status == 204)
                    #expect(try await Self.shown("app.shop.example", by: edge) == edges)
                    try await Self.askAll(visitors)
                    for visitor in visitors { await visitor.close() }
                }
            }
        }
    }

    private static func askAll(_ visitors: [TestConnection]) async throws {
        for visitor in visitors {
            try await visitor.write(request("GET /", host: "app.shop.example"))
            let head = try await visitor.read(until: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 200 "))
            let length = head.firstRange(of: "Content-Length: ").map { head[$0.upperBound...].prefix { $0.isNumber } }
            _ = try await visitor.read(count: Int(length ?? "") ?? 0)
        }
    }

    @Test func `The exact name comes before the nearest wildcard, and a domain that is deleted serves nothing`()
        async throws
    {
        try await TestEdge.with { edge in
            let uploads = try Uploads()
            try await edge.withAPI { api in
                let edges = try await Self.shown("none.example", by: edge)
                var texts: [String: String] = [:]
                var paths: [String: String] = [:]
                for name in ["*.wide.example", "*.deep.wide.example", "one.wide.example"] {
                    let upload = try await uploads.upload(for: [name], api)
                    let body: JSON.JSONValue = ["domain": .string(name), "certificate_id": .string(upload.id)]
                    let domain = try await api.call("POST", "/reserved_domains", body)
                    #expect(domain.status == 201, "\(domain)")
                    texts[name] = upload.text
                    paths[name] = "/reserved_domains/\(domain.text("id"))"
                }
                for (name, pattern) in [
                    ("one.wide.example", "one.wide.example"), ("ONE.wide.example", "one.wide.example"),
                    ("two.wide.example", "*.wide.example"), ("a.deep.wide.example", "*.deep.wide.example"),
                    ("a.b.wide.example", "*.wide.example"), ("wide.example", ""),
                ] {
                    #expect(try await Self.shown(name, by: edge) == texts[pattern] ?? edges, "\(name)")
                }
                #expect(try await api.call("DELETE", try #require(paths["one.wide.example"])).status == 204)
                #expect(try await Self.shown("one.wide.example", by: edge) == texts["*.wide.example"])
            }
        }
    }

    @Test func `curl trusts what was uploaded, and TLS 1.1 is refused`() async throws {
        try await TestUpstream.with(TestUpstream.echoHead) { upstream in
            try await TestEdge.with { setup in
                try setup.addStatic("https://app.shop.example", port: upstream.port)
            } _: { edge in
                let uploads = try Uploads()
                let file = FileManager.default.temporaryDirectory.appending(path: "ca-\(UUID().uuidString).pem")
                try Data(try uploads.authority.certificatePEM.utf8).write(to: file)
                defer { try? FileManager.default.removeItem(at: file) }
                let curl = try #require(Tool("curl"))
                try await edge.withAPI { api in
                    let upload = try await uploads.upload(for: ["app.shop.example"], api)
                    let body: JSON.JSONValue = ["domain": "app.shop.example", "certificate_id": .string(upload.id)]
                    #expect(try await api.call("POST", "/reserved_domains", body).status == 201)
                    let arguments = [
                        "-sS", "--cacert", file.path, "--resolve", "app.shop.example:\(edge.httpsPort):127.0.0.1",
                        "-o", "/dev/null", "-w", "%{http_code} %{http_version} %{ssl_verify_result}",
                        "https://app.shop.example:\(edge.httpsPort)/",
                    ]
                    #expect(try await curl.run(arguments) == "200 2 0")
                    let old = try await curl.run(["--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"] + arguments)
                    #expect(old.contains("alert protocol version"), "\(old)")
                    #expect(try await curl.run(["--tls-max", "1.2"] + arguments) == "200 2 0")
                }
            }
        }
    }

    @Test func `A session is resumed on whichever loop the next connection comes to`() async throws {
        try await TestEdge.with { edge in
            let uploads = try Uploads()
            let openssl = try #require(Tool("openssl"))
            let file = FileManager.default.temporaryDirectory.appending(path: "session-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: file) }
            try await edge.withAPI { api in
                let upload = try await uploads.upload(for: ["app.shop.example"], api)
                let body: JSON.JSONValue = ["domain": "app.shop.example", "certificate_id": .string(upload.id)]
                #expect(try await api.call("POST", "/reserved_domains", body).status == 201)
                let client = [
                    "s_client", "-tls1_2", "-connect", "127.0.0.1:\(edge.httpsPort)", "-servername", "app.shop.example",
                ]
                #expect(try await openssl.run(client + ["-sess_out", file]).contains("New, TLSv1.2"))
                // The system spreads connections over the two loops; both of them are met in twelve.
                for _ in 0..<12 {
                    #expect(try await openssl.run(client + ["-sess_in", file]).contains("Reused, TLSv1.2"))
                }
            }
        }
    }

    @Test(arguments: [
        ("ECDHE-ECDSA-AES128-SHA", false), ("ECDHE-ECDSA-AES256-SHA", false), ("AES128-GCM-SHA256", false),
        ("ECDHE-ECDSA-AES128-GCM-SHA256", true), ("ECDHE-ECDSA-AES256-GCM-SHA384", true),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", true),
    ])
    func `TLS 1.2 is spoken with forward secrecy and authenticated encryption alone`(
        suite: String,
        isSpoken: Bool
    ) async throws {
        try await TestEdge.with { edge in
            let openssl = try #require(Tool("openssl"))
            let text = try await openssl.run([
                "s_client", "-tls1_2", "-cipher", "\(suite):@SECLEVEL=0", "-connect", "127.0.0.1:\(edge.httpsPort)",
                "-servername", "app.edge.test",
            ])
            #expect(text.contains("Cipher is \(suite)") == isSpoken, "\(text)")
            #expect(text.contains("alert handshake failure") != isSpoken, "\(text)")
        }
    }

    @Test func `Private keys are sealed in what is stored`() async throws {
        try await TestEdge.with { edge in
            let uploads = try Uploads()
            try await edge.withAPI { api in
                _ = try await uploads.upload(for: ["app.shop.example"], api)
                let stored = try await edge.store.list(TLSCertificateRecord.recordKind, in: .platform, Page())
                #expect(stored.count == 1)
                for record in stored {
                    #expect(!String(decoding: record.document, as: UTF8.self).contains("PRIVATE KEY"))
                }
                let shown = try await api.call("GET", "/tls_certificates")
                #expect(!"\(shown)".contains("PRIVATE KEY"))
            }
        }
    }
}
