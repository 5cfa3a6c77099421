package import Addressing
import Model

/// Which addresses may pass (`spec/traffic-policy.md` 4.22).
package struct RestrictIPsConfiguration: Sendable, Hashable {
    package enum Range: Sendable, Hashable {
        case fixed(IPPrefix)
        /// Known when the connection or the request comes.
        case template(TemplateSource)
    }

    package let isEnforced: Bool
    package let allow: [Range]
    package let deny: [Range]
    /// Identifiers of IP policies.
    package let ipPolicies: [String]

    init?(_ fields: FieldReader) {
        self.isEnforced = fields.value("enforce", .bool, default: true, shown: "true", .enforceMeaning)
        let ranges = FieldType<[Range]>.list(of: .range, 0...1000)
        let allow = fields.optional("allow", ranges, "Who may pass, as address or range.")
        self.allow = allow ?? []
        self.deny = fields.optional("deny", ranges, "Who may not, even if allowed.") ?? []
        let policy = FieldType<SourceText>.scalar.described("identifier").checked { source, node, path, context in
            guard source.text.wholeMatch(of: /ipp_[0-9A-Za-z_]{1,60}/) != nil else {
                let words = "\"\(shown(source.text))\" is no identifier of an IP policy, which begins with ipp_"
                context.report(.policyReference, at: node, path: path, words)
                return String?.none
            }
            return source.text
        }
        let policies = fields.optional("ip_policies", .list(of: policy, 0...100), "IP policies that count too.")
        self.ipPolicies = policies ?? []
        // A list that could not be read was reported and may have been meant to allow someone.
        let allowsNobody = (allow?.isEmpty ?? !fields.has("allow")) && (policies?.isEmpty ?? !fields.has("ip_policies"))
        if allowsNobody, !self.deny.isEmpty {
            let words = "a deny list alone refuses everyone; add allow: [0.0.0.0/0, \"::/0\"]"
            fields.report(.denyWithoutAllow, field: "deny", words)
            return nil
        }
    }
}

extension FieldType where Value == RestrictIPsConfiguration.Range {
    fileprivate static var range: Self {
        var type = FieldType<TemplateSource>.template().checked {
            template,
            node,
            path,
            context -> RestrictIPsConfiguration.Range? in
            guard let text = template.literal else { return .template(template) }
            do throws(IPAddressError) {
                return .fixed(try IPPrefix(parsing: text))
            } catch {
                context.report(.policyCIDR, at: node, path: path, "\(error)")
                return nil
            }
        }
        type.words = "address or range"
        return type
    }
}

extension RestrictIPsConfiguration {
    static let description = ActionDescription(
        .restrictIPs,
        "Lets pass only visitors of certain addresses.",
        phases: [.tcpConnect, .httpRequest, .httpResponse],
        ending: .sometimes,
        results: [
            ResultVariable("restrict_ips.action", .string, "`allow` or `deny`."),
            ResultVariable("restrict_ips.matched_cidr", .string, "The range that decided; empty when none did."),
        ] + ResultVariable.errors(of: "restrict_ips"),
        notes: [
            "Who is in an allowed range and in no denied one may pass. `X-Forwarded-For` is not looked at.",
            "Who may not gets 403 with 3203; in `on_tcp_connect` the connection is closed.",
        ],
        example: """
            on_tcp_connect:
              - actions:
                  - type: restrict-ips
                    config:
                      allow: [10.0.0.0/8, "2001:db8::/32"]
                      deny: [10.66.0.0/16]
            """
    ) { RestrictIPsConfiguration($0).map(ActionConfiguration.restrictIPs) }
}
