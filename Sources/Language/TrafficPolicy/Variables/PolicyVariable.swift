/// A variable that a policy's expressions may use (`spec/expressions.md` 4), with what the engine must know of it.
package struct PolicyVariable: Sendable {
    /// Dotted: `conn.client_ip`. A name may be a variable and a namespace of others at once.
    package let name: String
    package let type: VariableType
    package let phases: Set<PolicyPhase>
    package let meaning: String

    init(_ name: String, _ type: VariableType, _ phases: Set<PolicyPhase>, _ meaning: String) {
        self.name = name
        self.type = type
        self.phases = phases
        self.meaning = meaning
    }
}

extension PolicyVariable {
    /// Every variable that is there by itself, in the order of the reference.
    package static let base: [PolicyVariable] = connection + addresses + tls + pod + endpoint + request + response

    /// What an expression of `phase` may use: the base, and what actions of this phase and earlier ones leave behind.
    package static func all(in phase: PolicyPhase) -> [PolicyVariable] {
        self.base.filter { $0.phases.contains(phase) } + self.results(in: phase)
    }

    private static func results(in phase: PolicyPhase) -> [PolicyVariable] {
        let earlier = PolicyPhase.allCases.prefix { $0 != phase } + [phase]
        let descriptions = ActionType.allCases.map(\.description).filter { !$0.phases.filter(earlier.contains).isEmpty }
        return descriptions.flatMap(\.results).map {
            PolicyVariable("actions.ngrok.\($0.name)", $0.type, [phase], $0.meaning)
        }
    }

    static let everywhere = Set(PolicyPhase.allCases)
    static let http: Set<PolicyPhase> = [.httpRequest, .httpResponse, .eventStreamMessage]
    static let responses: Set<PolicyPhase> = [.httpResponse, .eventStreamMessage]
}
