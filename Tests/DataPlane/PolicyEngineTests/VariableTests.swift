import Addressing
import Expression
import NIOCore
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// One case for each variable: an expression that is true of a whole exchange (`spec/expressions.md` 4).
struct VariableCase: CustomTestStringConvertible, Sendable {
    let name: String
    let expression: String

    init(_ name: String, _ expression: String) {
        self.name = name
        self.expression = expression
    }

    var testDescription: String { self.name }
}

@Suite struct VariableTests {
    /// Knows where the addresses of the fixture are.
    struct Directory: AddressDirectory {
        func origin(of address: IPAddress) -> AddressOrigin? {
            var origin = AddressOrigin()
            origin.location = Self.place("here")
            origin.registration = Self.place("there")
            origin.systemNumber = 64_500
            origin.systemOrganization = "Example Net"
            origin.categories = ["proxy", "proxy.anonymous", "proxy.anonymous.tor", "blocklist", "blocklist.x"]
            return address.isIPv4 ? origin : nil
        }

        private static func place(_ prefix: String) -> AddressOrigin.Place {
            var place = AddressOrigin.Place()
            place.city = "\(prefix)-city"
            place.continent = "\(prefix)-continent"
            place.country = "\(prefix)-country"
            place.countryCode = "\(prefix)-code"
            place.latitude = "1.5"
            place.longitude = "-2.5"
            place.metroCode = "\(prefix)-metro"
            place.postalCode = "\(prefix)-postal"
            place.radius = "20"
            place.subdivision = "\(prefix)-subdivision"
            place.timeZone = "\(prefix)-zone"
            place.isInEU = true
            return place
        }
    }

    static func certificate(_ name: String) -> CertificateFacts {
        var contents = CertificateFacts.Contents()
        contents.extensions = [.init(id: "2.5.29.15", isCritical: true, value: [3, 2])]
        contents.issuer = Self.distinguishedName("\(name)-issuer")
        contents.subject = Self.distinguishedName("\(name)-subject")
        contents.pem = "\(name)-pem"
        contents.alternativeNames = "DNS:\(name).example"
        contents.dnsNames = ["\(name).example"]
        contents.emailAddresses = ["\(name)@example.com"]
        contents.ipAddresses = ["192.0.2.9"]
        contents.uris = ["spiffe://\(name)"]
        contents.serialNumber = "0a1b"
        contents.signatureAlgorithm = "ECDSA-SHA256"
        contents.notBefore = Timestamp(nanosecondsSince1970: 1_000_000_000)
        contents.notAfter = Timestamp(nanosecondsSince1970: 2_000_000_000)
        return CertificateFacts(contents)
    }

    private static func distinguishedName(_ text: String) -> CertificateFacts.Name {
        var name = CertificateFacts.Name()
        name.text = "CN=\(text)"
        name.commonName = text
        name.country = ["DE"]
        name.locality = ["Bonn"]
        name.organization = ["Example"]
        name.organizationalUnit = ["Ops"]
        name.postalCode = ["53111"]
        name.province = ["NRW"]
        name.streetAddress = ["Way 1"]
        return name
    }

