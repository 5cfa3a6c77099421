import Model
import Portico
import Settings
import TrafficPolicy

extension EndpointOptions {
    /// Reads `traffic_policy`, a mapping or a text, or `traffic_policy_file` of an endpoint in a configuration file, and
    /// checks the policy, each problem where it stands. `olderKey` is another name of the first.
    mutating func readPolicy(_ reader: SettingsReader, olderKey: String? = nil) {
        var inline = reader.structure("traffic_policy", absent: "none", "The policy that the edge runs on the traffic.")
        if let olderKey,
            let older = reader.structure(olderKey, absent: "none", "The older name of `traffic_policy`.")
        {
            if inline != nil { reader.refuse(olderKey, "stands beside traffic_policy; an endpoint has one policy") }
            inline = inline ?? older
        }
        let file = reader.optional(
            "traffic_policy_file",
            .text(maxBytes: 4096),
            absent: "none",
            "A file with the policy, counted from the working directory."
        )
        if let inline {
            guard file == nil else {
                return reader.refuse("traffic_policy_file", "stands beside traffic_policy; an endpoint has one policy")
            }
            self.read(inline, reader)
        } else if let file {
            self.read(file, reader)
        }
    }

    private mutating func read(_ node: SettingNode, _ reader: SettingsReader) {
        if case .scalar(let text) = node.value {
            self.trafficPolicy = text
            for problem in PolicyReport("traffic_policy", text: text, for: self.policyAttachment, limits: .ofAnyEdge)
                .errors
            {
                reader.refuse("traffic_policy", at: node.place, "in the text, \(problem)")
            }
            return
        }
        let policy = InlinePolicy(node)
        self.trafficPolicy = policy.text
        for problem in PolicyReport("traffic_policy", text: policy.text, for: self.policyAttachment, limits: .ofAnyEdge)
            .errors
        {
            let place = policy.place(of: problem.position) ?? node.place
            reader.refuse("traffic_policy", at: place, problem.summary)
        }
    }

    private mutating func read(_ file: String, _ reader: SettingsReader) {
        let policy: PolicyText
        do throws(PorticoError) {
            policy = try PolicyText.read(file)
        } catch {
            return reader.refuse("traffic_policy_file", error.description)
        }
        self.trafficPolicy = policy.text
        for problem in PolicyReport(file, text: policy.text, for: self.policyAttachment).errors {
            reader.refuse("traffic_policy_file", "\(file):\(problem)")
        }
    }
}
