package import JSON
package import Addressing

extension AgentMessage {
    /// The options of a bind (`Opts`, `spec/agent-protocol.md` 9.2), whole: agents keep the answer's and send them with
    /// the rebind, so whatever is dropped here is lost at the next reconnect.
    ///
    /// They may hold passwords and keys: printed, they show nothing.
    package struct BindOptions: Sendable, Equatable {
        package private(set) var json: JSONObject

        /// The whole wish for an address: `https://host`, `tcp://host:port`, a bare scheme, a host, or nothing.
        package var url: String { self.text("URL") }
        package var domain: String { self.text("Domain") }
        package var hostname: String { self.text("Hostname") }
        package var subdomain: String { self.text("Subdomain") }
        /// `host:port` wished for a TCP endpoint.
        package var address: String { self.text("Addr") }
        /// The traffic policy document as text, JSON or YAML; empty for none.
        package var trafficPolicy: String { self.text("TrafficPolicy") }
        /// Version of the PROXY header on the streams; 0 for none.
        package var proxyProtocol: Int64 { self.json["ProxyProto"]?.integer ?? 0 }
        /// Whether the agent ends TLS, and asks for client certificates.
        package var isMutualTLSAtAgent: Bool { self.json["MutualTLSAtAgent"]?.bool ?? false }
        /// The edge ends TLS of a TLS endpoint; an empty object says so too.
        package var terminatesTLS: Bool { self.json["TLSTermination"]?.object != nil }

        package init() {
            self.json = JSONObject()
        }

        /// Options made here, by our agent. What is read from the wire goes through `init(reading:)`.
        package init(_ json: JSONObject) {
            self.json = json
        }

        /// - Throws: when a field that is looked at has the wrong type.
        init(reading json: JSONObject) throws(MessageError) {
            let fields = MessageFields(json)
            for name in ["URL", "Domain", "Hostname", "Subdomain", "Addr", "TrafficPolicy"] {
                _ = try fields.text(name)
            }
            _ = try fields.integer("ProxyProto")
            _ = try fields.flag("MutualTLSAtAgent")
            self.json = json
        }

        /// The module fields that are switched on, spelt as in the specification. An empty object switches on too.
        package var modules: [String] {
            Self.moduleNames.filter { self.json[$0]?.object != nil }
        }

        /// As the answer to a bind that got `url`: everything as it came, with the address in use, and those fields
        /// present without which the strict family of agents fails the call.
        package func answered(with url: EndpointURL) -> BindOptions {
            self.answered(scheme: url.scheme, host: url.host.description, port: url.port)
        }

        package func answered(scheme: EndpointScheme, host: String, port: UInt16) -> BindOptions {
            var answer = self
            switch scheme {
            case .http, .https:
                answer.json.set("Hostname", to: .string(host))
                answer.complete("Subdomain", with: "")
                answer.complete("Auth", with: "")
                answer.complete("HostHeaderRewrite", with: false)
            case .tls:
                answer.json.set("Hostname", to: .string(host))
                answer.complete("Subdomain", with: "")
                answer.complete("MutualTLSAtAgent", with: false)
            case .tcp:
                answer.json.set("Addr", to: .string("\(host):\(port)"))
            }
            answer.complete("ProxyProto", with: 0)
            return answer
        }

        /// A field that is null or spelt in another case counts as missing to an agent that compares exactly.
        private mutating func complete(_ key: String, with zero: JSONValue) {
            let present = self.json[key].flatMap { $0.isNull ? nil : $0 }
            self.json.set(key, to: present ?? zero)
        }

        private func text(_ key: String) -> String { self.json[key]?.string ?? "" }

        private static let moduleNames = [
            "Compression", "CircuitBreaker", "IPRestriction", "BasicAuth", "OAuth", "OIDC", "WebhookVerification",
            "MutualTLSCA", "MutualTLSAtEdge", "TLSTermination", "RequestHeaders", "ResponseHeaders",
            "WebsocketTCPConverter", "UserAgentFilter", "Policy",
        ]
    }
}

extension AgentMessage.BindOptions: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "[options]" }
    package var debugDescription: String { "[options]" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
