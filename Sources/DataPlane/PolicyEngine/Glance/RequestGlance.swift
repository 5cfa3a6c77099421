import Addressing
import Expression
import LinearRegex
package import NIOCore
import TrafficPolicy

/// What the rules for requests of a policy say as far as the head alone tells it: which of them do not apply, and which
/// do no more than refuse the request, or add header lines.
///
/// Most requests pass most policies so, and need none of what an ``Exchange`` is made for. A glance stops at the first rule
/// that must be run, and nothing that it does is seen by anybody before that: from there, an exchange goes on.
package final class RequestGlance: Sendable {
    private let steps: [GlanceStep]
    private let literals: [UInt8]
    private let ranges: [IPPrefix]
    private let regexes: [LinearRegex]
    /// Whether a step asks for them.
    private let readsPath: Bool
    private let readsHost: Bool

    /// Nil where there is nothing to be seen at a glance.
    init?(of rules: [CompiledRule], from sources: [Rule], keepsResults: Bool) {
        var compiler = GlanceCompiler()
        compiler.compile(rules, from: sources, keepsResults: keepsResults)
        guard let first = compiler.steps.first, first.code != .stop, first.code != .end else { return nil }
        self.steps = compiler.steps
        self.literals = compiler.literals
        self.ranges = compiler.ranges
        self.regexes = compiler.regexes
        self.readsPath = compiler.steps.contains { $0.subject == .path }
        self.readsHost = compiler.steps.contains { $0.subject == .host }
    }

    /// How far a glance came.
    package struct Sight {
        package enum End {
            /// All rules are done.
            case passed
            /// A rule refuses the request, with this status and nothing else.
            case denied(status: Int)
            /// A rule must be run.
            case unfinished
        }

        package let end: End
        /// The rule from which an exchange goes on that has seen nothing of the glance: what the rules before it say changes
        /// nothing.
        package let firstRule: Int
        /// Actions that have added lines.
        package let additions: Int

        /// Nothing was seen.
        package static let none = Sight(end: .unfinished, firstRule: 0, additions: 0)
    }

    /// Looks at a request.
    ///
    /// - Parameters:
    ///   - request: valid during the call only.
    ///   - lines: gets the header lines that the rules add; they count only where the request has passed.
    /// - Returns: how far it came.
    package func look(at request: GlancedRequest, adding lines: inout ByteBuffer) -> Sight {
        var texts = Texts(method: UnsafeRawBufferPointer(rebasing: request.bytes[request.method]))
        let path = UnsafeRawBufferPointer(rebasing: request.bytes[request.path])
        guard self.readsPath, path.isEmpty || !PathNormalizer.isNormal(path) else {
            texts.path = path
            return self.lookWithPath(at: request, &texts, adding: &lines)
        }
        var text = PathNormalizer.normalize(String(decoding: path, as: UTF8.self))
        return text.withUTF8 { bytes in
            texts.path = UnsafeRawBufferPointer(bytes)
            return self.lookWithPath(at: request, &texts, adding: &lines)
        }
    }

    private func lookWithPath(
        at request: GlancedRequest,
        _ texts: inout Texts,
        adding lines: inout ByteBuffer
    ) -> Sight {
        let host = UnsafeRawBufferPointer(rebasing: request.bytes[request.host])
        guard self.readsHost, host.contains(where: { $0.lowercasedASCII != $0 }) else {
            texts.host = host
            return self.run(on: request, texts, adding: &lines)
        }
        return host.map(\.lowercasedASCII).withUnsafeBytes { bytes in
            texts.host = bytes
            return self.run(on: request, texts, adding: &lines)
        }
    }
}

// MARK: - Running

extension RequestGlance {
    private struct Texts {
        let method: UnsafeRawBufferPointer
        var path = UnsafeRawBufferPointer(start: nil, count: 0)
        var host = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// What a test comes to.
    private enum Answer {
        case yes, no
        /// A text that may be no UTF-8, which expressions see otherwise than as its bytes.
        case unknown

        @inline(__always)
        init(_ isTrue: Bool) {
            self = isTrue ? .yes : .no
        }
    }

