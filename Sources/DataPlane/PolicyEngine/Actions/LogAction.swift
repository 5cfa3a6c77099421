import Expression
import TrafficPolicy

/// Adds facts to the event of the connection or the request (`spec/traffic-policy.md` 4.12). Never fails the request.
struct LogAction: PolicyAction {
    /// For one exchange.
    static let longestLog = 32
    /// Of one entry, as JSON.
    static let entryBytes = 4096

    private static let metadata = ResultSlot(.log, "log.metadata")

    private let value: CompiledValue

    init(_ configuration: LogConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        self.value = try CompiledValue(configuration.metadata, place)
    }

    func run(on exchange: Exchange) -> Verdict {
        let value = self.value.evaluate(on: exchange) { .string("<error: \($0.reason.text)>") }
        exchange.publish(.log, [(Self.metadata, value)])
        guard exchange.record.logs.count < Self.longestLog else {
            exchange.note("a request has at most \(Self.longestLog) log entries; this one is left out")
            return .next
        }
        do throws(EvaluationError) {
            let text = try exchange.text(of: exchange.withoutSecrets(value))
            guard text.utf8.count <= Self.entryBytes else {
                exchange.note("a log entry has at most \(Self.entryBytes) bytes; one of \(text.utf8.count) is left out")
                return .next
            }
            exchange.record.logs.append(PolicyRecord.LogEntry(metadata: text))
        } catch {
            exchange.note("a log entry can't be written: \(error.reason.text)")
        }
        return .next
    }
}

extension Exchange {
    /// What stands in the place of a secret.
    private static let redaction = "[redacted]"

    /// The value with secrets that expressions have read taken out of its texts.
    func withoutSecrets(_ value: Value) -> Value {
        guard !self.revealedSecrets.isEmpty else { return value }
        switch value {
        case .string(let text):
            return .string(self.revealedSecrets.reduce(text) { $0.replacing($1, with: Self.redaction) })
        case .list(let elements): return .list(elements.map(self.withoutSecrets))
        case .map(let map):
            let entries = (0..<map.count).map { position in
                let entry = map.entry(at: position)
                return (key: entry.key, value: self.withoutSecrets(entry.value))
            }
            // The keys are those of a map: none stands twice.
            return (try? LiteralMap(entries)).map(Value.map) ?? .null
        case .null, .bool, .int, .uint, .double, .bytes, .timestamp, .duration, .type, .optional: return value
        }
    }
}
