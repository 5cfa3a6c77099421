import CModSecurity
import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Firewall

/// The real engine with the real rules of Debian.
@Suite struct FirewallTests {
    /// Shared: rules take a tenth of a second to load. Who tests waits for his turn.
    private static let firewall = Self.firewall { $0.patience = .seconds(60) }

    private static func request(
        _ target: String = "/",
        method: String = "GET",
        fields: [(String, String)] = [],
        body: String = ""
    ) -> FirewallExchange {
        var head = FirewallHead()
        for (name, value) in [("Host", "localhost"), ("User-Agent", "Mozilla/5.0"), ("Accept", "*/*")] + fields {
            head.add(name, value)
        }
        return FirewallExchange(
            for: FirewallParty(endpoint: "ep_1", visitor: "192.0.2.1"),
            client: .init(address: "192.0.2.1", port: 4000),
            server: .init(address: "192.0.2.2", port: 443),
            method: method,
            target: Array(target.utf8),
            version: "1.1",
            head: head,
            body: ByteBuffer(string: body)
        )
    }

    private static func form(_ body: String, type: String = "application/x-www-form-urlencoded") -> FirewallExchange {
        let fields = [("Content-Type", type), ("Content-Length", "\(body.utf8.count)")]
        return Self.request("/post", method: "POST", fields: fields, body: body)
    }

    private static func response(_ body: String, status: Int = 200) -> FirewallExchange {
        var head = FirewallHead()
        head.add("Content-Type", "text/html")
        let request = Self.request()
        return FirewallExchange(
            for: FirewallParty(endpoint: "ep_1", visitor: "192.0.2.1"),
            client: request.client,
            server: request.server,
            method: request.method,
            target: request.target,
            version: request.version,
            head: request.head,
            body: ByteBuffer(),
            response: .init(status: status, head: head, body: ByteBuffer(string: body))
        )
    }

    private static func findings(
        _ exchange: FirewallExchange,
        without excluded: [Int] = [],
        by firewall: Firewall = Self.firewall
    ) async throws -> FirewallFindings {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        return try await firewall.inspect(exchange, without: excluded, on: loop).get()
    }

    private static func firewall(_ change: (inout FirewallConfiguration) -> Void) -> Firewall {
        var configuration = FirewallConfiguration()
        change(&configuration)
        return Firewall(configuration)
    }

    private static let injection = "/?id=1'%20or%20'1'='1"

    // MARK: - Requests

    @Test func `A harmless request is let through`() async throws {
        let findings = try await Self.findings(Self.request("/index.html?page=2&lang=en"))
        #expect(findings == FirewallFindings(score: 0, threshold: 5, matches: [], isStopped: false))
        #expect(!findings.isDenied)
    }

    @Test(arguments: [
        (Self.injection, 942_100), ("/?q=%3Cscript%3Ealert(1)%3C/script%3E", 941_100),
        ("/?f=../../etc/passwd", 930_100),
        ("/?c=;cat%20/etc/passwd", 932_160),
    ])
    func `An attack is denied, and the rule is named`(target: String, rule: Int) async throws {
        let findings = try await Self.findings(Self.request(target))
        #expect(findings.isDenied)
        #expect(findings.score >= 5)
        #expect(findings.matches.map(\.id).contains(rule))
        let match = try #require(findings.matches.first { $0.id == rule })
        #expect(match.severity == .critical)
        #expect(!match.message.isEmpty)
    }

    @Test func `Bodies are read as what they say that they are`() async throws {
        let attack = "1' or '1'='1"
        let multipart = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\(attack)\r\n--b--\r\n"
        for (body, type) in [
            ("a=1%27+or+%271%27%3D%271", "application/x-www-form-urlencoded"),
            ("{\"a\": \"\(attack)\"}", "application/json"),
            ("<a>\(attack)</a>", "text/xml"), (multipart, "multipart/form-data; boundary=b"),
        ] {
            let findings = try await Self.findings(Self.form(body, type: type))
            #expect(findings.matches.map(\.id).contains(942_100), "\(type)")
        }
        #expect(try await Self.findings(Self.form("a=b")).score == 0)
    }

