import Expression
import Model
import TrafficPolicy

/// The reader of each variable, by the slots of each phase's declarations (``PolicyVariable/declarations(in:)``).
enum VariableTable {
    static func readers(in phase: PolicyPhase) -> [VariableReader] {
        switch phase {
        case .tcpConnect: self.connectPhase
        case .httpRequest: self.requestPhase
        case .httpResponse: self.responsePhase
        case .eventStreamMessage: self.messagePhase
        }
    }

    private static let connectPhase = Self.table(for: .tcpConnect)
    private static let requestPhase = Self.table(for: .httpRequest)
    private static let responsePhase = Self.table(for: .httpResponse)
    private static let messagePhase = Self.table(for: .eventStreamMessage)

    /// The last ones are those of retry conditions alone.
    private static func table(for phase: PolicyPhase) -> [VariableReader] {
        PolicyVariable.retryDeclarations(in: phase).map { declaration in
            guard let reader = self.named[declaration.name] else {
                preconditionFailure("\(declaration.name) is declared, and nothing reads it")
            }
            return reader
        }
    }

    /// Every variable that something reads.
    static let named: [String: VariableReader] = {
        let base = Self.connection + Self.addresses + Self.tls + Self.pod + Self.endpoint
        let http = Self.request + Self.response + Self.results + [NamedReader("vars") { .map($0.variables) }]
        return Dictionary(uniqueKeysWithValues: (base + http + Self.attempts).map { ($0.name, $0.reader) })
    }()

    private static let attempts = [
        NamedReader("attempts") { $0.attempts.map { .number($0.count) } },
        NamedReader("last_attempt.req") { $0.attempts?.last.requestValue },
        NamedReader("last_attempt.res") { $0.attempts?.last.lastAnswer },
        NamedReader("last_attempt.error") { .present($0.attempts?.last.failure?.message) },
    ]

    /// The action whose result stands in a slot of a phase; nil where something else does.
    static func resultAction(inSlot slot: Int, of phase: PolicyPhase) -> ActionType? {
        let declarations = self.declarations[phase] ?? []
        return slot < declarations.count ? self.resultActions[declarations[slot].name] : nil
    }

    /// Whether a slot of `on_tcp_connect` reads what is known when the handshake is done, and not before.
    static func asksForHandshake(slot: Int) -> Bool { self.handshakeSlots.contains(slot) }

    private static let handshakeSlots: Set<Int> = {
        let names = (Self.declarations[.tcpConnect] ?? []).map(\.name)
        let early = ["conn.tls.sni", "conn.tls.ja4_fingerprint"]
        return Set(
            names.indices.filter { index in
                let name = names[index]
                return (name.hasPrefix("conn.tls.") && !early.contains(name))
                    || name.hasPrefix("actions.ngrok.terminate_tls.")
            }
        )
    }()

    private static let declarations = Dictionary(
        uniqueKeysWithValues: PolicyPhase.allCases.map { ($0, PolicyVariable.declarations(in: $0)) }
    )

    private static let resultActions: [String: ActionType] = Dictionary(
        uniqueKeysWithValues: ActionType.allCases.flatMap { action in
            action.description.results.map { ("actions.ngrok.\($0.name)", action) }
        }
    )

    /// What actions leave behind, under `actions.ngrok`.
    private static let results: [NamedReader] = ActionType.allCases.flatMap { action in
        action.description.results.enumerated().map { field, result in
            let slot = ResultSlot(action, field: field)
            return NamedReader("actions.ngrok.\(result.name)") { $0.results[slot] }
        }
    }
}
