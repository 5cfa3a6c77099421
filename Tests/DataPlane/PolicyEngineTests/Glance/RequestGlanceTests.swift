import Addressing
import NIOCore
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// What is seen of a policy at a glance, and what is left to an exchange. That both come to the same is a property of the
/// whole, held to in `ProxyTests`.
@Suite struct RequestGlanceTests {
    /// How far a glance comes, and what it adds: `passed`, `passed x-a: 1`, `denied 403`, `from 2`, or `none` where there is
    /// no glance.
    private func look(_ policy: String, _ request: GlanceFixture = GlanceFixture()) throws -> String {
        guard let glance = try PolicyProgram(Policy(parsing: policy, for: .https)).glance else { return "none" }
        var lines = ByteBuffer()
        let sight = request.look(with: glance, adding: &lines)
        let added = String(buffer: lines).split(separator: "\r\n").joined(separator: ", ")
        switch sight.end {
        case .passed: return added.isEmpty ? "passed" : "passed \(added)"
        case .denied(let status): return "denied \(status)"
        case .unfinished: return "from \(sight.firstRule)"
        }
    }

    private func deny(_ expressions: String...) -> String {
        "on_http_request:\n"
            + expressions.map { "  - expressions: [\"\($0)\"]\n    actions: [{type: deny}]\n" }.joined()
    }

    private func adding(_ rules: (condition: String, header: String)...) -> String {
        "on_http_request:\n"
            + rules.map { rule in
                "  - expressions: [\"\(rule.condition)\"]\n    actions: [{type: add-headers, config: {headers: {\(rule.header)}}}]\n"
            }.joined()
    }

    // MARK: Conditions

    @Test(arguments: [
        "req.method == 'GET'", "'GET' == req.method", "req.method != 'PUT'", "req.method in ['PUT', 'GET']",
        "req.url.path == '/api/users/1'", "req.url.path.startsWith('/api/')", "req.url.path.endsWith('/1')",
        "req.url.path.contains('users')", "req.url.path.matches('^/api/[a-z]+/[0-9]+$')",
        "matches(req.url.path, 'users')",
        "req.url.path.matches('^/api')", "req.url.path.matches('^/api/users/1$')", "req.url.path.startsWith('')",
        "req.url.host == 'app.example.com'", "req.host == 'App.example.com'", "req.user_agent.startsWith('curl/')",
        "inCidrRange(conn.client_ip, '198.51.100.0/24')",
        "inCidrRanges(conn.client_ip, ['10.0.0.0/8', '198.51.100.7'])",
        "hasReqHeader('X-One')", "'b' in getReqHeader('x-one')", "getReqHeader('x-one').exists(v, v.contains('a'))",
        "getReqHeader('x-one').exists(v, v == 'b')", "req.method == 'GET' && req.url.path != '/'",
        "req.method == 'PUT' || hasReqHeader('x-one')", "!(req.method == 'PUT' && hasReqHeader('x-one'))",
        "req.content_type.raw == ''",
    ])
    func `A condition that holds is seen, and one that does not is passed`(condition: String) throws {
        #expect(try self.look(self.deny(condition)) == "denied 403")
        #expect(try self.look(self.deny("!(\(condition))")) == "passed")
    }

    @Test(arguments: [
        "req.url.path.size() > 3", "req.headers['x-one'][0] == 'a'", "req.url.path == req.method",
        "req.version == 'HTTP/1.1'",
        "req.method == 'GET' && conn.client_port == 1", "getReqHeader('cookie').exists(v, v == 'a')",
        "getReqHeader('x-one').all(v, v == 'a')", "getReqHeader('x-one').exists(v, req.method == 'GET')",
        "inCidrRange(conn.server_ip, '10.0.0.0/8')", "inCidrRange(conn.client_ip, req.host)", "rand.double() < 2.0",
        "req.url.path.lowerAscii() == '/'",
    ])
    func `What the head alone does not tell, or what may fail, is left to an exchange`(condition: String) throws {
        #expect(try self.look(self.deny(condition)) == "none")
        #expect(try self.look(self.deny("req.method == 'PUT'", condition)) == "from 1")
    }

    @Test func `A path is seen as rules see it, in one spelling`() throws {
        for path in ["/%61dmin", "/x/../admin", "/admin"] {
            var request = GlanceFixture()
            request.path = path
            #expect(try self.look(self.deny("req.url.path == '/admin'"), request) == "denied 403", "\(path)")
            #expect(try self.look(self.deny("req.url.path.matches('^/x')"), request) == "passed", "\(path)")
        }
        var request = GlanceFixture()
        request.path = ""
        #expect(try self.look(self.deny("req.url.path == '/'"), request) == "denied 403")
    }

