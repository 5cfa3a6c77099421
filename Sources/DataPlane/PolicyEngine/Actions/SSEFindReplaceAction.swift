import Expression
import Model
import TrafficPolicy

/// Replaces texts in a message of an event stream (`spec/traffic-policy.md` 4.21).
struct SSEFindReplaceAction: PolicyAction {
    private static let results = ResultSlot(.sseFindReplace, "sse_find_replace.replacements")

    private struct Entry: Sendable {
        let field: TemplateProgram
        let replacement: CompiledReplacement
    }

    private let entries: [Entry]

    init(_ configuration: SSEFindReplaceConfiguration, _ place: ActionPlace) throws(PolicyProblem) {
        var entries: [Entry] = []
        for entry in configuration.replacements {
            let replacement = try CompiledReplacement(from: entry.from, to: entry.to, place)
            entries.append(Entry(field: try place.template(entry.field), replacement: replacement))
        }
        self.entries = entries
    }

    func run(on exchange: Exchange) -> Verdict {
        guard var message = exchange.message else { return .next }
        var findings: [TextReplacement.Finding] = []
        do throws(ActionError) {
            for (index, entry) in self.entries.enumerated() {
                let field = try Self.field(entry.field, on: exchange)
                let replacement = try entry.replacement.replacement(on: exchange)
                guard let content = try Self.replace(replacement, field, of: &message) else { continue }
                findings.append(TextReplacement.Finding(index: index, content: content))
            }
        } catch {
            return error.verdict
        }
        exchange.message = message
        exchange.publish(.sseFindReplace, [(Self.results, findings.value)])
        return .next
    }

    private static func field(
        _ template: TemplateProgram,
        on exchange: Exchange
    ) throws(ActionError) -> SSEFindReplaceConfiguration.Field {
        let name = try exchange.replacementText(of: template)
        guard let field = SSEFindReplaceConfiguration.Field(rawValue: name) else {
            throw ActionError(
                .replacementInterpolation,
                "This endpoint's policy names a field of messages that is neither data nor retry.",
                detail: name
            )
        }
        return field
    }

    /// What was found first; nil where nothing was.
    private static func replace(
        _ replacement: TextReplacement,
        _ field: SSEFindReplaceConfiguration.Field,
        of message: inout EventStreamMessage
    ) throws(ActionError) -> String? {
        guard var value = field == .data ? message.data : message.retry else { return nil }
        let findings: [TextReplacement.Finding]
        do throws(ReplacementError) {
            findings = try [replacement].apply(to: &value, limit: EventStreamSplitter.maximumMessageBytes)
        } catch {
            throw ActionError(.bodyNotReplaced, "What this endpoint's policy makes of a message is too large.")
        }
        guard let first = findings.first else { return nil }
        switch field {
        case .data: message.setData(value)
        // One that is no number is not taken.
        case .retry: message.setRetry(value)
        }
        return first.content
    }
}
