import Addressing
import JSON
import KubernetesClient
import Model
import Operator

extension Translation {
    /// The whole of it as a value that people can read and compare, policies laid open.
    var json: JSONValue {
        [
            "endpoints": .array(self.endpoints.map(\.json)),
            "statuses": .array(
                self.statuses.map { ["object": .string($0.object.description), "status": $0.status.short] }
            ),
            "events": .array(
                self.events.map {
                    [
                        "object": .string($0.object.description), "reason": .string($0.reason.rawValue),
                        "message": .string($0.message),
                    ]
                }
            ),
            "addressWishes": .array(
                self.addressWishes.map { ["object": .string($0.object.description), "mark": .string($0.mark)] }
            ),
            "claims": .array(self.claims.map(\.description).sorted().map(JSONValue.string)),
            "held": .array(self.held.sorted().map { .string($0.description) }),
        ]
    }
}

extension DesiredEndpoint {
    fileprivate var json: JSONValue {
        var object: JSONObject = [
            "name": .string("\(self.namespace)/\(self.name)"), "url": .string(self.url.description),
            "binding": .string(self.binding.rawValue),
        ]
        if let upstream = self.upstream { object.append("upstream", upstream.json) }
        if let pooling = self.isPooling { object.append("pooling", .bool(pooling)) }
        object.append("description", .string(self.description))
        object.append(
            "metadata",
            .object(JSONObject(self.metadata.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }))
        )
        if !self.certificates.isEmpty {
            object.append("certificates", .array(self.certificates.map { .string($0.source) }))
        }
        object.append("owners", .array(self.owners.map { .string($0.description) }))
        if let policy = self.policy {
            // A policy that is no JSON is shown as it is.
            object.append("policy", (try? JSONValue(reading: policy.utf8)) ?? .string(policy))
        }
        return .object(object)
    }
}

extension DesiredUpstream {
    fileprivate var json: JSONValue {
        var object: JSONObject = ["url": .string(self.url)]
        if self.isHTTP2 { object.append("http2", true) }
        if let addresses = self.addresses { object.append("addresses", .array(addresses.map(JSONValue.string))) }
        if let verification = self.verification {
            object.append(
                "verification",
                [
                    "serverName": .string(verification.serverName),
                    "names": .array(verification.names.map(JSONValue.string)),
                    "authorities": .string(verification.authorities.map { "\($0.utf8.count) bytes" } ?? "system"),
                ]
            )
        }
        return .object(object)
    }
}

extension JSONValue {
    /// Features of classes are many and the same everywhere; a test of their own looks at them.
    fileprivate var short: JSONValue {
        guard case .object(var object) = self, let features = self.member("supportedFeatures")?.array else {
            return self
        }
        object.set("supportedFeatures", to: .string("\(features.count) of them"))
        return .object(object)
    }
}
