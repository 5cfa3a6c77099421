import APITypes
import Foundation
import JSON
import Model

extension ResourcePage {
    static let endpoints: ResourcePage = ResourcePage(
        link: NavigationLink(text: "Endpoints", path: "/endpoints", group: .gateway),
        shape: .endpoints,
        noun: "cloud endpoint",
        intro: "What visitors reach: endpoints of agents that are online, and cloud endpoints, which always answer.",
        name: { $0.text("url") },
        columns: [
            Column("URL") { Cell($0.text("url")).with(sub: EndpointWords.type($0)) },
            Column("State") { _ in .state(.ok, "Served") },
            Column("Type", .tablet) { Cell(EndpointWords.type($0)) },
            Column("Binding", .tablet) { Cell(EndpointWords.binding($0)) },
            Column("Policy", .desktop) { $0.text("traffic_policy").isEmpty ? .none : Cell("Yes") },
            Column("Forwards to", .desktop) {
                $0.text("upstream_url").isEmpty ? .none : .code($0.text("upstream_url"))
            },
            Column("Since", .tablet, isNumber: true) { $0.time("created_at") },
        ],
        empty: { request in
            EmptyView(
                "No endpoint yet",
                "An endpoint is a URL whose visitors an agent serves. Start an agent beside your service, and it appears here at once:",
                command: Commands.http(request),
                link: .init(text: "How to install the agent", href: "/setup")
            )
        },
        facts: { object in
            let fields = [
                Fact("URL", Cell(object.text("url"), mayCopy: true)),
                Fact("Type", Cell(EndpointWords.type(object))),
                Fact("Binding", Cell(EndpointWords.binding(object))),
                Fact(
                    "Shares its URL",
                    Cell(object["pooling_enabled"]?.bool == true ? "Yes, it is one of a pool" : "No")
                ),
                Fact("Region", .text(object["region"])),
                Fact("Name", .text(object["name"])),
                Fact("Forwards to", object.text("upstream_url").isEmpty ? .none : .code(object.text("upstream_url"))),
                Fact("Upstream speaks", .text(object["upstream_protocol"])),
                Fact("Since", object.time("created_at")),
                Fact("Changed", object.time("updated_at")),
            ]
            let session = object.reference("tunnel_session")
            let agent = session.map { [Fact("Agent", Cell($0, href: "/agents/\($0)", isCode: true))] } ?? []
            return fields + agent
        },
        sections: { (object, request) throws(Failure) in
            PolicySection.html(object, request)
        },
        fields: [
            FormField("url", "URL", .line, "https://name.your-domain, or a name that ends in .internal.").with {
                $0.isRequired = true
                $0.isChanged = false
                $0.placeholder = "https://app.example.com"
            },
            FormField(
                "bindings",
                "Who reaches it",
                .choice([
                    .init("public", "Public: everybody"), .init("internal", "Internal: other endpoints of the account"),
                    .init("kubernetes", "Kubernetes: clusters with the operator"),
                ])
            ).with {
                $0.isList = true
                $0.isChanged = false
            },
            FormField("pooling_enabled", "Share the URL with other endpoints that say so too", .tick),
            FormField(
                "traffic_policy",
                "Traffic policy",
                .lines(isCode: true),
                "What is done with each request, as YAML or JSON. It must answer or forward every one."
            ).with {
                $0.standard = PolicyExamples.landing
                $0.isChanged = false
            },
            .description, .metadata,
        ],
        refusal: {
            $0.text("type") == "cloud" ? nil : "An agent serves it: it is changed where the agent is configured."
        },
        deletion: .init("Visitors of the URL get an error from now on.", wantsName: true),
        topic: .agents,
        fixed: ["type": "cloud"]
    )
}

/// What endpoints are called on pages.
enum EndpointWords {
    static func type(_ object: JSONObject) -> String { object.text("type") == "cloud" ? "Cloud" : "Agent" }

    static func binding(_ object: JSONObject) -> String { (object.texts("bindings").first ?? "public").capitalized }
}

/// Documents to begin with.
enum PolicyExamples {
    static let landing = """
        on_http_request:
          # Forwards to an agent's endpoint of this name, as soon as there is one.
          - actions:
              - type: forward-internal
                config:
                  url: https://default.internal
                  on_error: continue
          # Until then visitors see this.
          - actions:
              - type: custom-response
                config:
                  status_code: 200
                  headers:
                    content-type: text/html; charset=utf-8
                  body: |
                    <!doctype html><title>It works</title>
                    <h1>No agent is online yet</h1>
                    <p>Run <code>portico http 80 --url https://default.internal</code>.</p>

        """
}
