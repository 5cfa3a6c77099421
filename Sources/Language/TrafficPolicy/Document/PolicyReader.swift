package import Addressing
import Model
import Settings

extension Policy {
    /// Reads a policy in YAML or JSON.
    ///
    /// - Parameters:
    ///   - text: one document; an empty one is a policy without rules.
    ///   - scheme: of the endpoint that it is for, which older documents depend on; nil where it is not known.
    ///   - limits: how large it may be.
    ///   - checks: compiles the expressions; nil to leave them as they are.
    /// - Throws: all that is wrong, not the first alone.
    package init(
        parsing text: String,
        for scheme: EndpointScheme? = nil,
        limits: PolicyLimits = PolicyLimits(),
        checking checks: (any ExpressionChecking)? = nil
    ) throws(PolicyErrors) {
        let root: Node
        let context = ReadingContext(limits: limits, checks: checks)
        do throws(PolicyProblem) {
            let (node, problems) = try YAMLReader.read(text, limits: limits)
            root = node
            for problem in problems { context.report(problem) }
        } catch {
            throw PolicyErrors([error])
        }
        let policy = PolicyReader(context: context, scheme: scheme).policy(root)
        guard context.problems.isEmpty else { throw PolicyErrors(context.problems) }
        self = policy
    }
}

/// Reads phases and rules; actions read themselves.
struct PolicyReader {
    let context: ReadingContext
    let scheme: EndpointScheme?
    /// Expressions that are one literal, in quotes or in a block.
    private static let constants = ["true": true, "true\n": true, "false": false, "false\n": false]
    private static let keys = PolicyPhase.allCases.map(\.rawValue) + ["inbound", "outbound", "enabled"]

    func policy(_ root: Node) -> Policy {
        var rules: [PolicyPhase: [Rule]] = [:]
        var positions: [PolicyPhase: SourcePosition] = [:]
        var isEnabled = true
        switch root.value {
        case .null: break
        case .mapping(let entries):
            for entry in entries where !entry.value.isNull {
                if entry.key == "enabled" {
                    isEnabled = FieldType<Bool>.bool.read(entry.value, entry.key, self.context)?.value ?? true
                } else if let phase = self.phase(of: entry) {
                    if rules[phase] != nil { self.reportRepeated(phase, entry) }
                    self.context.phase = phase
                    positions[phase] = entry.position
                    rules[phase] = self.rules(entry.value, path: entry.key)
                }
            }
        case .bool, .integer, .number, .string, .sequence:
            self.context.report(
                .policyDocument,
                at: root,
                path: "",
                "a policy is a mapping of phases; this is \(root.form)"
            )
        }
        self.checkWhole(rules)
        return Policy(
            isEnabled: isEnabled,
            rules: rules.filter { !$0.value.isEmpty },
            warnings: self.context.warnings,
            positions: positions
        )
    }

    /// The phase of a key; nil for one that is none, which is reported.
    private func phase(of entry: Node.Entry) -> PolicyPhase? {
        if let phase = PolicyPhase(rawValue: entry.key) { return phase }
        switch (entry.key, self.scheme) {
        case ("outbound", _): return .httpResponse
        case ("inbound", .tcp), ("inbound", .tls): return .tcpConnect
        case ("inbound", _): return .httpRequest
        default:
            self.reportUnknown(entry, among: Self.keys, path: entry.key, "there is no phase \"\(shown(entry.key))\"")
            return nil
        }
    }

    private func reportRepeated(_ phase: PolicyPhase, _ entry: Node.Entry) {
        let words = "\"\(entry.key)\" is another name of \"\(phase.rawValue)\", which stands in the document too"
        let problem = PolicyProblem(.policyDocument, at: entry.position, path: entry.key, offending: entry.key, words)
        self.context.report(problem)
    }

    private func reportUnknown(_ entry: Node.Entry, among names: [String], path: String, _ words: String) {
        let hint = Suggestion.nearest(to: entry.key, among: names)
        self.context.report(
            PolicyProblem(
                .policyDocument,
                at: entry.position,
                path: path,
                offending: entry.key,
                words,
                suggestion: hint
            )
        )
    }

