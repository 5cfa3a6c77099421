/// A number that names one way to fail, the HTTP status that goes with it, and what to do about it.
///
/// Codes are made in this module alone, one file for each area, and are never used again for something else. Where
/// clients depend on a number of the reference system, ours is the same; codes without counterpart begin at 100001,
/// far above all of its numbers.
package struct ErrorCode: Sendable, Hashable {
    package let number: Int
    /// The status of an HTTP answer that carries this code.
    package let httpStatus: Int
    /// What it stands for, as a sentence that fits every case of it.
    package let meaning: String
    /// What the one who meets it can do.
    package let remedy: String

    init(_ number: Int, status: Int, meaning: String, remedy: String) {
        self.number = number
        self.httpStatus = status
        self.meaning = meaning
        self.remedy = remedy
    }

    /// The code as people and logs see it.
    package var name: String { "ERR_PORTICO_\(self.number)" }

    /// The code as clients of the reference system look for it, on the wire and in `ngrok-error-code`.
    package var wireName: String { "ERR_NGROK_\(self.number)" }

    package static func == (left: ErrorCode, right: ErrorCode) -> Bool { left.number == right.number }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.number) }
}

/// A part of the product whose codes stand together, in the source and in the reference pages.
package enum ErrorArea: String, Sendable, CaseIterable {
    case serving, requests, sessions, binds, names, policyDocuments = "policy-documents"
    case policyActions = "policy-actions"
    case policyRuns = "policy-runs"
    case api
    case apiResources = "api-resources"
    case dashboard
    case sshGateway = "ssh-gateway"
    case edge, agent

    package var title: String {
        switch self {
        case .serving: "Serving visitors"
        case .requests: "Requests that are not served"
        case .sessions: "Agent sessions"
        case .binds: "Starting endpoints"
        case .names: "Host names and URLs"
        case .policyDocuments: "Policy documents"
        case .policyActions: "Configurations of policy actions"
        case .policyRuns: "Policies at work"
        case .api: "The REST API"
        case .apiResources: "Resources of the REST API"
        case .dashboard: "The dashboard"
        case .sshGateway: "Endpoints over SSH"
        case .edge: "Running an edge"
        case .agent: "Running an agent"
        }
    }

    package var codes: [ErrorCode] {
        switch self {
        case .serving: ErrorCode.serving
        case .requests: ErrorCode.requests
        case .sessions: ErrorCode.sessions
        case .binds: ErrorCode.binds
        case .names: ErrorCode.names
        case .policyDocuments: ErrorCode.policyDocuments
        case .policyActions: ErrorCode.policyActions
        case .policyRuns: ErrorCode.policyRuns + ErrorCode.tokens + ErrorCode.logins
        case .api: ErrorCode.api
        case .apiResources:
            [
                ErrorCode.apiCredentials, ErrorCode.apiDomains, ErrorCode.apiAccess, ErrorCode.apiVaults,
                ErrorCode.apiRestrictions, ErrorCode.apiCertificates, ErrorCode.apiEvents,
                ErrorCode.apiSSH,
                ErrorCode.apiPeople, ErrorCode.pooling, ErrorCode.apiEndpoints, ErrorCode.apiTraffic,
            ].flatMap { $0 }
        case .dashboard: ErrorCode.dashboard
        case .sshGateway: ErrorCode.sshGateway
        case .edge: ErrorCode.edge
        case .agent: ErrorCode.agent
        }
    }
}

extension ErrorCode {
    /// Every code, area by area.
    package static let all: [ErrorCode] = ErrorArea.allCases.flatMap(\.codes)
}
