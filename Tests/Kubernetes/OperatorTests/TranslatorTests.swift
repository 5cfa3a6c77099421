import Addressing
import JSON
import KubernetesClient
import Model
import Operator
import TestSupport
import Testing

/// What holds for every cluster, tried with many that are drawn.
@Suite struct TranslatorTests {
    private static let classes = """
        {kind: IngressClass, metadata: {name: ngrok}, spec: {controller: ngrok.com/ingress-controller}}
        ---
        {kind: GatewayClass, metadata: {name: ngrok}, spec: {controllerName: ngrok.com/gateway-controller}}
        """

    private static func service(_ name: String, namespace: String = "shop") -> String {
        "{kind: Service, metadata: {name: \(name), namespace: \(namespace), uid: u-\(name)-\(namespace)}, "
            + "spec: {ports: [{port: 80}]}}"
    }

    private static func snapshot(_ documents: [String]) throws -> ClusterSnapshot {
        try SnapshotReading(yaml: ([Self.classes] + documents).joined(separator: "\n---\n")).snapshot
    }

    /// Texts that mean something in expressions, templates, patterns or JSON.
    private static let pieces = [
        "'", "\"", "\\", "$", "{", "}", "${", "$${", "(", ")", "[", "*", "+", ".", "|", "^", "%", "%2f", "%zz", "?",
        "#",
        " ", "\t", "\n", "é", "\u{202E}", "\u{1}", "//", "/../", "true", " || ", "vars.x", "a", "B", "0", "-",
    ]

    /// A text, as YAML has it in quotes.
    private static func text(_ random: inout some RandomNumberGenerator) -> String {
        let count = Int.random(in: 1...6, using: &random)
        return (0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
    }

    private static func quoted(_ text: String) -> String { SnapshotReading.quoted(text) }

    @Test(arguments: UInt64(0)..<200)
    func `No text of a cluster makes a policy that the edge refuses`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let paths = (0..<3).map { _ in
            let type = Bool.random(using: &random) ? "Exact" : "Prefix"
            let service = Bool.random(using: &random) ? "web" : "api"
            return "{path: \(Self.quoted("/" + Self.text(&random))), pathType: \(type), "
                + "backend: {service: {name: \(service), port: {number: 80}}}}"
        }
        let ingress =
            "{kind: Ingress, metadata: {name: web, namespace: shop}, spec: {ingressClassName: ngrok, "
            + "rules: [{host: a.example.com, http: {paths: [\(paths.joined(separator: ", "))]}}]}}"
        let gateway =
            "{kind: Gateway, metadata: {name: gate, namespace: shop}, spec: {gatewayClassName: ngrok, "
            + "listeners: [{name: http, protocol: HTTP, port: 80, hostname: b.example.com}]}}"
        let match =
            "{path: {type: PathPrefix, value: \(Self.quoted("/" + Self.text(&random)))}, "
            + "headers: [{name: x-a, value: \(Self.quoted(Self.text(&random)))}], "
            + "queryParams: [{name: \(Self.quoted(Self.text(&random))), value: \(Self.quoted(Self.text(&random)))}]}"
        let replacement = Self.quoted("/" + Self.text(&random))
        let filters =
            "[{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: \(replacement)}}}, "
            + "{type: RequestHeaderModifier, "
            + "requestHeaderModifier: {set: [{name: x-b, value: \(Self.quoted(Self.text(&random)))}]}}]"
        let route =
            "{kind: HTTPRoute, metadata: {name: route, namespace: shop}, spec: {parentRefs: [{name: gate}], "
            + "rules: [{matches: [\(match)], filters: \(filters), backendRefs: [{name: web, port: 80}]}, "
            + "{backendRefs: [{name: api, port: 80}]}]}}"
        let snapshot = try Self.snapshot([Self.service("web"), Self.service("api"), ingress, gateway, route])
        let translation = Translator().translate(snapshot)
        #expect(translation.held.isEmpty, "\(translation.events)")
        let urls = translation.endpoints.map(\.url.description)
        #expect(urls.contains("https://a.example.com") && urls.contains("http://b.example.com"))
    }

    @Test func `Features of a class are sorted, each once, and no more than a status takes`() throws {
        let statuses = Translator().translate(try Self.snapshot([])).statuses
        let features = statuses.first?.status.member("supportedFeatures")?.array ?? []
        let names = features.compactMap { $0.member("name")?.string }
        #expect(names.count > 10 && names.count <= 64)
        #expect(names == Set(names).sorted())
    }

    @Test func `Names are of 63 bytes at most, and differ where what they are made of does`() throws {
        let long = String(repeating: "n", count: 62)
        let label = String(repeating: "h", count: 60)
        let documents = ["a", "b"].flatMap { suffix in
            [
                Self.service(long, namespace: long + suffix),
                "{kind: Ingress, metadata: {name: web, namespace: \(long)\(suffix), "
                    + "annotations: {ngrok.com/mapping-strategy: endpoints-verbose}}, spec: {ingressClassName: ngrok, "
                    + "defaultBackend: {service: {name: \(long), port: {number: 80}}}, "
                    + "rules: [{host: \(label).\(suffix)\(label).example.com}]}}",
            ]
        }
        let endpoints = Translator().translate(try Self.snapshot(documents)).endpoints
        #expect(endpoints.count == 4)
        #expect(Set(endpoints.map(\.name)).count == 4)
        #expect(endpoints.allSatisfy { $0.name.utf8.count <= 63 })
        #expect(endpoints.filter { $0.binding == .internal }.allSatisfy { $0.url.host.isInternal })
    }

    /// A cluster of the size that issues of others tell of, with a wide margin for machines that are busy.
    @Test func `Two thousand Ingresses are translated in seconds`() throws {
        let documents = (0..<2000).flatMap { number in
            [
                Self.service("s\(number)"),
                "{kind: Ingress, metadata: {name: i\(number), namespace: shop}, spec: {ingressClassName: ngrok, rules: "
                    + "[{host: h\(number).example.com, http: {paths: [{path: /a, pathType: Prefix, "
                    + "backend: {service: {name: s\(number), port: {number: 80}}}}]}}]}}",
            ]
        }
        let snapshot = try Self.snapshot(documents)
        var translation = Translation()
        let time = ContinuousClock().measure { translation = Translator().translate(snapshot) }
        #expect(translation.endpoints.count == 2000)
        #expect(time < .seconds(60), "\(time)")
    }
}
