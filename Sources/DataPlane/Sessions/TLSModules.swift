import AgentProtocol
import EdgeLink
import Foundation
import JSON

/// What older agents say in module fields of how the edge ends TLS (`spec/agent-protocol.md` 9.2), as the rule of a traffic policy that
/// does it.
struct TLSModules {
    /// Names of the fields that the policy carries out.
    let names: Set<String>
    let policy: String

    /// - Returns: nil where the options ask for none of it, or for something that no rule does: a key that only another service can
    ///   read, or a policy beside. What is left is refused as every module that the edge does not carry out.
    init?(_ bind: AgentMessage.Bind) {
        let options = bind.options.json
        guard bind.options.trafficPolicy.isEmpty else { return nil }
        var names: Set<String> = []
        var configuration = JSONObject()
        let authorities = bind.proto == "tls" ? "MutualTLSAtEdge" : "MutualTLSCA"
        if bind.proto == "tls", let termination = options["TLSTermination"]?.object {
            guard Self.text(termination["sealed_key"])?.isEmpty ?? false,
                let certificate = Self.text(termination["cert"]), let key = Self.text(termination["key"])
            else { return nil }
            if !certificate.isEmpty { configuration.append("server_certificate", .string(certificate)) }
            if !key.isEmpty { configuration.append("server_private_key", .string(key)) }
            names.insert("TLSTermination")
        }
        if let module = options[authorities]?.object {
            guard let pem = Self.text(module["mutual_tls_ca"]), !pem.isEmpty else { return nil }
            configuration.append("mutual_tls_certificate_authorities", [.string(pem)])
            names.insert(authorities)
        }
        guard !names.isEmpty else { return nil }
        var action: JSONObject = ["type": "terminate-tls"]
        if !configuration.members.isEmpty { action.append("config", .object(configuration)) }
        let rules: JSONValue = ["on_tcp_connect": [["actions": [.object(action)]]]]
        self.names = names
        self.policy = rules.text
    }

    /// Bytes are base64; nil where they are none, or no text.
    private static func text(_ value: JSONValue?) -> String? {
        guard let value, !value.isNull else { return "" }
        guard let text = value.string, let bytes = Data(base64Encoded: text) else { return nil }
        return String(bytes: bytes, encoding: .utf8)
    }
}