    /// An exchange of which everything is known, with a response.
    ///
    /// - Returns: with it its host, which it holds weakly, as a connection holds its exchanges.
    static func exchange(
        services: PolicyServices = PolicyServices()
    ) throws -> (exchange: Exchange, host: FixtureHost) {
        var fixture = ExchangeFixture("/%61dmin/../a%2fb?q=1&q=two+words&%C3%A9")
        fixture.method = "POST"
        fixture.target.userInformation = "user:secret"
        fixture.target.port = 8443
        fixture.contentLength = 12
        fixture.fields = [
            ("Host", "app.example.com:8443"), ("X-A", "1"), ("x-a", "2"), ("Cookie", "id=7; id=8; t=x"),
            ("Content-Type", "Text/HTML; Charset=UTF-8"), ("Content-Encoding", "GZIP, br"), ("Location", "/from"),
            (
                "User-Agent",
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                    + "Chrome/120.0.0.0 Safari/537.36"
            ),
        ]
        fixture.directory = Directory()
        fixture.services = services
        var tls = TLSFacts()
        tls.serverName = "app.example.com"
        tls.ja4Fingerprint = "t13d1516h2_8daaf6152771_02713d6af862"
        tls.version = "1.3"
        tls.cipherSuite = "TLS_AES_128_GCM_SHA256"
        tls.applicationProtocol = "h2"
        tls.client = Self.certificate("client")
        tls.server = Self.certificate("server")
        fixture.tls = tls
        var pod = PodFacts()
        pod.id = "uid-1"
        pod.name = "web-0"
        pod.namespace = "shop"
        pod.annotations = [.init("k8s.ngrok.com/team", "a")]
        pod.errorCode = "ERR_NGROK_28000"
        pod.errorMessage = "too large"
        fixture.pod = pod
        fixture.host.bytesIn = 100
        fixture.host.bytesOut = 200
        let exchange = try fixture.exchange(PolicyProgram(.empty))
        exchange.request.bodyReceived = Timestamp(nanosecondsSince1970: 1_795_867_160_000_000_000)
        exchange.request.trailers = receivedHead([("X-Sum", "9")]).received
        exchange.begin(Self.receivedResponse())
        // Expressions are evaluated while a phase runs.
        _ = exchange.run(.httpResponse)
        return (exchange, fixture.host)
    }

    private static func receivedResponse() -> ResponseState {
        var response = ResponseState(
            status: 201,
            head: receivedHead([
                ("Content-Type", "application/json; x=Y"), ("Content-Encoding", "br"), ("Location", "/new"),
                ("Set-Cookie", "s=short; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax; Priority=High"),
                ("Set-Cookie", "s=long; Path=/deep/er; Domain=example.com; Expires=Thu, 29 Feb 2024 00:00:00 GMT"),
            ]),
            contentLength: 34
        )
        response.trailers = receivedHead([("X-End", "z")]).received
        return response
    }

    static let cases: [VariableCase] = connection + addresses + tls + pod + endpoint + request + response

    private static let connection: [VariableCase] = [
        .init("conn.bytes_in", "conn.bytes_in == 100"), .init("conn.bytes_out", "conn.bytes_out == 200"),
        .init("conn.client_ip", "conn.client_ip == '198.51.100.7'"),
        .init("conn.client_port", "conn.client_port == 50000"),
        .init("conn.server_ip", "conn.server_ip == '192.0.2.1'"), .init("conn.server_port", "conn.server_port == 443"),
        .init("conn.server_region", "conn.server_region == 'eu'"),
        .init("conn.ts.start", "conn.ts.start == timestamp('2026-11-28T11:58:20Z')"),
        .init("conn.geo.city", "conn.geo.city == 'here-city'"),
        .init("conn.geo.country", "conn.geo.country == 'here-country'"),
        .init("conn.geo.country_code", "conn.geo.country_code == 'here-code'"),
        .init("conn.geo.latitude", "conn.geo.latitude == '1.5'"),
        .init("conn.geo.longitude", "conn.geo.longitude == '-2.5'"),
        .init("conn.geo.radius", "conn.geo.radius == '20'"),
        .init("conn.geo.subdivision", "conn.geo.subdivision == 'here-subdivision'"),
    ]

