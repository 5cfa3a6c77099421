package import JSON
package import KubernetesClient

/// The groups of our own kinds: that of today and those that manifests in the wild are written for
/// (`spec/kubernetes.md` 2).
package enum OwnGroup {
    package static let today = "ngrok.com"
    package static let endpoints = "ngrok.k8s.ngrok.com"
    package static let names = "ingress.k8s.ngrok.com"
    package static let bindings = "bindings.k8s.ngrok.com"
    /// Where a reference may point.
    package static let all: Set<String> = [today, endpoints, names, bindings]
}

/// A policy that stands in an object, or is named by it. Exactly one of both.
package struct PolicyChoice: Codable, Sendable, Hashable {
    package var inline: JSONValue?
    package var targetRef: LocalName?
    /// The older form of `inline`.
    package var policy: JSONValue?

    package init(inline: JSONValue? = nil, targetRef: LocalName? = nil) {
        self.inline = inline
        self.targetRef = targetRef
    }
}

package struct LocalName: Codable, Sendable, Hashable {
    package var name: String

    package init(name: String) { self.name = name }
}

/// A map of texts, which older objects give as the text of a JSON object.
package struct MetadataMap: Codable, Sendable, Hashable {
    package var values: [String: String]

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // An older object's text is told by being a text; the map's own error is the one that is thrown.
        if let text = try? container.decode(String.self) {
            self.values = MetadataMap.values(of: text) ?? [:]
        } else {
            self.values = try container.decode([String: String].self)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.values)
    }

    /// The members of a JSON object of texts; nil where the text is none.
    package static func values(of text: String) -> [String: String]? {
        // What is no JSON is for the caller to tell.
        guard let object = (try? JSONValue(reading: text.utf8))?.object else { return nil }
        var values: [String: String] = [:]
        for member in object.members {
            guard let value = member.value.string else { return nil }
            values[member.key] = value
        }
        return values
    }
}

/// CloudEndpoint.
package struct CloudEndpoint: KubernetesResource, Hashable {
    package static let resource = ResourceKind(OwnGroup.today, ["v1"], "CloudEndpoint", "cloudendpoints")

    package var metadata: ObjectMetadata
    package var spec: Spec
    package var status: JSONValue?

    package struct Spec: Codable, Sendable, Hashable {
        package var url: String
        package var trafficPolicy: PolicyChoice?
        /// The older form of `trafficPolicy.targetRef`.
        package var trafficPolicyName: String?
        package var poolingEnabled: Bool?
        package var description: String?
        package var metadata: MetadataMap?
        @OrEmpty package var bindings: [String]
    }
}

/// AgentEndpoint.
package struct AgentEndpoint: KubernetesResource, Hashable {
    package static let resource = ResourceKind(OwnGroup.today, ["v1"], "AgentEndpoint", "agentendpoints")

    package var metadata: ObjectMetadata
    package var spec: Spec
    package var status: JSONValue?

    package struct Spec: Codable, Sendable, Hashable {
        package var url: String
        package var upstream: Upstream
        package var trafficPolicy: PolicyChoice?
        package var description: String?
        package var metadata: MetadataMap?
        @OrEmpty package var bindings: [String]
        @OrEmpty package var clientCertificateRefs: [LocalName]
        package var tlsTermination: TLSTermination?
    }

    package struct Upstream: Codable, Sendable, Hashable {
        package var url: String
        package var `protocol`: String?
        package var proxyProtocolVersion: String?
    }

    package struct TLSTermination: Codable, Sendable, Hashable {
        package var serverCertificateRef: LocalName
        package var mutualTLS: MutualTLS?
    }

    package struct MutualTLS: Codable, Sendable, Hashable {
        package var clientCAsRef: LocalName
        /// `require` where nothing is said.
        package var mode: String?
    }
}

/// Domain.
package struct Domain: KubernetesResource, Hashable {
    package static let resource = ResourceKind(OwnGroup.today, ["v1"], "Domain", "domains")

    package var metadata: ObjectMetadata
    package var spec: Spec
    package var status: Status?

    package struct Spec: Codable, Sendable, Hashable {
        package var domain: String
        package var reclaimPolicy: String?
        package var description: String?
        package var metadata: MetadataMap?
    }

    package struct Status: Codable, Sendable, Hashable {
        package var id: String?
        package var domain: String?
        package var cnameTarget: String?
        @OrEmpty package var conditions: [Condition]
    }
}

/// IPPolicy.
package struct IPPolicy: KubernetesResource, Hashable {
    package static let resource = ResourceKind(OwnGroup.today, ["v1"], "IPPolicy", "ippolicies")

    package var metadata: ObjectMetadata
    package var spec: Spec
    package var status: JSONValue?

    package struct Spec: Codable, Sendable, Hashable {
        package var description: String?
        package var metadata: MetadataMap?
        @OrEmpty package var rules: [Rule]
    }

    package struct Rule: Codable, Sendable, Hashable {
        package var cidr: String
        package var action: String
        package var description: String?
        package var metadata: String?
    }
}

/// TrafficPolicy, `NgrokTrafficPolicy` in the older group.
package struct TrafficPolicyObject: KubernetesResource, Hashable {
    package static let resource = ResourceKind(OwnGroup.today, ["v1"], "TrafficPolicy", "trafficpolicies")

    package var metadata: ObjectMetadata
    package var spec: Spec?
    package var status: JSONValue?

    package struct Spec: Codable, Sendable, Hashable {
        package var policy: JSONValue?
    }
}