    @Test(arguments: [
        ("{\"a\": ", "application/json"), ("<a><b></a>", "text/xml"),
        ("no boundary", "multipart/form-data; boundary=b"),
    ])
    func `A body that is not what it says is denied`(body: String, type: String) async throws {
        let findings = try await Self.findings(Self.form(body, type: type))
        #expect(findings.matches.map(\.id).contains { 200_002...200_004 ~= $0 })
        #expect(findings.isDenied)
    }

    @Test func `What comes behind the limit is not looked at, and is no fault`() async throws {
        let padding = String(repeating: "a", count: 5000)
        let body = "{\"a\": \"\(padding)\", \"b\": \"1' or '1'='1\"}"
        var exchange = Self.form(String(body.prefix(4097)), type: "application/json")
        #expect(try await Self.findings(exchange).matches.isEmpty)
        exchange = Self.form(body, type: "application/json")
        #expect(try await Self.findings(exchange).matches.isEmpty)
        let larger = Self.firewall { $0.bodyBytes = 16_384 }
        #expect(try await Self.findings(exchange, by: larger).matches.map(\.id).contains(942_100))
    }

    // MARK: - Settings

    @Test func `Each level of paranoia finds at least what the one below finds, and some find more`() async throws {
        // Twelve characters that SQL knows too, of which stricter levels allow fewer.
        let exchange = Self.request("/?q=a-b-c-d-e-f-g-h-i-j-k-l-m-n")
        var counts: [Int] = []
        var before: Set<Int> = []
        for level in 1...4 {
            let firewall = Self.firewall { $0.paranoiaLevel = level }
            let found = Set(try await Self.findings(exchange, by: firewall).matches.map(\.id))
            #expect(found.isSuperset(of: before), "\(level)")
            before = found
            counts.append(found.count)
        }
        #expect(counts.first == 0)
        #expect(Set(counts).count == 4, "\(counts)")
    }

    @Test func `A threshold is what the score must reach`() async throws {
        let score = try await Self.findings(Self.request(Self.injection)).score
        for (threshold, isDenied) in [(score - 1, true), (score, true), (score + 1, false)] {
            let firewall = Self.firewall { $0.inboundThreshold = threshold }
            let findings = try await Self.findings(Self.request(Self.injection), by: firewall)
            #expect(findings.threshold == threshold)
            #expect(findings.isDenied == isDenied)
        }
    }

    @Test func `Rules that are excluded do not run, and only where they are`() async throws {
        let all = try await Self.findings(Self.request(Self.injection))
        let numbers = all.matches.map(\.id)
        let excluded = try await Self.findings(Self.request(Self.injection), without: numbers)
        #expect(excluded.matches.isEmpty)
        #expect(excluded.score == 0)
        #expect(try await Self.findings(Self.request(Self.injection)) == all)
    }

    @Test func `Many different exclusions are served, and the oldest are forgotten`() async throws {
        for rule in 0..<300 {
            #expect(try await !Self.findings(Self.request(), without: [900_000 + rule]).isDenied)
        }
    }

    // MARK: - Responses

    @Test func `A response that gives away errors of a database is denied`() async throws {
        let leak =
            "<b>Warning</b>: mysql_fetch_array() expects parameter 1 to be resource. "
            + "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version"
        let findings = try await Self.findings(Self.response(leak))
        #expect(findings.isDenied)
        #expect(findings.threshold == 4)
        #expect(findings.matches.contains { 951_000..<952_000 ~= $0.id })
        #expect(try await !Self.findings(Self.response("<p>Hello</p>")).isDenied)
    }

    @Test func `Rules for responses do not look at requests`() async throws {
        let findings = try await Self.findings(Self.response("<p>Hello</p>", status: 500))
        #expect(findings.matches.allSatisfy { $0.id >= 950_000 })
    }

    // MARK: - What is missing

