import Expression
import Model
package import TrafficPolicy

extension PolicyProgram {
    /// Compiles a policy for one endpoint.
    ///
    /// `previous` is what the endpoint had until now: limits that stay the same go on counting.
    ///
    /// - Throws: all that cannot run, with code and place.
    package convenience init(_ policy: Policy, inheriting previous: PolicyProgram? = nil) throws(PolicyErrors) {
        let compiler = PolicyCompiler(previous: previous?.states ?? ActionStates())
        var rules: [PolicyPhase: [CompiledRule]] = [:]
        for phase in PolicyPhase.allCases {
            rules[phase] = policy.rules(in: phase).enumerated().map { compiler.rule($1, number: $0, in: phase) }
        }
        guard compiler.problems.isEmpty else { throw PolicyErrors(compiler.problems) }
        let glance = RequestGlance(
            of: rules[.httpRequest] ?? [],
            from: policy.rules(in: .httpRequest),
            keepsResults: compiler.askedResults.contains(.addHeaders)
        )
        self.init(
            rules: rules,
            states: compiler.states,
            askedResults: compiler.askedResults,
            glance: glance,
            endsTLS: policy.rules(in: .tcpConnect).contains { $0.actions.contains { $0.type == .terminateTLS } }
        )
    }
}

/// One compilation: gathers what is wrong, and the states that the program will keep.
final class PolicyCompiler {
    private(set) var problems: [PolicyProblem] = []
    private(set) var states = ActionStates()
    private(set) var askedResults: Set<ActionType> = []
    /// Whether what was compiled since it was set to false asks what the handshake of the connection has agreed on.
    private var asksForHandshake = false
    private let previous: ActionStates

    init(previous: ActionStates) {
        self.previous = previous
    }

    func rule(_ rule: Rule, number: Int, in phase: PolicyPhase) -> CompiledRule {
        let path = "\(phase.rawValue)[\(number)]"
        self.asksForHandshake = false
        let conditions = rule.expressions.enumerated().compactMap { index, expression in
            self.attempt { () throws(PolicyProblem) in
                try self.condition(expression, at: rule.position, in: phase, path: "\(path).expressions[\(index)]")
            }
        }
        let conditionsAsk = self.asksForHandshake
        let actions = rule.actions.enumerated().compactMap { index, action in
            self.attempt { () throws(PolicyProblem) -> any PolicyAction in
                let place = ActionPlace(
                    phase: phase,
                    position: action.position,
                    path: "\(path).actions[\(index)].config",
                    compiler: self
                )
                self.asksForHandshake = false
                let made = try place.action(for: action.configuration)
                return self.asksForHandshake ? HandshakeFirst(action: made) : made
            }
        }
        let types = rule.actions.map(\.configuration.type)
        return CompiledRule(
            name: rule.name,
            conditions: conditions,
            actions: actions,
            sources: rule.expressions.map(\.sourceText),
            types: types,
            asksForHandshake: conditionsAsk
        )
    }

    private func attempt<Result>(_ body: () throws(PolicyProblem) -> Result) -> Result? {
        do throws(PolicyProblem) {
            return try body()
        } catch {
            self.problems.append(error)
            return nil
        }
    }

    private func condition(
        _ expression: RuleExpression,
        at position: TrafficPolicy.SourcePosition,
        in phase: PolicyPhase,
        path: String
    ) throws(PolicyProblem) -> Program {
        let source: SourceText
        switch expression {
        case .constant(let isTrue): source = SourceText(isTrue ? "true" : "false", at: position)
        case .source(let expression): source = expression.source
        }
        do throws(Diagnostics) {
            let condition = try PolicyLanguage.environment(of: phase).compileCondition(source.text)
            self.noteResults(in: condition.referencedSlots, of: phase)
            return condition
        } catch {
            throw PolicyProblem(error, in: source, .policyExpression, path: path)
        }
    }

    /// Notes whose results an expression may ask for, and whether it asks for what a handshake has agreed on.
    func noteResults(in slots: Set<Int>, of phase: PolicyPhase) {
        if phase == .tcpConnect, slots.contains(where: VariableTable.asksForHandshake) { self.asksForHandshake = true }
        self.askedResults.formUnion(slots.compactMap { VariableTable.resultAction(inSlot: $0, of: phase) })
    }

    /// The counters of a rate limit: those of the policy before, or new ones.
    func rateLimiter(_ identity: ActionStates.RateLimitIdentity, or make: () -> RateLimiter) -> RateLimiter {
        let limiter = self.states.rateLimiters[identity] ?? self.previous.rateLimiters[identity] ?? make()
        self.states.rateLimiters[identity] = limiter
        return limiter
    }
}

/// Where an action stands, for compiling what its configuration left as text.
struct ActionPlace {
    let phase: PolicyPhase
    let position: TrafficPolicy.SourcePosition
    /// `on_http_request[0].actions[1].config`.
    let path: String
    let compiler: PolicyCompiler

    func template(_ source: TemplateSource) throws(PolicyProblem) -> TemplateProgram {
        do throws(Diagnostics) {
            let template = try PolicyLanguage.environment(of: self.phase).compile(template: source.text)
            self.compiler.noteResults(in: template.referencedSlots, of: self.phase)
            return template
        } catch {
            throw PolicyProblem(error, in: source.source, .policyTemplate, path: self.path)
        }
    }

    func expression(_ source: ExpressionSource) throws(PolicyProblem) -> Program {
        do throws(Diagnostics) {
            let expression = try PolicyLanguage.environment(of: self.phase).compile(source.text)
            self.compiler.noteResults(in: expression.referencedSlots, of: self.phase)
            return expression
        } catch {
            throw PolicyProblem(error, in: source.source, .policyConfiguration, path: self.path)
        }
    }

    /// A condition that also sees the attempts of a request.
    func retryCondition(_ source: ExpressionSource) throws(PolicyProblem) -> Program {
        do throws(Diagnostics) {
            let condition = try PolicyLanguage.retryEnvironment(of: self.phase).compileCondition(source.text)
            self.compiler.noteResults(in: condition.referencedSlots, of: self.phase)
            return condition
        } catch {
            throw PolicyProblem(error, in: source.source, .policyConfiguration, path: self.path)
        }
    }

    /// Says that this edge can't run the action, so that nobody believes that it does.
    func later(_ action: ActionType) -> PolicyProblem {
        PolicyProblem(
            .policyActionLater,
            at: self.position,
            path: self.path,
            offending: action.rawValue,
            "this edge cannot run \(action.rawValue) yet"
        )
    }
}

extension PolicyProblem {
    fileprivate init(_ diagnostics: Diagnostics, in source: SourceText, _ code: ErrorCode, path: String) {
        let first = diagnostics.all.first
        self.init(
            code,
            at: source.position(atByte: first?.range.lowerBound ?? 0),
            path: path,
            first?.message ?? "does not compile",
            suggestion: first?.suggestion
        )
    }
}

extension RuleExpression {
    fileprivate var sourceText: String {
        switch self {
        case .constant(let isTrue): isTrue ? "true" : "false"
        case .source(let expression): expression.text
        }
    }
}