    // MARK: - Rules

    private func rules(_ node: Node, path: String) -> [Rule] {
        guard case .sequence(let nodes) = node.value else {
            self.context.report(
                .policyDocument,
                at: node,
                path: path,
                "a list of rules is expected; this is \(node.form)"
            )
            return []
        }
        let rules = nodes.enumerated().compactMap { self.rule($1, path: item($0, of: path)) }
        guard let last = rules.firstIndex(where: { $0.isUnconditional && $0.alwaysEnds }) else { return rules }
        let words = "this rule never runs: the rule in line \(rules[last].position.line) always ends the phase"
        for rule in rules.dropFirst(last + 1) {
            self.context.warn(PolicyProblem(.policyUnreachable, at: rule.position, path: path, words))
        }
        return rules
    }

    private func rule(_ node: Node, path: String) -> Rule? {
        guard case .mapping(let entries) = node.value else {
            self.context.report(.policyDocument, at: node, path: path, "a rule is a mapping; this is \(node.form)")
            return nil
        }
        var name: String?
        var expressions: [RuleExpression] = []
        var actions: [Action]?
        for entry in entries {
            let place = "\(path).\(entry.key)"
            switch entry.key {
            case "name" where entry.value.isNull: break
            case "name": name = FieldType<SourceText>.scalar.read(entry.value, place, self.context)?.value.text
            case "expressions" where entry.value.isNull: break
            case "expressions": expressions = self.expressions(entry.value, path: place)
            case "actions" where entry.value.isNull: break
            case "actions": actions = self.actions(entry.value, path: place)
            default:
                let names = ["name", "expressions", "actions"]
                self.reportUnknown(entry, among: names, path: place, "a rule has no \"\(shown(entry.key))\"")
            }
        }
        guard let actions else {
            self.context.report(
                PolicyProblem(.policyRuleEmpty, at: node.position, path: path, "the rule has no actions")
            )
            return nil
        }
        return Rule(name: name, expressions: expressions, actions: actions, position: node.position)
    }

    private func expressions(_ node: Node, path: String) -> [RuleExpression] {
        let nodes: [Node]
        if case .sequence(let items) = node.value { nodes = items } else { nodes = [node] }
        let limit = self.context.limits.expressionsPerRule
        guard nodes.count <= limit else {
            let words = "the rule has \(nodes.count) expressions; at most \(limit) are allowed"
            self.context.report(.policyRuleLong, at: nodes[limit], path: path, words)
            return []
        }
        return nodes.enumerated().compactMap { index, node in
            switch node.value {
            case .bool(let value): return .constant(value)
            case .string where Self.constants[node.source.text] != nil:
                return Self.constants[node.source.text].map(RuleExpression.constant)
            case .string where !node.source.text.isEmpty:
                return self.context.compiled(
                    ExpressionSource(node.source),
                    expecting: .bool,
                    path: item(index, of: path),
                    code: .policyExpression
                ).map(RuleExpression.source)
            case .null, .integer, .number, .string, .sequence, .mapping:
                let words = "an expression is expected, as in req.method == 'GET'; this is \(node.form)"
                self.context.report(.policyExpression, at: node, path: item(index, of: path), words)
                return nil
            }
        }
    }

    // MARK: - Actions

    private func actions(_ node: Node, path: String) -> [Action]? {
        guard case .sequence(let nodes) = node.value else {
            self.context.report(
                .policyDocument,
                at: node,
                path: path,
                "a list of actions is expected; this is \(node.form)"
            )
            return []
        }
        let limit = self.context.limits.actionsPerRule
        guard !nodes.isEmpty else { return nil }
        guard nodes.count <= limit else {
            let words = "the rule has \(nodes.count) actions; at most \(limit) are allowed"
            self.context.report(.policyRuleLong, at: nodes[limit], path: path, words)
            return []
        }
        let actions = nodes.enumerated().compactMap { self.action($1, path: item($0, of: path)) }
        if let last = actions.firstIndex(where: \.configuration.isTerminating), last + 1 < actions.count {
            let words = "this action never runs: \(actions[last].type.rawValue) before it always ends the phase"
            self.context.report(PolicyProblem(.policyUnreachable, at: actions[last + 1].position, path: path, words))
        }
        return actions
    }

