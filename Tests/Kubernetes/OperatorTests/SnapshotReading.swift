import Addressing
import Foundation
import JSON
import KubernetesClient
import Operator
import Yams

/// Reads the documents of a file as the objects of a cluster, and as what the operator was told.
struct SnapshotReading {
    private(set) var snapshot = ClusterSnapshot()
    private(set) var options = TranslationOptions()

    struct Unknown: Error, CustomStringConvertible {
        let description: String
    }

    /// A text as YAML, and JSON, have it in quotes.
    static func quoted(_ text: String) -> String { JSONValue.string(text).text }

    init(yaml text: String) throws {
        for node in try Yams.compose_all(yaml: text) {
            try self.add(JSONValue(node))
        }
    }

    private mutating func add(_ value: JSONValue) throws {
        switch value.member("kind")?.string {
        case "Options": try self.read(value)
        case "Namespace": self.snapshot.namespaces.append(try Namespace(decoding: value))
        case "Service": self.snapshot.services.append(try Service(decoding: value))
        case "EndpointSlice": self.snapshot.endpointSlices.append(try EndpointSlice(decoding: value))
        case "Secret": self.snapshot.secrets.append(try SecretObject(decoding: value))
        case "ConfigMap": self.snapshot.configMaps.append(try ConfigMap(decoding: value))
        case "Ingress": self.snapshot.ingresses.append(try Ingress(decoding: value))
        case "IngressClass": self.snapshot.ingressClasses.append(try IngressClass(decoding: value))
        case "GatewayClass": self.snapshot.gatewayClasses.append(try GatewayClass(decoding: value))
        case "Gateway": self.snapshot.gateways.append(try Gateway(decoding: value))
        case "HTTPRoute": self.snapshot.httpRoutes.append(try HTTPRoute(decoding: value))
        case "GRPCRoute": self.snapshot.grpcRoutes.append(try GRPCRoute(decoding: value))
        case "TLSRoute": self.snapshot.tlsRoutes.append(try TLSRoute(decoding: value))
        case "TCPRoute": self.snapshot.tcpRoutes.append(try TCPRoute(decoding: value))
        case "ReferenceGrant": self.snapshot.referenceGrants.append(try ReferenceGrant(decoding: value))
        case "BackendTLSPolicy": self.snapshot.backendTLSPolicies.append(try BackendTLSPolicy(decoding: value))
        case "TrafficPolicy", "NgrokTrafficPolicy":
            self.snapshot.trafficPolicies.append(try TrafficPolicyObject(decoding: value))
        case "CloudEndpoint": self.snapshot.cloudEndpoints.append(try CloudEndpoint(decoding: value))
        case "AgentEndpoint": self.snapshot.agentEndpoints.append(try AgentEndpoint(decoding: value))
        case "Domain": self.snapshot.domains.append(try Domain(decoding: value))
        case let kind: throw Unknown(description: "a case has an object of the kind \(kind ?? "nil")")
        }
    }

    private mutating func read(_ value: JSONValue) throws {
        for member in value.object?.members ?? [] {
            let texts = (member.value.array ?? []).compactMap(\.string)
            switch member.key {
            case "kind": break
            case "reservedAddresses": self.snapshot.reservedAddresses = Set(texts)
            case "served": self.snapshot.served = Set(try texts.map { try EndpointURL(parsing: $0) })
            case "defaultHosts": self.options.defaultHosts = texts
            case "publishedAddresses": self.options.publishedAddresses = texts
            case "plainHTTP": self.options.plainHTTP = .init(rawValue: member.value.string ?? "") ?? .none
            case "dialling": self.options.dialling = .init(rawValue: member.value.string ?? "") ?? .names
            case "gatewayAPIVersion": self.options.gatewayAPIVersion = member.value.string
            case "clusterDomain": self.options.clusterDomain = member.value.string ?? ""
            default: throw Unknown(description: "a case has the option \(member.key)")
            }
        }
    }
}

extension JSONValue {
    /// What YAML says, but for times, which stay texts as JSON has them.
    init(_ node: Node) {
        switch node {
        case .mapping(let mapping):
            self = .object(JSONObject(mapping.map { JSONObject.Member($0.key.string ?? "", JSONValue($0.value)) }))
        case .sequence(let sequence): self = .array(sequence.map { JSONValue($0) })
        case .scalar(let scalar): self = JSONValue(scalar, of: node)
        case .alias: self = .null
        }
    }

    private init(_ scalar: Node.Scalar, of node: Node) {
        guard scalar.style == .plain || scalar.style == .any else {
            self = .string(scalar.string)
            return
        }
        if node.null != nil {
            self = .null
        } else if let flag = node.bool {
            self = .bool(flag)
        } else if let number = Int64(scalar.string) {
            self = .integer(number)
        } else {
            self = .string(scalar.string)
        }
    }
}
