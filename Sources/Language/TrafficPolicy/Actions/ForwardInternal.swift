package import Addressing
import Model

/// Which internal endpoint goes on with the exchange (`spec/traffic-policy.md` 4.9).
package struct ForwardInternalConfiguration: Sendable, Hashable {
    /// A URL, or a bare host that takes the endpoint's own scheme. Checked where it has no `${…}` parts.
    package let url: TemplateSource
    package let onError: FailurePolicy

    init?(_ fields: FieldReader) {
        let url = fields.required("url", .internalURL, "Where to: `scheme://name.internal`, with a port for tcp.")
        self.onError = fields.value(
            "on_error",
            .choice(),
            default: .halt,
            shown: "halt",
            "Whether the failure is answered, or the next action runs."
        )
        // Seen in guides, without effect.
        fields.ignore("binding")
        guard let url else { return nil }
        self.url = url
    }
}

extension FieldType where Value == TemplateSource {
    fileprivate static var internalURL: Self {
        var type = FieldType<TemplateSource>.template().checked { template, node, path, context -> TemplateSource? in
            guard let text = template.literal, let words = ForwardInternalConfiguration.problem(inURL: text) else {
                return template
            }
            context.report(.policyURL, at: node, path: path, words)
            return nil
        }
        type.words = "URL"
        type.limits = "host below `.internal`; no path, query or user"
        return type
    }
}

extension ForwardInternalConfiguration {
    /// Why `text` names no internal endpoint; nil when it does. Also for what `${…}` parts come to.
    package static func problem(inURL text: String) -> String? {
        let hasScheme = text.contains("://")
        do throws(EndpointURLError) {
            let wish = try EndpointWish(parsing: text, defaultScheme: .https)
            guard let host = wish.host, host.base.isInternal, !host.isWildcard else {
                return "\"\(shown(text))\" is no internal endpoint; its host must end in .internal"
            }
            guard wish.url != nil else { return "\"\(shown(text))\" needs a port, as in tcp://name.internal:5432" }
            return nil
        } catch {
            let hint = hasScheme ? "" : "; write it as in https://name.internal"
            return "\(error)\(hint)"
        }
    }

    /// The endpoint that `text` names, a host alone taking `scheme`; nil where it names none.
    package static func url(_ text: String, scheme: EndpointScheme) -> EndpointURL? {
        // What is wrong with it, `problem(inURL:)` says.
        guard let wish = try? EndpointWish(parsing: text, defaultScheme: scheme), let host = wish.host,
            host.base.isInternal, !host.isWildcard
        else { return nil }
        return wish.url
    }

    static let description = ActionDescription(
        .forwardInternal,
        "Hands the request or the connection to an internal endpoint of the same account.",
        phases: [.tcpConnect, .httpRequest],
        ending: .unlessFailed,
        results: [ResultVariable("forward_internal.url", .string, "Where to; set when it failed and went on.")]
            + ResultVariable.errors(of: "forward_internal"),
        notes: [
            "Any answer of the target is a success, whatever its status; it comes back through this endpoint's "
                + "`on_http_response`.",
            "The target's own policy runs too. A chain of more than 5 endpoints fails with 3501.",
            "A host alone takes the endpoint's own scheme. Where nothing has the URL itself, http and https stand for each "
                + "other on their own ports.",
            "It fails where the target is offline, does not answer, or its agent does not reach the service (8012). What "
                + "the target's policy decides is an answer.",
            "A request of which more than 64 KiB of body have gone out cannot go elsewhere: its failure is answered.",
            "In `on_tcp_connect` it works on tcp and tls endpoints only. A tcp target takes both, a tls target tls alone.",
        ],
        example: """
            on_http_request:
              - expressions:
                  - req.url.path.startsWith('/api/')
                actions:
                  - type: forward-internal
                    config:
                      url: https://api.internal
                      on_error: continue
                  - type: custom-response
                    config:
                      status_code: 503
                      body: The service is being updated.
            """
    ) { ForwardInternalConfiguration($0).map(ActionConfiguration.forwardInternal) }
}