    private static let addresses: [VariableCase] = ["conn.client_ip", "conn.server_ip"].flatMap { side in
        let own: [VariableCase] = [
            .init("\(side).categories", "'proxy.anonymous' in \(side).categories && \(side).categories.size() == 5"),
            .init("\(side).is_on_blocklist", "\(side).is_on_blocklist"),
            .init("\(side).is_tor_node", "\(side).is_tor_node"),
            .init("\(side).as.number", "\(side).as.number == 64500"),
            .init("\(side).as.organization", "\(side).as.organization == 'Example Net'"),
        ]
        let located = ["city", "continent", "country", "metro_code", "postal_code", "subdivision", "timezone"].map {
            let value = "here-" + $0.split(separator: "_")[0].replacing("timezone", with: "zone")
            return VariableCase("\(side).geo.location.\($0)", "\(side).geo.location.\($0) == '\(value)'")
        }
        let registered = ["city", "continent", "country", "metro_code", "subdivision", "timezone"].map {
            let value = "there-" + $0.split(separator: "_")[0].replacing("timezone", with: "zone")
            let name = "\(side).geo.registered_location.\($0)"
            return VariableCase(name, "\(name) == '\(value)'")
        }
        return own + located + registered + [
            .init("\(side).geo.location.country_code", "\(side).geo.location.country_code == 'here-code'"),
            .init("\(side).geo.location.latitude", "\(side).geo.location.latitude == '1.5'"),
            .init("\(side).geo.location.longitude", "\(side).geo.location.longitude == '-2.5'"),
            .init("\(side).geo.location.radius", "\(side).geo.location.radius == '20'"),
            .init("\(side).geo.location.is_eu", "\(side).geo.location.is_eu"),
            .init(
                "\(side).geo.registered_location.country_code",
                "\(side).geo.registered_location.country_code == 'there-code'"
            ),
            .init("\(side).geo.registered_location.is_eu", "\(side).geo.registered_location.is_eu"),
        ]
    }

    private static let tls: [VariableCase] =
        [
            .init("conn.tls.sni", "conn.tls.sni == 'app.example.com'"),
            .init("conn.tls.ja4_fingerprint", "conn.tls.ja4_fingerprint.startsWith('t13d')"),
            .init("conn.tls.version", "conn.tls.version == '1.3'"),
            .init("conn.tls.cipher_suite", "conn.tls.cipher_suite == 'TLS_AES_128_GCM_SHA256'"),
            .init("conn.tls.negotiated_alpn", "conn.tls.negotiated_alpn == 'h2'"),
            .init("conn.tls.session_resumed", "conn.tls.session_resumed == false"),
            .init("conn.tls.client.pem", "conn.tls.client.pem == 'client-pem'"),
        ] + certificateCases("client") + certificateCases("server")

    private static func certificateCases(_ side: String) -> [VariableCase] {
        let lists = [
            ("country", "DE"), ("locality", "Bonn"), ("organization", "Example"), ("organizational_unit", "Ops"),
            ("postal_code", "53111"), ("province", "NRW"), ("street_address", "Way 1"),
        ]
        let names = ["issuer", "subject"].flatMap { owner in
            let name = "conn.tls.\(side).\(owner)"
            return [
                VariableCase(name, "\(name) == 'CN=\(side)-\(owner)'"),
                VariableCase("\(name).common_name", "\(name).common_name == '\(side)-\(owner)'"),
            ] + lists.map { VariableCase("\(name).\($0.0)", "\(name).\($0.0) == ['\($0.1)']") }
        }
        let name = "conn.tls.\(side)"
        return names + [
            .init(
                "\(name).extensions",
                "\(name).extensions[0].id == '2.5.29.15' && \(name).extensions[0].critical "
                    + "&& \(name).extensions[0].value == b'\\x03\\x02'"
            ),
            .init("\(name).san", "\(name).san == 'DNS:\(side).example'"),
            .init("\(name).san.dns_names", "\(name).san.dns_names == ['\(side).example']"),
            .init("\(name).san.email_addresses", "\(name).san.email_addresses == ['\(side)@example.com']"),
            .init("\(name).san.ip_addresses", "\(name).san.ip_addresses == ['192.0.2.9']"),
            .init("\(name).san.uris", "\(name).san.uris == ['spiffe://\(side)']"),
            .init("\(name).serial_number", "\(name).serial_number == '0a1b'"),
            .init("\(name).signature_algorithm", "\(name).signature_algorithm == 'ECDSA-SHA256'"),
            .init("\(name).validity.not_before", "\(name).validity.not_before == timestamp('1970-01-01T00:00:01Z')"),
            .init("\(name).validity.not_after", "\(name).validity.not_after == timestamp('1970-01-01T00:00:02Z')"),
        ]
    }

