import Addressing
import Foundation
import JSON
import KubernetesClient
import Model
import Operator
import PolicyBench
import PolicyEngine
import TestSupport
import Testing
import TrafficPolicy

/// What becomes of requests at the endpoints that a cluster of `Golden/` asks for, by the engine that runs policies at the
/// edge. `NAME.requests` has a line for each: method, URL, headers, and behind `=>` who answers what.
@Suite struct RequestCaseTests {
    static let names: [String] = {
        // Empty when the folder cannot be read, which the first test of golden files tells.
        let files = (try? FileManager.default.contentsOfDirectory(atPath: GoldenFileTests.folder.path)) ?? []
        return files.filter { $0.hasSuffix(".requests") }.map { String($0.dropLast(9)) }.sorted()
    }()

    @Test(arguments: Self.names) func `Requests go where the cluster says`(name: String) throws {
        let file = { (ending: String) in
            GoldenFileTests.folder.appending(path: "\(name).\(ending)", directoryHint: .notDirectory)
        }
        let reading = try SnapshotReading(yaml: String(contentsOf: file("in.yaml"), encoding: .utf8))
        let site = ServedCluster(Translator(reading.options).translate(reading.snapshot).endpoints)
        let text = try String(contentsOf: file("requests"), encoding: .utf8)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.components(separatedBy: " => ")
            try #require(parts.count == 2, "\(line)")
            let outcome = try site.outcome(of: parts[0].trimmingCharacters(in: .whitespaces))
            #expect(outcome == parts[1].trimmingCharacters(in: .whitespaces), "\(line)")
        }
    }

    @Test func `Shares are what the weights say`() throws {
        let file = GoldenFileTests.folder.appending(path: "H-28-weights.in.yaml", directoryHint: .notDirectory)
        let reading = try SnapshotReading(yaml: String(contentsOf: file, encoding: .utf8))
        let site = ServedCluster(Translator(reading.options).translate(reading.snapshot).endpoints)
        let outcomes = try (0..<150).map { _ in try site.outcome(of: "GET http://a.example.com/split") }
        let first = outcomes.count { $0.hasPrefix("web.shop:80") }
        let second = outcomes.count { $0.hasPrefix("api.shop:80") }
        #expect(first + second == 150)
        // 105 are meant; this is six standard deviations to each side.
        #expect((71...139).contains(first))
    }

    /// Filters for responses stand in the policy of the internal endpoint: what it makes of a service's answer.
    @Test(
        arguments: [
            ("H-30-headers-of-requests-and-responses", "https://any.example.com", "x-set=a x-add=b"),
            ("H-37-cors", "https://a.example.com", "access-control-allow-origin=https://a.example.com"),
            ("H-37-cors", "https://x.y.b.example.com:8443", "access-control-expose-headers=x-b"),
            ("H-37-cors", "https://b.example.com:8443", ""),
            ("H-37-cors", "https://evil.example.org", ""),
        ]
    ) func `Responses are changed as the route says`(name: String, origin: String, added: String) throws {
        let file = GoldenFileTests.folder.appending(path: "\(name).in.yaml", directoryHint: .notDirectory)
        let reading = try SnapshotReading(yaml: String(contentsOf: file, encoding: .utf8))
        let endpoints = Translator(reading.options).translate(reading.snapshot).endpoints
        let endpoint = try #require(
            endpoints.first { endpoint in
                let marks = ["x-b", "x-add"]
                return endpoint.binding == .internal && marks.contains { endpoint.policy?.contains($0) ?? false }
            }
        )
        let suite = try PolicySuite(
            parsing: """
                url: \(endpoint.url)
                binding: internal
                cases:
                  - name: the answer
                    request: {url: /, headers: {origin: "\(origin)"}}
                    upstream: {headers: {x-set: old, server: own, access-control-allow-origin: theirs}}
                    expect: 200
                """
        )
        let bench = try PolicyBench(try #require(endpoint.policy), at: suite.endpoint)
        let outcome = try bench.outcome(of: try #require(suite.cases.first), in: suite)
        let answered = outcome.headers.map { "\($0.name)=\($0.value)" }
        for header in added.split(separator: " ") { #expect(answered.contains(String(header)), "\(answered)") }
        if name.hasPrefix("H-30") { #expect(!answered.contains { $0.hasPrefix("server=") || $0 == "x-set=old" }) }
        if name.hasPrefix("H-37"), added.isEmpty { #expect(answered.contains("access-control-allow-origin=theirs")) }
    }
}

/// The endpoints of a translation, as an edge and an agent would serve them.
private struct ServedCluster {
    let endpoints: [DesiredEndpoint]

    init(_ endpoints: [DesiredEndpoint]) { self.endpoints = endpoints }

    /// `web.shop:80 /path` for what reaches a service, with `host=` where the host was changed; else the status, with the
    /// place that a redirect names.
    func outcome(of line: String) throws -> String {
        var words = line.split(separator: " ").map(String.init)
        try #require(words.count >= 2, "\(line)")
        let (method, url) = (words.removeFirst(), words.removeFirst())
        let parts = try #require(URLComponents(string: url))
        let host = try HostName(parsing: parts.host ?? "")
        let endpoint = self.endpoints.filter {
            $0.url.scheme.rawValue == parts.scheme && $0.url.host.matches(host)
                && (parts.port.map { port in UInt16(port) } ?? $0.url.scheme.defaultPort) == $0.url.port
        }.reduce(nil as DesiredEndpoint?) { best, next in
            best.map { next.url.host.isMoreSpecific(than: $0.url.host) ? next : $0 } ?? next
        }
        guard let endpoint else { return "no endpoint" }
        let suite = try PolicySuite(parsing: self.suite(method, url, headers: words, at: endpoint))
        let bench = try PolicyBench(endpoint.policy ?? "{}", at: suite.endpoint)
        return self.text(
            of: try bench.outcome(of: try #require(suite.cases.first), in: suite),
            at: endpoint,
            host: host
        )
    }

    private func suite(_ method: String, _ url: String, headers: [String], at endpoint: DesiredEndpoint) -> String {
        let fields = headers.map { header -> String in
            let pair = header.split(separator: ":", maxSplits: 1).map(String.init)
            return "\(SnapshotReading.quoted(pair[0])): \(SnapshotReading.quoted(pair.count > 1 ? pair[1] : ""))"
        }
        let internals = self.endpoints.filter { $0.binding == .internal }.map {
            "\(SnapshotReading.quoted($0.url.description)): {status: 200}"
        }
        return """
            url: \(SnapshotReading.quoted(endpoint.url.description))
            endpoint: \(endpoint.isCloud ? "cloud" : "agent")
            internal: {\(internals.joined(separator: ", "))}
            cases:
              - name: the request
                request:
                  method: \(method)
                  url: \(SnapshotReading.quoted(url))
                  headers: {\(fields.joined(separator: ", "))}
                expect: 200
            """
    }

    private func text(of outcome: CaseOutcome, at endpoint: DesiredEndpoint, host: HostName) -> String {
        let problems = outcome.problems.map(\.message)
        guard problems.isEmpty else { return "problems: \(problems)" }
        let served: DesiredEndpoint?
        switch outcome.party {
        case .upstream: served = endpoint
        case .endpoint(let url): served = self.endpoints.first { $0.url.description == url }
        case .policy, .error, .nobody:
            let place = outcome.headers.first { $0.name == "location" }.map { " \($0.value)" } ?? ""
            return (outcome.status.map { "\($0)" } ?? "closed") + place
        }
        guard let upstream = served?.upstream, let forwarded = outcome.forwarded else { return "nowhere" }
        let sent = forwarded.headers.first { $0.name == "host" }?.value ?? host.text
        let hostText = sent.hasPrefix(host.text) ? "" : " host=\(sent)"
        return "\(upstream.host):\(upstream.port) \(forwarded.target)\(hostText)"
    }
}
