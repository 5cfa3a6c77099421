import Addressing
import Model
import NIOCore
import PolicyEngine
import Secrets
import TrafficPolicy

/// Runs one case on a policy, with an exchange of the engine and no sockets.
struct CaseRun {
    let suite: PolicySuite
    let policyCase: PolicyCase
    /// Compiled for this case alone, so that what one case counts is not counted in another.
    let program: PolicyProgram
    let endpoint: EndpointFacts
    /// Told of each step; nil where nobody asks.
    let observer: ((Exchange, PolicyRecord.Step) -> Void)?

    /// What came of the last repetition.
    func outcome() -> CaseOutcome {
        let answers = self.suite.answers.merging(self.policyCase.answers) { _, own in own }
        let services = PolicyServices(
            secrets: CaseSecrets(vaults: self.suite.secrets),
            requester: CaseRequester(answers: answers),
            logins: LoginServices(.init(host: "idp.example.com"), keys: SealingKeyring(.random())),
            firewall: BenchFirewall()
        )
        let loop = PolicyLoop(services: services)
        var outcome = CaseOutcome()
        for _ in 0..<self.policyCase.repetitions { outcome = self.visit(loop) }
        return outcome
    }

    private func visit(_ loop: PolicyLoop) -> CaseOutcome {
        let facts = CaseConnection(self.policyCase.facts)
        let host = BenchHost(start: facts.time, bytesIn: facts.bytesIn, bytesOut: facts.bytesOut)
        let scheme = self.suite.endpoint.url.scheme
        host.requestBody = ByteBuffer(string: self.policyCase.request?.body ?? "")
        var visit = BenchVisit(
            program: self.program,
            endpoint: self.endpoint,
            connection: facts.facts(isTLS: scheme == .https || scheme == .tls),
            request: self.policyCase.request?.state(at: self.suite.endpoint.url, host: host),
            login: self.policyCase.login,
            upstream: self.policyCase.upstream,
            answer: self.answer,
            observer: self.observer,
            loop: loop,
            host: host
        )
        visit.proceed()
        return visit.outcome
    }

    /// The case's own answers come before those of the file.
    private func answer(of url: EndpointURL) -> CaseAnswer {
        for answers in [self.policyCase.answers, self.suite.answers] {
            if let answer = answers.first(where: { Self.names($0.key, url) })?.value { return answer }
        }
        return .empty
    }

    private static func names(_ text: String, _ url: EndpointURL) -> Bool {
        ForwardInternalConfiguration.url(text, scheme: url.scheme) == url
    }
}

/// The secrets of a file of cases.
private struct CaseSecrets: SecretDirectory {
    let vaults: [String: [String: Secret]]

    func secret(named name: String, inVault vault: String, of account: ResourceID<AccountKind>) -> SecretAnswer {
        guard let secrets = self.vaults[vault] else { return .unknownVault }
        return secrets[name].map(SecretAnswer.found) ?? .unknownSecret
    }
}