    private static let pod: [VariableCase] = [
        .init("conn.k8s.pod.id", "conn.k8s.pod.id == 'uid-1'"),
        .init("conn.k8s.pod.metadata.name", "conn.k8s.pod.metadata.name == 'web-0'"),
        .init("conn.k8s.pod.metadata.namespace", "conn.k8s.pod.metadata.namespace == 'shop'"),
        .init(
            "conn.k8s.pod.metadata.annotations",
            "conn.k8s.pod.metadata.annotations['k8s.ngrok.com/team'] == 'a'"
        ),
        .init("conn.k8s.pod.metadata.error_code", "conn.k8s.pod.metadata.error_code == 'ERR_NGROK_28000'"),
        .init("conn.k8s.pod.metadata.error_message", "conn.k8s.pod.metadata.error_message == 'too large'"),
    ]

    private static let endpoint: [VariableCase] = [
        .init("endpoint.addr", "endpoint.addr == 'app.example.com:443'"),
        .init("endpoint.host", "endpoint.host == 'app.example.com'"), .init("endpoint.id", "endpoint.id == 'ep_2test'"),
        .init("endpoint.port", "endpoint.port == 443"), .init("endpoint.protocol", "endpoint.protocol == 'https'"),
        .init("endpoint.url", "endpoint.url == 'https://app.example.com'"),
        .init("time.now", "time.now == '2026-11-28T12:00:00Z'"),
    ]

    private static let request: [VariableCase] = [
        .init("req.method", "req.method == 'POST'"), .init("req.version", "req.version == 'HTTP/1.1'"),
        .init("req.host", "req.host == 'app.example.com:8443'"),
        .init("req.headers", "req.headers['X-a'] == ['1', '2'] && 'x-A' in req.headers && 'host' in req.headers"),
        .init("req.trailers", "req.trailers['x-sum'] == ['9']"),
        .init(
            "req.cookies",
            "req.cookies['id'].map(c, c.value) == ['7', '8'] && req.cookies['t'][0].name == 't'"
        ),
        .init("req.content_encoding", "req.content_encoding == ['gzip', 'br']"),
        .init("req.content_length", "req.content_length == 12"),
        .init("req.content_type", "req.content_type == 'text/html'"),
        .init("req.content_type.parameters", "req.content_type.parameters['charset'] == 'UTF-8'"),
        .init("req.content_type.raw", "req.content_type.raw == 'Text/HTML; Charset=UTF-8'"),
        .init("req.location", "req.location == '/from'"),
        .init("req.ts.header_received", "req.ts.header_received == timestamp('2026-11-28T11:59:10Z')"),
        .init("req.ts.body_received", "req.ts.body_received == timestamp('2026-11-28T11:59:20Z')"),
        .init("req.url", "req.url == 'https://user:secret@app.example.com:8443/a%2Fb?q=1&q=two+words&%C3%A9'"),
        .init("req.url.scheme", "req.url.scheme == 'https'"),
        .init("req.url.user_password", "req.url.user_password == 'user:secret'"),
        .init("req.url.authority", "req.url.authority == 'user:secret@app.example.com:8443'"),
        .init("req.url.host", "req.url.host == 'app.example.com'"), .init("req.url.port", "req.url.port == 8443"),
        .init("req.url.path", "req.url.path == '/a%2Fb'"),
        .init("req.url.raw_path", "req.url.raw_path == '/%61dmin/../a%2fb'"),
        .init("req.url.query", "req.url.query == 'q=1&q=two+words&%C3%A9'"),
        .init(
            "req.url.query_params",
            "req.url.query_params['q'] == ['1', 'two words'] && '\u{E9}' in req.url.query_params"
        ),
        .init("req.url.uri", "req.url.uri == '/a%2Fb?q=1&q=two+words&%C3%A9'"),
        .init(
            "req.url.raw",
            "req.url.raw == 'https://user:secret@app.example.com:8443/%61dmin/../a%2fb?q=1&q=two+words&%C3%A9'"
        ),
        .init("req.user_agent", "req.user_agent.startsWith('Mozilla/5.0')"),
        .init("req.user_agent.name", "req.user_agent.name == 'Chrome'"),
        .init("req.user_agent.version", "req.user_agent.version == '120.0.0.0'"),
        .init("req.user_agent.os", "req.user_agent.os == 'Windows'"),
        .init("req.user_agent.os_version", "req.user_agent.os_version == '10.0'"),
        .init("req.user_agent.device", "req.user_agent.device == '' && !has(req.user_agent.device)"),
        .init("req.user_agent.url", "req.user_agent.url == '' && !has(req.user_agent.url)"),
        .init("req.user_agent.is_mobile", "!req.user_agent.is_mobile"),
        .init("req.user_agent.is_tablet", "!req.user_agent.is_tablet"),
        .init("req.user_agent.is_desktop", "req.user_agent.is_desktop"),
        .init("req.user_agent.is_bot", "!req.user_agent.is_bot"),
    ]

