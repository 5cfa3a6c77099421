import Addressing
import EdgeLink
import Model

/// What a Bind asks for beside a URL: what is too long, what is wrong, and what this edge does not do and therefore
/// refuses, since an endpoint that ignored it would serve what its owner believes protected.
enum BindChecks {
    static let maximumMetadataBytes = 4096
    static let maximumDescriptionBytes = 255
    static let maximumNameBytes = 255
    private static let maximumForwardsToBytes = 2048
    private static let maximumBindIDBytes = 128

    /// Module fields that ask nothing of the edge: the agent does what they say.
    private static let agentModules: Set<String> = ["MutualTLSAtAgent"]

    static func check(_ request: BindRequest) throws(Failure) {
        guard request.bindID.utf8.count <= Self.maximumBindIDBytes,
            request.bindID.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw Failure(.bindUnreadable, "The bind id is too long, or holds more than visible characters.") }
        try Self.checkTexts(name: request.name, description: request.description, metadata: request.metadata)
        guard request.forwardsTo.utf8.count <= Self.maximumForwardsToBytes else {
            throw Failure(.metadataTooLong, "The upstream has more than \(Self.maximumForwardsToBytes) bytes.")
        }
        _ = try Self.binding(of: request.bindings)
        let modules = request.modules.filter { !Self.agentModules.contains($0) }
        guard modules.isEmpty else {
            throw Failure(
                .featureUnavailable,
                "This edge does not do \(modules.sorted().joined(separator: ", ")) yet."
            )
        }
    }

    /// The texts of an endpoint, be it new or patched; nil where it keeps what it has.
    static func checkTexts(name: String?, description: String?, metadata: String?) throws(Failure) {
        let texts = [
            ("name", name, Self.maximumNameBytes), ("description", description, Self.maximumDescriptionBytes),
            ("metadata", metadata, Self.maximumMetadataBytes),
        ]
        for (what, text, limit) in texts where (text?.utf8.count ?? 0) > limit {
            throw Failure(.metadataTooLong, "The endpoint's \(what) has more than \(limit) bytes.")
        }
    }

    /// The binding that an agent asks for; nil where its URL says which it is.
    static func binding(of bindings: [String]) throws(Failure) -> EndpointBinding? {
        guard bindings.count <= 1 else {
            throw Failure(.bindingRepeated, "An endpoint has one binding; \(bindings.count) were given.")
        }
        guard let name = bindings.first else { return nil }
        guard let binding = EndpointBinding(rawValue: name) else {
            let all = "public, internal or kubernetes"
            throw Failure(.bindingUnknown, "There is no binding \"\(name.prefix(50))\": use \(all).")
        }
        return binding
    }

    /// How streams to the agent will be spoken.
    static func traffic(of request: BindRequest, isOurs: Bool) throws(Failure) -> AgentTraffic {
        let isHTTP = request.scheme == .http || request.scheme == .https
        let upstream: UpstreamProtocol
        switch request.upstreamProtocol {
        case "", "http1": upstream = .http1
        case "http2": upstream = isHTTP ? .http2 : .http1
        default:
            throw Failure(
                .upstreamProtocolInvalid,
                "The upstream protocol is http1 or http2, and not \"\(request.upstreamProtocol.prefix(50))\"."
            )
        }
        guard request.proxyProtocol == 0 || ProxyProtocolVersion(rawValue: request.proxyProtocol) != nil else {
            throw Failure(.bindUnreadable, "PROXY protocol has versions 1 and 2; \(request.proxyProtocol) was given.")
        }
        let proxy = ProxyProtocolVersion(rawValue: request.proxyProtocol)
        // Of foreign agents nobody knows whether an application takes their streams, and each for one client.
        let mayShare = isOurs && isHTTP && proxy == nil && !request.forwardsTo.hasPrefix("app://")
        return AgentTraffic(proxyProtocol: proxy, upstreamProtocol: upstream, mayShareStreams: mayShare)
    }
}
