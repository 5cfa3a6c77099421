package import AgentRuntime
package import Foundation
package import JSON
import Portico

/// What a diagnosis found, with what is needed to understand it elsewhere, for whoever is asked for help. No secret is
/// in it.
package enum DiagnosisReport {
    /// - Parameters:
    ///   - findings: in their order.
    ///   - plan: nil where the configuration could not be read.
    ///   - environment: of the process; of what it says of proxies, that it says something.
    ///   - time: when it was made.
    /// - Returns: an object.
    package static func json(
        _ findings: [Finding],
        plan: AgentPlan?,
        environment: [String: String],
        time: Date
    ) -> JSONValue {
        [
            "made_at": .string(time.formatted(.iso8601)),
            "version": .string(Agent.version),
            "system": .string(ProcessInfo.processInfo.operatingSystemVersionString),
            "proxies": .array(Self.proxies.filter { environment[$0]?.isEmpty == false }.map(JSONValue.string)),
            "configuration": plan.map(Self.configuration) ?? .null,
            "findings": .array(findings.map(\.json)),
        ]
    }

    /// They may hold a password, so that they are set is all that is told.
    private static let proxies = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"]

    private static func configuration(_ plan: AgentPlan) -> JSONValue {
        [
            "files": .array(plan.files.paths.map(JSONValue.string)),
            "server": .string("\(plan.configuration.server)"),
            "trust": .string(plan.configuration.trust.name),
            "endpoints": .array(
                plan.endpoints.map { endpoint in
                    [
                        "name": .string(endpoint.name),
                        "upstream": .string("\(endpoint.upstream)"),
                        "url": endpoint.options.url.map(JSONValue.string) ?? .null,
                    ]
                }
            ),
            "warnings": .array(plan.warnings.map(JSONValue.string)),
        ]
    }
}

extension Trust {
    fileprivate var name: String {
        switch self {
        case .system: "system"
        case .file(let path): path
        case .pem: "pem"
        }
    }
}
