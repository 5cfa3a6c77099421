import Expression
import Model
import NIOCore
import TrafficPolicy

/// Replaces texts in the body of the request or the response, which is collected for it (`spec/traffic-policy.md` 4.20).
struct BodyFindReplaceAction: PolicyAction {
    private let replacements: [CompiledReplacement]
    private let side: BodySide

    init(_ configuration: BodyFindReplaceConfiguration, _ side: BodySide, _ place: ActionPlace) throws(PolicyProblem) {
        var replacements: [CompiledReplacement] = []
        for entry in configuration.replacements {
            replacements.append(try CompiledReplacement(from: entry.from, to: entry.to, place))
        }
        self.replacements = replacements
        self.side = side
    }

    func run(on exchange: Exchange) -> Verdict {
        self.publish([], on: exchange)
        guard self.side.isReplaceable(exchange) else { return .next }
        // An action before this one has left plain text; what was received may be encoded.
        let replaced = self.side.replacementBody(exchange)
        let codings = BodyCodings(replaced == nil ? self.side.receivedCodings(exchange) : [])
        guard codings.codings != nil else {
            exchange.note("the body's content-encoding is not known, so nothing was replaced")
            return .next
        }
        do throws(ActionError) {
            var replacements: [TextReplacement] = []
            for replacement in self.replacements {
                replacements.append(try replacement.replacement(on: exchange))
            }
            if let replaced { return try self.replace(replacements, in: replaced, codings, on: exchange) }
            return self.collect(for: exchange, replacements, codings)
        } catch {
            return error.verdict
        }
    }

    private func collect(
        for exchange: Exchange,
        _ replacements: [TextReplacement],
        _ codings: BodyCodings
    ) -> Verdict {
        guard let body = self.side.collect(exchange, exchange.loop.services.bodyBytes) else {
            return self.notCollected("no host").verdict
        }
        let verdict = body.assumeIsolated().map { body -> Verdict in
            switch body {
            case .complete(let bytes):
                do throws(ActionError) {
                    return try self.replace(replacements, in: bytes, codings, on: exchange)
                } catch {
                    return error.verdict
                }
            case .tooLarge: return self.tooLarge(on: exchange)
            }
        }
        return .later(verdict.flatMapErrorThrowing { self.notCollected("\($0)").verdict }.nonisolated())
    }

    /// Replaces in a body that is all there.
    private func replace(
        _ replacements: [TextReplacement],
        in received: ByteBuffer,
        _ codings: BodyCodings,
        on exchange: Exchange
    ) throws(ActionError) -> Verdict {
        let limit = exchange.loop.services.bodyBytes
        let findings: [TextReplacement.Finding]
        var body: [UInt8]
        do throws(DecodingError) {
            body = Array(try codings.decode(received, limit: limit).readableBytesView)
        } catch {
            guard error != .tooLarge else { return self.tooLarge(on: exchange) }
            throw ActionError(.bodyNotReplaced, "A body is not encoded as it says.", detail: "\(error)")
        }
        do throws(ReplacementError) {
            findings = try replacements.apply(to: &body, limit: limit)
        } catch {
            throw ActionError(.bodyNotReplaced, "What this endpoint's policy makes of a body is too large.")
        }
        guard !findings.isEmpty else { return .next }
        self.side.replaceBody(of: exchange, with: ByteBuffer(bytes: body))
        self.publish(findings, on: exchange)
        return .next
    }

    private func tooLarge(on exchange: Exchange) -> Verdict {
        let limit = exchange.loop.services.bodyBytes
        let words = "The \(self.side.name) is larger than this endpoint's policy collects, \(limit) bytes."
        let error = ActionError(.bodyTooLargeToReplace, words)
        return .fail(error.failure, status: self.side.statusOfTooLarge)
    }

    private func notCollected(_ detail: String) -> ActionError {
        ActionError(.bodyNotCollected, "The \(self.side.name) did not come whole.", detail: detail)
    }

    private func publish(_ findings: [TextReplacement.Finding], on exchange: Exchange) {
        exchange.publish(self.side.type, [(self.side.results, findings.value)])
    }
}