    @Test func `A header that may be no UTF-8 is left to an exchange`() throws {
        var request = GlanceFixture()
        request.fields = [("x-one", "caf\u{e9}")]
        #expect(try self.look(self.deny("'b' in getReqHeader('x-one')"), request) == "from 0")
        #expect(try self.look(self.deny("hasReqHeader('x-two')"), request) == "passed")
    }

    @Test func `A visitor without an address is in no range`() throws {
        var request = GlanceFixture()
        request.client = nil
        #expect(try self.look(self.deny("inCidrRange(conn.client_ip, '0.0.0.0/0')"), request) == "passed")
    }

    // MARK: Actions

    @Test func `Lines that are always the same are added, in the order of the rules`() throws {
        let policy = self.adding(
            ("true", "x-a: 1"),
            ("true", "x-b: 2, x-c: 3"),
            ("req.method == 'PUT'", "x-d: 4"),
            ("req.method == 'GET'", "x-e: 5"),
            ("true", "x-f: 6")
        )
        #expect(try self.look(policy) == "passed x-a: 1, x-b: 2, x-c: 3, x-e: 5, x-f: 6")
    }

    @Test func `A rule that denies says with which status`() throws {
        let policy = "on_http_request:\n  - actions: [{type: deny, config: {status_code: 404}}]\n"
        #expect(try self.look(policy) == "denied 404")
    }

    @Test func `An exchange goes on from the first rule that adds a line`() throws {
        let policy = self.adding(
            ("req.method == 'PUT'", "x-a: 1"),
            ("true", "x-b: 2"),
            ("true", "x-c: '${req.method}'")
        )
        #expect(try self.look(policy) == "from 1")
    }

    @Test func `A rule that asks for a header that may have been added sees it`() throws {
        let policy = self.adding(
            ("hasReqHeader('x-b')", "x-a: 1"),
            ("req.method == 'GET'", "x-b: 2"),
            ("hasReqHeader('x-b')", "x-c: 3")
        )
        #expect(try self.look(policy) == "from 1")
    }

    @Test(arguments: ["host: b.test", "te_: 1, expect: x", "http2_settings: a", "x: '${req.method}'"])
    func `Lines that are more than added are left to an exchange`(header: String) throws {
        #expect(try self.look(self.adding(("true", header), ("true", "x-z: 1"))) == "none")
    }

    @Test func `What was added is left to an exchange where an expression asks for it`() throws {
        let asks = "on_http_response:\n  - expressions: [\"actions.ngrok.add_headers.headers_added['x-a'] == '1'\"]\n"
        let policy = self.adding(("true", "x-a: 1")) + asks + "    actions: [{type: custom-response}]\n"
        #expect(try self.look(policy) == "none")
    }

    @Test func `A policy that is switched off, or has no rules for requests, is not looked at`() throws {
        #expect(try self.look("enabled: false\n" + self.deny("req.method == 'GET'")) == "none")
        #expect(try self.look("on_http_response:\n  - actions: [{type: custom-response}]\n") == "none")
    }
}

/// A request's head as the proxy would show it.
struct GlanceFixture {
    var method = "GET"
    var path = "/api/users/1"
    var host = "App.example.com"
    /// In ISO 8859-1.
    var fields = [("User-Agent", "curl/8"), ("X-One", "a"), ("x-one", "b")]
    var client: IPAddress? = IPAddress(v4: 0xC633_6407)

    private final class Fields: GlancedFields {
        var lines: [(name: [UInt8], value: Range<Int>)] = []

        func line(
            named name: UnsafeRawBufferPointer,
            from start: Int,
            in bytes: UnsafeRawBufferPointer
        ) -> (number: Int, value: Range<Int>)? {
            self.lines.indices.dropFirst(start).first { self.lines[$0].name.elementsEqual(name) }
                .map { ($0, self.lines[$0].value) }
        }
    }

    func look(with glance: RequestGlance, adding lines: inout ByteBuffer) -> RequestGlance.Sight {
        var bytes: [UInt8] = []
        func place(_ text: String) -> Range<Int> {
            let start = bytes.count
            bytes += text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            return start..<bytes.count
        }
        let (method, path, host) = (place(self.method), place(self.path), place(self.host))
        let fields = Fields()
        for (name, value) in [("host", self.host)] + self.fields {
            fields.lines.append((Array(name.lowercased().utf8), place(value)))
        }
        return bytes.withUnsafeBytes { bytes in
            let request = GlancedRequest(
                bytes: bytes,
                method: method,
                path: path,
                host: host,
                client: self.client,
                fields: fields
            )
            return glance.look(at: request, adding: &lines)
        }
    }
}
