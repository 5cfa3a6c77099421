/// Our own rules, around those of the rule set.
///
/// The engine takes what the rules say as an answer: that of the rule set's own rules which block by score is taken from
/// them, since the score is judged here. Numbers up to 99 999 are free for one's own use; those of 200 000 are what everyone who
/// sets up the engine gives to the rules for bodies.
struct RuleText {
    /// The rule that tells the scores.
    static let report = 77_001

    let direction: RuleDirection
    let configuration: FirewallConfiguration
    let mark: RuleMark

    /// Before all others: what the engine may do, and how bodies are read. No types of bodies are named: the rules for bodies
    /// of responses would be passed over for the others, also where there is no body.
    var first: String {
        """
        SecRuleEngine On
        SecAuditEngine Off
        SecDebugLogLevel 0
        SecRequestBodyAccess On
        SecRequestBodyLimit \(self.configuration.bodyBytes)
        SecRequestBodyNoFilesLimit \(self.configuration.bodyBytes)
        SecRequestBodyLimitAction ProcessPartial
        SecRequestBodyJsonDepthLimit 512
        SecArgumentsLimit 1000
        SecResponseBodyAccess On
        SecResponseBodyLimit \(self.configuration.bodyBytes)
        SecResponseBodyLimitAction ProcessPartial
        SecArgumentSeparator &
        SecCookieFormat 0
        SecRule REQUEST_HEADERS:Content-Type "@rx ^(?:application|text)/(?:[a-z0-9.-]+[+])?xml" \
        "id:200000,phase:1,pass,nolog,t:none,t:lowercase,ctl:requestBodyProcessor=XML"
        SecRule REQUEST_HEADERS:Content-Type "@rx ^application/(?:[a-z0-9.-]+[+])?json" \
        "id:200001,phase:1,pass,nolog,t:none,t:lowercase,ctl:requestBodyProcessor=JSON"
        \(self.direction == .requests ? self.bodies : "")

        """
    }

    /// A body that cannot be read as what it says that it is hides what is in it. One that is cut off can't be read to its end
    /// either, and that is not its fault.
    private var bodies: String {
        [
            (200_002, "REQBODY_ERROR", "Request body cannot be parsed", "reqbody_error_msg"),
            (200_003, "MULTIPART_STRICT_ERROR", "Multipart request body is not well formed", "matched_var_name"),
            (200_004, "MULTIPART_UNMATCHED_BOUNDARY", "Multipart body has an unmatched boundary", "matched_var_name"),
        ].map { id, variable, message, data in
            """
            SecRule \(variable) "@eq 1" "id:\(id),phase:2,pass,log,t:none,severity:CRITICAL,\
            rev:'\(self.mark.revision(id))',msg:'\(message)',logdata:'%{\(data)}',chain"
            SecRule INBOUND_DATA_ERROR "@eq 0" "t:none,\
            setvar:'tx.anomaly_score_pl1=+%{tx.critical_anomaly_score}',\
            setvar:'tx.inbound_anomaly_score_pl1=+%{tx.critical_anomaly_score}'"
            """
        }.joined(separator: "\n")
    }

    /// In the place of a setup where there is none: as the rule set is delivered.
    var setup: String {
        """
        SecDefaultAction "phase:1,log,noauditlog,pass"
        SecDefaultAction "phase:2,log,noauditlog,pass"
        SecAction "id:77002,phase:1,pass,nolog,t:none,setvar:tx.crs_setup_version=330"

        """
    }

    /// Behind the setup: what the configuration says in its place. The versions of the rule set name some of it differently.
    var settings: String {
        var settings: [(name: String, value: Int)] = []
        if let level = self.configuration.paranoiaLevel {
            let names = ["paranoia_level", "executing_paranoia_level"]
            settings += (names + ["blocking_paranoia_level", "detection_paranoia_level"]).map { ($0, level) }
        }
        if let threshold = self.configuration.inboundThreshold {
            settings.append(("inbound_anomaly_score_threshold", threshold))
        }
        if let threshold = self.configuration.outboundThreshold {
            settings.append(("outbound_anomaly_score_threshold", threshold))
        }
        guard !settings.isEmpty else { return "" }
        let actions = settings.map { "setvar:tx.\($0.name)=\($0.value)" }.joined(separator: ",")
        return "SecAction \"id:77003,phase:1,pass,nolog,t:none,\(actions)\"\n"
    }

    /// Behind all others: the rule set's own judgements are left out, and the scores are told.
    var last: String {
        let (phase, name) = self.direction == .requests ? (2, "inbound") : (4, "outbound")
        // Of version 4, of version 3 for requests and for responses.
        let older = self.direction == .requests ? "anomaly_score" : "outbound_anomaly_score"
        return """
            SecRuleRemoveById 949100 949110 949111 959100 959101
            SecAction "id:\(Self.report),phase:\(phase),pass,log,t:none,rev:'\(self.mark.revision(Self.report))',\
            msg:'%{tx.blocking_\(name)_anomaly_score}/%{tx.\(older)}/%{tx.\(name)_anomaly_score_threshold}'"

            """
    }

    /// Taken out of rules that are complete.
    static func removal(of rules: [Int]) -> String {
        rules.isEmpty ? "" : "SecRuleRemoveById \(rules.map(String.init).joined(separator: " "))\n"
    }
}

/// The scores that ``RuleText/report`` tells.
struct RuleScores: Equatable {
    let score: Int
    let threshold: Int

    /// Reads `[new]/[old]/threshold`; a score that no rule has touched is empty.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let threshold = Int(parts[2]) else { return nil }
        self.score = Int(parts[0]) ?? Int(parts[1]) ?? 0
        self.threshold = threshold
    }
}