    private func run(
        on request: GlancedRequest,
        _ texts: Texts,
        adding lines: inout ByteBuffer
    ) -> Sight {
        self.steps.withUnsafeBufferPointer { steps in
            self.literals.withUnsafeBytes { literals in
                var at = 0
                // The first rule that adds a line: an exchange adds it itself.
                var firstRule: Int?
                var additions = 0
                func sight(_ end: Sight.End, _ step: GlanceStep) -> Sight {
                    Sight(end: end, firstRule: firstRule ?? Int(step.rule), additions: additions)
                }
                while true {
                    let step = steps[at]
                    switch step.code {
                    case .jump:
                        at = Int(step.onTrue)
                        continue
                    case .add:
                        firstRule = firstRule ?? Int(step.rule)
                        lines.writeBytes(literals[step.operand])
                        additions += Int(step.actions)
                        at += 1
                        continue
                    case .end: return sight(.passed, step)
                    case .stop: return sight(.unfinished, step)
                    case .deny: return sight(.denied(status: Int(step.operand.start)), step)
                    case .equal, .prefix, .suffix, .part, .regex, .address, .field: break
                    }
                    switch self.answer(step, request, texts, literals) {
                    case .yes: at = Int(step.onTrue)
                    case .no: at = Int(step.onFalse)
                    case .unknown: return sight(.unfinished, step)
                    }
                }
            }
        }
    }

    @inline(__always)
    private func answer(
        _ step: GlanceStep,
        _ request: GlancedRequest,
        _ texts: Texts,
        _ literals: UnsafeRawBufferPointer
    ) -> Answer {
        switch step.code {
        case .address: return Answer(self.isInRange(request.client, step))
        case .field: return Answer(request.fields.line(named: literals[step.name], from: 0, in: request.bytes) != nil)
        default: break
        }
        switch step.subject {
        case .method: return Answer(self.holds(texts.method, step, literals))
        case .path: return Answer(self.holds(texts.path, step, literals))
        case .host: return Answer(self.holds(texts.host, step, literals))
        case .firstField, .anyField, .none: return self.answerByFields(step, request, literals)
        }
    }

    private func answerByFields(
        _ step: GlanceStep,
        _ request: GlancedRequest,
        _ literals: UnsafeRawBufferPointer
    ) -> Answer {
        let name = literals[step.name]
        var number = 0
        while let line = request.fields.line(named: name, from: number, in: request.bytes) {
            let value = UnsafeRawBufferPointer(rebasing: request.bytes[line.value])
            guard value.allSatisfy({ $0 < 0x80 }) else { return .unknown }
            if self.holds(value, step, literals) { return .yes }
            if step.subject == .firstField { return .no }
            number = line.number + 1
        }
        guard step.subject == .firstField else { return .no }
        return Answer(self.holds(UnsafeRawBufferPointer(start: nil, count: 0), step, literals))
    }

    private func isInRange(_ address: IPAddress?, _ step: GlanceStep) -> Bool {
        guard let address else { return false }
        for index in step.operand.indices where self.ranges[index].contains(address) { return true }
        return false
    }

    @inline(__always)
    private func holds(_ text: UnsafeRawBufferPointer, _ step: GlanceStep, _ literals: UnsafeRawBufferPointer) -> Bool {
        if step.code == .regex { return self.regexes[Int(step.operand.start)].matches(bytes: text) }
        let wanted = literals[step.operand]
        switch step.code {
        case .equal: return text.count == wanted.count && text.begins(with: wanted)
        case .prefix: return text.begins(with: wanted)
        case .suffix:
            guard text.count >= wanted.count else { return false }
            return UnsafeRawBufferPointer(rebasing: text.suffix(wanted.count)).begins(with: wanted)
        case .part: return TextSearch.contains(text, wanted)
        case .regex, .address, .field, .jump, .add, .deny, .stop, .end: return false
        }
    }
}

extension GlanceStep.Span {
    fileprivate var indices: Range<Int> { Int(self.start)..<Int(self.start) + Int(self.count) }
}

extension UnsafeRawBufferPointer {
    @inline(__always)
    fileprivate subscript(span: GlanceStep.Span) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[span.indices])
    }

    @inline(__always)
    fileprivate func begins(with other: UnsafeRawBufferPointer) -> Bool {
        guard other.count <= self.count else { return false }
        for index in 0..<other.count where self[index] != other[index] { return false }
        return true
    }
}
