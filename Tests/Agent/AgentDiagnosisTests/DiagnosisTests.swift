import AgentDiagnosis
import AgentRuntime
import Certificates
import Edge
import EdgeTestSupport
import Foundation
import JSON
import Portico
import TestSupport
import Testing

/// What a diagnosis says of an edge that runs, and of each thing that may be wrong on the way to it.
@Suite(.timeLimit(.minutes(1)))
struct DiagnosisTests {
    private static let steps = ["localhost", "name_resolution", "tcp", "tls", "tunnel_protocol", "session"]

    /// Plans as the command makes them: from flags and a file.
    private static func plan(
        _ edge: TestEdge,
        server: String? = nil,
        authority: String? = nil,
        authtoken: String? = nil,
        endpoints: String = ""
    ) throws -> AgentPlan {
        let folder = FileManager.default.temporaryDirectory.appending(path: "portico-diagnosis-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "portico.yml").path
        try Data("version: 3\nagent: {}\n\(endpoints)".utf8).write(to: URL(fileURLWithPath: file))
        // It is read when the diagnosis begins, so it stays.
        let authorityFile = FileManager.default.temporaryDirectory
            .appending(path: "portico-diagnosis-\(UUID().uuidString).pem").path
        try Data((authority ?? edge.authorityPEM).utf8).write(to: URL(fileURLWithPath: authorityFile))
        var flags = AgentFlags()
        flags.config = [file]
        flags.server = server ?? "localhost:\(edge.agentPort)"
        flags.connectCAs = authorityFile
        flags.authtoken = authtoken ?? edge.authtoken
        return try AgentPlan(flags, environment: [:], isTerminal: false)
    }

    private static func diagnose(_ plan: AgentPlan) async -> [Finding] {
        let findings = await Diagnosis(plan, families: .version4).run { _ in }
        if case .file(let path) = plan.configuration.trust { try? FileManager.default.removeItem(atPath: path) }
        return findings
    }

    @Test func `An agent that would be online is told of every step`() async throws {
        try await TestEdge.with { edge in
            let findings = await Self.diagnose(try Self.plan(edge))
            #expect(findings.map(\.key) == Self.steps)
            #expect(findings.allSatisfy { $0.state == .good }, "\(findings.map(\.line))")
            #expect(findings.dropFirst().allSatisfy { $0.time != nil && $0.line.contains(" ms)") })
            #expect(findings.first?.line.hasPrefix("[ OK ]   Localhost") == true)
        }
    }

    @Test(arguments: [
        ("unresolved", "name_resolution", "ERR_PORTICO_100302"), ("refused", "tcp", "ERR_PORTICO_100301"),
        ("authority", "tls", "ERR_PORTICO_100303"), ("name", "tls", "ERR_PORTICO_100304"),
        ("plain", "tls", "ERR_PORTICO_100305"), ("https", "tunnel_protocol", "ERR_PORTICO_100306"),
        ("token", "session", "ERR_NGROK_105"), ("stranger", "session", "ERR_NGROK_107"),
    ])
    func `What keeps an agent from being online is the last thing told, with its code`(
        fault: String,
        step: String,
        code: String
    ) async throws {
        let held = try #require(HeldPort(0))
        let strange = try await TestEdge.with { $0.authtoken }
        try await TestEdge.with {
            // The certificate is for 127.0.0.1.
            if fault == "name" { $0.edge.agents = [.init(host: "127.0.0.2", port: 0)] }
        } _: { edge in
            let plan =
                switch fault {
                case "unresolved": try Self.plan(edge, server: "no-such-host.invalid:443")
                case "refused": try Self.plan(edge, server: "localhost:\(held.port)")
                case "authority": try Self.plan(edge, authority: LocalAuthority.create().certificatePEM)
                case "name": try Self.plan(edge, server: "127.0.0.2:\(edge.agentPort)")
                case "plain": try Self.plan(edge, server: "localhost:\(edge.httpPort)")
                case "https": try Self.plan(edge, server: "localhost:\(edge.httpsPort)")
                case "token": try Self.plan(edge, authtoken: "no token")
                default: try Self.plan(edge, authtoken: strange)
                }
            let findings = await Self.diagnose(plan)
            let last = try #require(findings.last)
            #expect(last.key == step && last.state == .bad && last.code == code, "\(findings.map(\.line))")
            #expect(last.line.hasPrefix("[ FAIL ]"))
            #expect(findings.dropLast().allSatisfy { $0.state == .good })
        }
        withExtendedLifetime(held) {}
    }

    @Test func `A service that is not there is told of, and keeps nobody from being online`() async throws {
        let held = try #require(HeldPort(0))
        try await TestEdge.with { edge in
            let endpoints = "endpoints:\n  - name: web\n    upstream:\n      url: \(held.port)\n"
            let findings = await Self.diagnose(try Self.plan(edge, endpoints: endpoints))
            let last = try #require(findings.last)
            #expect(last.key == "upstream:web" && last.state == .doubtful && last.code == "ERR_PORTICO_100309")
            #expect(last.detail.contains("connection refused"))
        }
        withExtendedLifetime(held) {}
    }

    @Test func `A report has all findings and no secret`() async throws {
        try await TestEdge.with { edge in
            let plan = try Self.plan(edge)
            let findings = await Self.diagnose(plan)
            let report = DiagnosisReport.json(
                findings,
                plan: plan,
                environment: ["https_proxy": "http://user:hunter2@proxy"],
                time: Date(timeIntervalSince1970: 0)
            )
            let text = report.lines
            #expect(!text.contains(edge.authtoken) && !text.contains("hunter2"))
            let object = try #require(report.object)
            #expect(object["findings"]?.array?.count == Self.steps.count)
            #expect(object["proxies"] == .array([.string("https_proxy")]))
            #expect(object["made_at"]?.string == "1970-01-01T00:00:00Z")
        }
    }
}
