/// Why an ACME server did not give what it was asked for.
package enum ACMEError: Error, Sendable, Hashable {
    /// It said so itself (RFC 8555 §6.7).
    case problem(ACMEProblem)
    /// It cannot be reached, or broke off.
    case unreachable(String)
    /// Its answer is none of RFC 8555.
    case malformed(String)
    /// An authorization or an order ended as invalid.
    case invalid(ACMEProblem)
    /// It offers no challenge that this edge can answer for the name.
    case noChallenge(String)
    /// This edge could not make its answer to a challenge visible.
    case unanswerable(String)
    /// It was still at it when the time was over.
    case timedOut(String)
}

/// What went wrong, in the server's words (RFC 7807); cut to what can be shown.
package struct ACMEProblem: Error, Sendable, Hashable, Decodable, CustomStringConvertible {
    /// Without `urn:ietf:params:acme:error:`.
    package let type: String
    package let detail: String

    private static let namespace = "urn:ietf:params:acme:error:"
    private static let detailBytes = 500

    private enum CodingKeys: CodingKey { case type, detail }

    package init(type: String, detail: String) {
        self.type = type.hasPrefix(Self.namespace) ? String(type.dropFirst(Self.namespace.count)) : type
        let shown = detail.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }
        self.detail = String(shown.joined().prefix(Self.detailBytes))
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            type: try members.decodeIfPresent(String.self, forKey: .type) ?? "",
            detail: try members.decodeIfPresent(String.self, forKey: .detail) ?? ""
        )
    }

    package var description: String { self.type.isEmpty ? self.detail : "\(self.detail) (\(self.type))" }

    /// Whether whoever has the name can mend it: its records do not lead here, or forbid the authority.
    package var isOfName: Bool {
        ["dns", "caa", "connection", "tls", "unauthorized", "incorrectResponse", "rejectedIdentifier"]
            .contains(self.type)
    }
}

extension ACMEError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .problem(let problem), .invalid(let problem): "\(problem)"
        case .unreachable(let text): "the authority cannot be reached: \(text)"
        case .malformed(let text): "the authority's answer cannot be used: \(text)"
        case .noChallenge(let name): "the authority offers no challenge for \(name) that this edge can answer"
        case .unanswerable(let text): "the challenge could not be answered: \(text)"
        case .timedOut(let text): "the authority was still \(text) when the time was over"
        }
    }
}