    private func action(_ node: Node, path: String) -> Action? {
        guard case .mapping(let entries) = node.value else {
            self.context.report(.policyDocument, at: node, path: path, "an action is a mapping; this is \(node.form)")
            return nil
        }
        for entry in entries where entry.key != "type" && entry.key != "config" {
            let words = "an action has \"type\" and \"config\", not \"\(shown(entry.key))\""
            self.reportUnknown(entry, among: ["type", "config"], path: "\(path).\(entry.key)", words)
        }
        guard let type = entries.first(where: { $0.key == "type" && !$0.value.isNull })?.value else {
            self.context.report(
                PolicyProblem(.policyMissing, at: node.position, path: path, "the action has no \"type\"")
            )
            return nil
        }
        guard let description = self.description(type, path: "\(path).type") else { return nil }
        let config = entries.first { $0.key == "config" && !$0.value.isNull }?.value
        return self.action(description, config, at: node, path: "\(path).config")
    }

    /// The row of the table for an action's type; nil when it cannot stand here, which is reported.
    private func description(_ node: Node, path: String) -> ActionDescription? {
        guard case .string = node.value else {
            let words = "the name of an action is expected; this is \(node.form)"
            self.context.report(.policyActionUnknown, at: node, path: path, words)
            return nil
        }
        let name = node.source.text
        guard let type = ActionType(rawValue: name) ?? ActionType.aliases[name] else {
            let isKnown = ActionType.refused.contains(name)
            let words =
                isKnown ? "the action \"\(name)\" is not supported here" : "there is no action \"\(shown(name))\""
            let hint = isKnown ? nil : Suggestion.nearest(to: name, among: ActionType.allCases.map(\.rawValue))
            self.context.report(.policyActionUnknown, at: node, path: path, words, suggestion: hint)
            return nil
        }
        let description = type.description
        guard description.phases.contains(self.context.phase) else {
            let phases = description.phases.map(\.rawValue).joined(separator: ", ")
            let words = "\(name) cannot run in \(self.context.phase.rawValue); it runs in \(phases)"
            self.context.report(.policyActionPhase, at: node, path: path, words)
            return nil
        }
        return description
    }

    private func action(_ description: ActionDescription, _ config: Node?, at node: Node, path: String) -> Action? {
        var entries: [Node.Entry] = []
        if let config {
            guard case .mapping(let found) = config.value else {
                let words = "a mapping of fields is expected; this is \(config.form)"
                self.context.report(.policyConfiguration, at: config, path: path, words)
                return nil
            }
            entries = found
        }
        let fields = FieldReader(entries, at: config?.position ?? node.position, path: path, in: self.context)
        let configuration = description.read(fields)
        fields.finish()
        return configuration.map {
            Action(configuration: $0, position: node.position, written: config == nil ? nil : fields.object)
        }
    }

    // MARK: - The whole

    private func checkWhole(_ rules: [PolicyPhase: [Rule]]) {
        let all = PolicyPhase.allCases.flatMap { rules[$0] ?? [] }
        if all.count > self.context.limits.rules {
            let words = "the policy has \(all.count) rules; at most \(self.context.limits.rules) are allowed"
            self.context.report(PolicyProblem(.policyRulesCount, at: all[self.context.limits.rules].position, words))
        }
        let logins = all.flatMap(\.actions).filter { $0.type == .oauth || $0.type == .openIDConnect }
        if logins.count > 1 {
            let words = "a second login; a policy can have one of oauth and openid-connect"
            self.context.report(PolicyProblem(.policyAuthRepeated, at: logins[1].position, words))
        }
    }
}

extension Rule {
    /// Whether it runs always: nothing is asked, or only `true`.
    package var isUnconditional: Bool { self.expressions.allSatisfy { $0 == .constant(true) } }
}
