import Addressing
import JSON
import Model
import TrafficPolicy

/// Checks policies as the edge will, before it is asked.
enum PolicyCheck {
    /// Made once: the library of functions is large.
    private static let expressions = CompiledExpressions()

    /// What is wrong with a document by itself, in the reasons of TrafficPolicy objects (`spec/kubernetes.md` 3.5).
    enum Finding: Equatable {
        case valid
        /// `inbound` and `outbound`.
        case legacy(String)
        /// `enabled` on a rule.
        case enabledField(String)
        case failed(String)

        var reason: String {
            switch self {
            case .valid: "TrafficPolicyValid"
            case .legacy: "LegacyPolicyFormat"
            case .enabledField: "EnabledFieldDeprecated"
            case .failed: "TrafficPolicyParseFailed"
            }
        }

        var message: String {
            switch self {
            case .valid: "The policy is valid."
            case .legacy(let words), .enabledField(let words), .failed(let words): words
            }
        }
    }

    static func examine(_ document: JSONValue?) -> Finding {
        guard let object = document?.object else {
            return .failed("spec.policy must be a mapping from phases to lists of rules")
        }
        for name in ["inbound", "outbound"] where object.members.contains(where: { $0.key == name }) {
            return .legacy(
                "\"\(name)\" is the older form of a phase: use on_http_request, on_tcp_connect, on_http_response"
            )
        }
        for member in object.members {
            let rules = member.value.array ?? []
            if let index = rules.firstIndex(where: { $0.member("enabled") != nil }) {
                return .enabledField("\(member.key)[\(index)].enabled has no effect any more: remove the rule instead")
            }
        }
        do throws(PolicyErrors) {
            _ = try Policy(parsing: JSONValue.object(object).text, limits: .ofAnyEdge, checking: Self.expressions)
            return .valid
        } catch {
            return .failed(Self.words(error))
        }
    }

    /// Why an endpoint cannot have its policy; nil where it can.
    static func problem(of endpoint: DesiredEndpoint) -> String? {
        let attachment = PolicyAttachment(
            scheme: endpoint.url.scheme,
            isInternal: endpoint.binding == .internal,
            isCloud: endpoint.isCloud,
            runnable: Set(ActionType.allCases)
        )
        do throws(PolicyErrors) {
            let policy = try Policy(
                parsing: endpoint.policy ?? "{}",
                for: endpoint.url.scheme,
                limits: .ofAnyEdge,
                checking: Self.expressions
            )
            try attachment.check(policy)
            return nil
        } catch {
            return Self.words(error)
        }
    }

    /// The first problems, each with its code and the field; never the text that is wrong, which may be a secret.
    private static func words(_ errors: PolicyErrors) -> String {
        let shown = errors.problems.prefix(5).map { $0.path.isEmpty ? $0.summary : "\($0.path): \($0.summary)" }
        let more = errors.problems.count - shown.count
        return shown.joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "")
    }
}
