import Expression
import Firewall
import Model
import TrafficPolicy

/// The result variables of a firewall action.
struct FirewallResults {
    private let action: ActionType
    private let decision: ResultSlot
    private let score: ResultSlot
    private let threshold: ResultSlot
    private let rules: ResultSlot
    private let errorCode: ResultSlot
    private let errorMessage: ResultSlot

    init(_ side: BodySide) {
        let action = side.firewallType
        let name = side == .request ? "owasp_crs_request" : "owasp_crs_response"
        self.action = action
        self.decision = ResultSlot(action, "\(name).decision")
        self.score = ResultSlot(action, "\(name).anomaly_score")
        self.threshold = ResultSlot(action, "\(name).anomaly_score_threshold")
        self.rules = ResultSlot(action, "\(name).matched_rules")
        self.errorCode = ResultSlot(action, "\(name).error.code")
        self.errorMessage = ResultSlot(action, "\(name).error.message")
    }

    func publish(_ findings: FirewallFindings, on exchange: Exchange) {
        exchange.publish(
            self.action,
            [
                (self.decision, .string(findings.isDenied ? "deny" : "allow")),
                (self.score, .number(findings.score)),
                (self.threshold, .number(findings.threshold)),
                (self.rules, .list(findings.matches.map(\.value))),
            ]
        )
    }

    func publish(_ failure: Failure, on exchange: Exchange) {
        exchange.publish(
            self.action,
            [(self.errorCode, .string(failure.code.wireName)), (self.errorMessage, .string(failure.message))]
        )
    }
}

extension FirewallFindings.Match {
    fileprivate var value: Value {
        .record([
            ("id", .number(self.id)), ("message", .string(self.message)), ("severity", .string(self.severity.name)),
            ("data", .string(self.data)),
        ])
    }
}

extension BodySide {
    var firewallType: ActionType { self == .request ? .owaspCRSRequest : .owaspCRSResponse }
}