    @Test func `A folder without rules is said, with what to install`() async throws {
        let firewall = Self.firewall { $0.rules = "/nowhere" }
        #expect(throws: FirewallError.noRules("/nowhere")) { try firewall.prepare(.requests) }
        #expect("\(FirewallError.noRules("/nowhere"))".contains("apt-get install modsecurity-crs"))
        await #expect(throws: FirewallError.noRules("/nowhere")) {
            _ = try await Self.findings(Self.request(), by: firewall)
        }
    }

    @Test func `Rules that are wrong are refused with the place, without what marks our own`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rules-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "REQUEST-901-A.conf")
        try Data("SecNothing 1\n".utf8).write(to: file)
        let firewall = Self.firewall { $0.rules = folder.path }
        let error = #expect(throws: FirewallError.self) { try firewall.prepare(.requests) }
        let words = try #require(error.map { "\($0)" })
        #expect(words.contains(file.path))
        #expect(words.contains("Line: 1"))
    }

    @Test func `A setup that is named must be there`() {
        let firewall = Self.firewall { $0.setup = "/nowhere/setup.conf" }
        #expect(throws: FirewallError.wrongRules("the setup /nowhere/setup.conf cannot be read")) {
            try firewall.prepare(.requests)
        }
    }

    // MARK: - Hostile requests

    @Test(arguments: ["a=", "<", "%00", "((", "[", "\u{0}\u{1}\u{2}%zz%u12", "' or "])
    func `A hostile request is judged in bounded time`(piece: String) async throws {
        let begun = ContinuousClock.now
        let text = String(repeating: piece, count: 1500 / piece.utf8.count)
        _ = try await Self.findings(Self.request("/?" + text))
        for type in [
            "application/x-www-form-urlencoded", "application/json", "text/xml", "multipart/form-data; boundary=a",
        ] {
            _ = try await Self.findings(Self.form(text, type: type))
        }
        #expect(ContinuousClock.now - begun < .seconds(20))
    }

    @Test func `What makes expressions go astray is broken off, and counts as an attack`() async throws {
        try Self.firewall.prepare(.requests)
        try #require(cmodsecurity_is_bounded())
        // Unbounded, each takes ten seconds and more.
        let brackets = String(repeating: "<", count: 4000)
        let begun = ContinuousClock.now
        for request in [Self.request("/?a=" + brackets), Self.form("a=" + brackets)] {
            let findings = try await Self.findings(request)
            #expect(findings.matches.map(\.id).contains(FirewallFindings.incompleteRule))
            #expect(findings.isDenied)
        }
        #expect(ContinuousClock.now - begun < .seconds(5))
    }

    @Test func `Many arguments that take long together are not looked at for ever`() async throws {
        let firewall = Self.firewall { configuration in
            configuration.bodyBytes = 1 << 17
            configuration.patience = .seconds(60)
        }
        let arguments = (0..<200).map { "a\($0)=" + String(repeating: "<", count: 500) }.joined(separator: "&")
        let begun = ContinuousClock.now
        let findings = try await Self.findings(Self.form(arguments), by: firewall)
        #expect(findings.matches.map(\.id).contains(FirewallFindings.incompleteRule))
        #expect(ContinuousClock.now - begun < .seconds(10))
    }

    @Test(arguments: [300, 3000, 30_000])
    func `Long texts that people write are looked at to the end`(count: Int) async throws {
        let firewall = Self.firewall { configuration in
            configuration.bodyBytes = 1 << 17
            configuration.patience = .seconds(60)
        }
        let sentence =
            "We met at the old mill, near the river; it was 7 o'clock and nobody had brought the keys (again). "
        let text = String(repeating: sentence, count: count / sentence.utf8.count + 1).replacing(" ", with: "+")
        let findings = try await Self.findings(Self.form("note=" + text), by: firewall)
        #expect(!findings.matches.map(\.id).contains(FirewallFindings.incompleteRule))
    }

    @Test func `A visitor cannot make a rule up, or hide one`() async throws {
        let forged = #"[id "999999"] [rev ""] [msg "x"] [data ""] [severity "2"]"#
        let request = Self.request(Self.injection, fields: [("X-A", forged), ("Referer", forged)])
        let findings = try await Self.findings(request)
        #expect(!findings.matches.map(\.id).contains(999_999))
        #expect(findings.matches.map(\.id).contains(942_100))
    }
}
