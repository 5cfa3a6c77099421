import Addressing
import Expression
package import Model
import NIOCore
package import TrafficPolicy

/// Where the rule loop stands: the next action of a rule whose expressions were true, or, with action 0, a rule that was
/// not looked at yet.
struct RulePosition {
    var rule = 0
    var action = 0
}

extension Exchange {
    /// Runs the rules of a phase in their order (`spec/traffic-policy.md` 2.1).
    ///
    /// Expressions are evaluated when their rule is reached, so that they see what earlier actions have changed.
    ///
    /// - Parameters:
    ///   - phase: the phase that runs.
    ///   - firstRule: the first rule that is looked at; those before it have been (``RequestGlance``).
    /// - Returns: how the phase ended; nil where an action waits, the host being told later.
    package func run(_ phase: PolicyPhase, from firstRule: Int = 0) -> PhaseOutcome? {
        self.phase = phase
        self.readers = VariableTable.readers(in: phase)
        self.variables = .none
        self.caches.phaseTime = nil
        self.position = RulePosition(rule: firstRule)
        return self.advance()
    }

    /// The target of ``PhaseOutcome/forward(_:)`` could not be reached: the next action runs where the action allows it,
    /// else the exchange fails.
    ///
    /// - Returns: how the phase ended; nil where an action waits, the host being told later.
    package func forwardFailed(_ failure: Failure, of target: ForwardTarget) -> PhaseOutcome? {
        guard target.continuesOnFailure else { return self.finish(.fail(failure, status: nil)) }
        ForwardResults.publish(target.url.description, failure, on: self)
        return self.advance()
    }

    private func advance() -> PhaseOutcome? {
        let rules = self.program.rules(in: self.phase)
        while self.position.rule < rules.count {
            let rule = rules[self.position.rule]
            if self.position.action == 0 {
                if rule.asksForHandshake, let handshake = self.answerHandshake() {
                    self.wait(forHandshake: handshake)
                    return nil
                }
                switch self.isPage(ofLoginIn: rule) ? .matched : self.matches(rule) {
                case .matched: self.step(.matched)
                case .unmatched:
                    self.position.rule += 1
                    continue
                case .failed(let failure): return self.finish(.fail(failure, status: nil))
                }
            }
            while self.position.action < rule.actions.count {
                let action = rule.actions[self.position.action]
                self.position.action += 1
                let verdict = action.run(on: self)
                if case .next = verdict {
                    self.count(.next, of: rule)
                    self.step(.went)
                    continue
                }
                return self.end(with: verdict, of: rule)
            }
            self.position = RulePosition(rule: self.position.rule + 1)
        }
        return .proceed
    }

    /// What the verdict of an action of `rule` makes of the phase; nil where it is waited for.
    private func end(with verdict: Verdict, of rule: CompiledRule) -> PhaseOutcome? {
        let outcome: PhaseOutcome
        let result: ActionResult
        switch verdict {
        case .next:
            self.count(.next, of: rule)
            self.step(.went)
            return self.advance()
        case .later(let future):
            self.wait(for: future, of: rule)
            return nil
        case .respond(let response): (outcome, result) = (.respond(response), .respond)
        case .forward(let target): (outcome, result) = (.forward(target), .forward)
        case .close: (outcome, result) = (.close, .close)
        case .fail(let failure, let status): (outcome, result) = (.fail(failure, status: status), .fail)
        }
        self.count(result, of: rule)
        self.step(.ended)
        return self.finish(outcome)
    }

    /// The outcome, once those are told who wait for an upstream that will not be asked.
    private func finish(_ outcome: PhaseOutcome) -> PhaseOutcome {
        switch outcome {
        case .proceed, .forward: break
        case .respond, .close, .fail: self.endUpstream(.abandoned)
        }
        return outcome
    }

    private func wait(for future: EventLoopFuture<Verdict>, of rule: CompiledRule) {
        let phase = self.phase
        future.assumeIsolated().whenComplete { result in
            // The host may have gone, with the visitor.
            guard let host = self.host else { return }
            let verdict: Verdict
            switch result {
            case .success(let decided): verdict = decided
            case .failure(let error):
                verdict = .fail(Failure(.policyActionFailed, "An action of the policy failed.", detail: "\(error)"))
            }
            guard let outcome = self.end(with: verdict, of: rule) else { return }
            host.exchange(self, ended: phase, with: outcome)
        }
    }

    /// Whether the request is for a page of the rule's login, which is the rule's business whatever its expressions say:
    /// the way back from a provider must not end at an upstream. What stands before the login in the rule is passed over.
    private func isPage(ofLoginIn rule: CompiledRule) -> Bool {
        guard let login = rule.login, self.phase == .httpRequest, let services = self.loop.services.logins,
            services.paths.page(at: self.request.receivedTarget.path) != nil
        else { return false }
        self.position.action = login
        return true
    }

    /// The rule at hand is looked at when the handshake is done.
    private func wait(forHandshake future: EventLoopFuture<Void>) {
        future.assumeIsolated().whenComplete { result in
            // The host may have gone, with the visitor.
            guard let host = self.host else { return }
            let outcome: PhaseOutcome?
            switch result {
            case .success: outcome = self.advance()
            case .failure(let error):
                let failure = Failure(.policyActionFailed, "The TLS handshake failed.", detail: "\(error)")
                outcome = self.finish(.fail(failure, status: nil))
            }
            if let outcome { host.exchange(self, ended: .tcpConnect, with: outcome) }
        }
    }

    // MARK: Expressions of rules

    private enum Match {
        case matched, unmatched
        case failed(Failure)
    }

    private func matches(_ rule: CompiledRule) -> Match {
        for (number, condition) in rule.conditions.enumerated() {
            do {
                guard try !self.isTrue(condition) else { continue }
                self.step(.unmatched(expression: number, isError: false))
                return .unmatched
            } catch {
                self.note("expression \(number + 1): \(error.reason.text)")
                guard self.loop.services.expressionErrors == .fail else {
                    self.step(.unmatched(expression: number, isError: true))
                    return .unmatched
                }
                return .failed(
                    Failure(
                        .policyExpressionFailed,
                        "An expression of this endpoint's policy has no value.",
                        detail: error.reason.text
                    )
                )
            }
        }
        return .matched
    }

    /// The last action that ran is one of `rule`.
    private func count(_ result: ActionResult, of rule: CompiledRule) {
        let action = self.position.action - 1
        guard action < rule.actionNumbers.count else { return }
        self.loop.actionCounts.note(rule.actionNumbers[action], result)
    }

    private func step(_ event: PolicyRecord.Step.Event) {
        guard self.keepsSteps else { return }
        let step = PolicyRecord.Step(place: self.place, event: event)
        if self.record.steps.count < PolicyRecord.longestSteps { self.record.steps.append(step) }
        self.onStep?(step)
    }
}