    private static let response: [VariableCase] = [
        .init("res.status_code", "res.status_code == 201"),
        .init("res.headers", "res.headers['location'] == ['/new'] && res.headers.exists_one(h, h == 'content-type')"),
        .init("res.trailers", "res.trailers['X-End'] == ['z']"),
        .init("res.content_encoding", "res.content_encoding == ['br']"),
        .init("res.content_length", "res.content_length == 34"),
        .init("res.content_type", "res.content_type == 'application/json'"),
        .init("res.content_type.parameters", "res.content_type.parameters == {'x': 'Y'}"),
        .init("res.content_type.raw", "res.content_type.raw == 'application/json; x=Y'"),
        .init("res.location", "res.location == '/new'"),
        .init(
            "res.cookies",
            """
            res.cookies['s'].map(c, c.value) == ['long', 'short']
            && res.cookies['s'][0].domain == 'example.com' && res.cookies['s'][0].path == '/deep/er'
            && res.cookies['s'][0].expires == timestamp('2024-02-29T00:00:00Z')
            && res.cookies['s'][1].max_age == duration('1m') && res.cookies['s'][1].secure
            && res.cookies['s'][1].http_only && res.cookies['s'][1].same_site == 'Lax'
            && res.cookies['s'][1].unparsed_attributes == {'Priority': 'High'}
            && res.cookies['s'][1].name == 's'
            """
        ),
    ]

    @Test(arguments: cases) func `A variable has its value`(variable: VariableCase) throws {
        let program = try PolicyLanguage.environment(of: .httpResponse).compileCondition(variable.expression)
        let (exchange, host) = try Self.exchange()
        #expect(try exchange.isTrue(program), "\(variable.expression)")
        withExtendedLifetime(host) {}
    }

    @Test func `Every variable of the reference has a case`() {
        let missing = Set(PolicyVariable.base.map(\.name)).subtracting(Self.cases.map(\.name))
        #expect(missing.isEmpty, "\(missing.sorted())")
    }

    @Test(arguments: PolicyPhase.allCases) func `Every variable of a phase has a reader`(phase: PolicyPhase) {
        let unread = PolicyVariable.declarations(in: phase).map(\.name).filter { VariableTable.named[$0] == nil }
        #expect(unread.isEmpty, "\(unread)")
        #expect(VariableTable.readers(in: phase).count == PolicyVariable.retryDeclarations(in: phase).count)
    }
}
