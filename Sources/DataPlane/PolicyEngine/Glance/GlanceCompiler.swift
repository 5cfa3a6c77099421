import Addressing
import LinearRegex
import TrafficPolicy

/// Makes the steps of a glance: each test knows where it goes on, so that "and", "or" and "not" are no steps.
struct GlanceCompiler {
    /// Header lines that are more than added: another host, and what is not an upstream's to see. The proxy may know more
    /// spellings of a name than one, with `_` for `-`.
    static let notAdded: Set<String> = [
        "connection", "content-length", "expect", "host", "http2-settings", "keep-alive", "proxy-authenticate",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private(set) var steps: [GlanceStep] = []
    private(set) var literals: [UInt8] = []
    private(set) var ranges: [IPPrefix] = []
    private(set) var regexes: [LinearRegex] = []
    /// Where each place stands that steps go on at; they name it by number until all are known.
    private var places: [Int32] = [0]
    /// Where the last of them stands.
    private var lastPlace: Int32 = -1
    private var rule: Int32 = 0

    /// `rules` are those of `on_http_request`, and `sources` what they were compiled from.
    mutating func compile(_ rules: [CompiledRule], from sources: [Rule], keepsResults: Bool) {
        var added: Set<String> = []
        for (number, (rule, source)) in zip(rules, sources).enumerated() {
            self.rule = Int32(number)
            let conditions = source.expressions.map { GlanceCondition($0) }
            // A login has pages of its own, whatever its rule's conditions say.
            guard rule.login == nil, let condition = Self.all(conditions), !condition.asks(about: added) else {
                self.emit(.stop)
                break
            }
            let effect = Self.effect(of: rule, keepsResults: keepsResults)
            if case .add(let lines, _) = effect { added.formUnion(lines.map(\.name)) }
            guard self.emit(condition, effect) else { break }
        }
        self.rule = Int32(rules.count)
        self.emit(.end)
        for index in self.steps.indices {
            self.steps[index].onTrue = self.places[Int(self.steps[index].onTrue)]
            self.steps[index].onFalse = self.places[Int(self.steps[index].onFalse)]
        }
    }

    /// Nil where one of them is not known.
    private static func all(_ conditions: [GlanceCondition?]) -> GlanceCondition? {
        let known = conditions.compactMap(\.self)
        guard known.count == conditions.count else { return nil }
        return known.count == 1 ? known[0] : .all(known)
    }

    // MARK: Rules

    /// What a rule does where it applies.
    private enum Effect {
        /// Adds header lines that are always the same, and no more.
        case add([(name: String, value: String)], actions: Int)
        case deny(status: Int)
        /// It must be run.
        case more
    }

    private static func effect(of rule: CompiledRule, keepsResults: Bool) -> Effect {
        if let deny = rule.actions.first as? DenyAction { return .deny(status: deny.status) }
        guard !keepsResults else { return .more }
        var all: [(name: String, value: String)] = []
        for action in rule.actions {
            guard let lines = (action as? AddHeadersAction)?.constantLines else { return .more }
            all += lines
        }
        let areAdded = all.allSatisfy { !Self.notAdded.contains($0.name.replacing("_", with: "-")) }
        return areAdded ? .add(all, actions: rule.actions.count) : .more
    }

    /// - Returns: whether a rule behind it can be come to.
    private mutating func emit(_ condition: GlanceCondition, _ effect: Effect) -> Bool {
        if condition.isAlwaysTrue {
            self.emit(effect, mayJoin: true)
            if case .add = effect { return true }
            return false
        }
        let (matched, next) = (self.newPlace(), self.newPlace())
        self.emit(condition, onTrue: matched, onFalse: next)
        self.set(matched)
        self.emit(effect, mayJoin: false)
        self.set(next)
        return true
    }

    private mutating func emit(_ effect: Effect, mayJoin: Bool) {
        switch effect {
        case .add(let lines, let actions):
            let text = lines.flatMap { Array("\($0.name): \($0.value)\r\n".utf8) }
            self.emitAddition(text, of: actions, mayJoin: mayJoin)
        case .deny(let status):
            let operand = GlanceStep.Span(start: Int32(status), count: 0)
            self.steps.append(GlanceStep(code: .deny, operand: operand, rule: self.rule))
        case .more: self.emit(.stop)
        }
    }

    /// Lines of rules that follow each other and always apply are one step.
    private mutating func emitAddition(_ text: [UInt8], of actions: Int, mayJoin: Bool) {
        let operand = self.literal(text)
        if mayJoin, self.lastPlace != Int32(self.steps.count), let last = self.steps.last, last.code == .add {
            self.steps[self.steps.count - 1].operand.count += operand.count
            self.steps[self.steps.count - 1].actions += Int32(actions)
        } else {
            self.steps.append(GlanceStep(code: .add, operand: operand, rule: self.rule, actions: Int32(actions)))
        }
    }

    private mutating func emit(_ code: GlanceStep.Code) {
        self.steps.append(GlanceStep(code: code, rule: self.rule))
    }

    // MARK: Places

    private mutating func newPlace() -> Int32 {
        self.places.append(-1)
        return Int32(self.places.count - 1)
    }

    private mutating func set(_ place: Int32) {
        self.lastPlace = Int32(self.steps.count)
        self.places[Int(place)] = self.lastPlace
    }

    private mutating func literal(_ bytes: some Collection<UInt8>) -> GlanceStep.Span {
        let start = Int32(self.literals.count)
        self.literals += bytes
        return GlanceStep.Span(start: start, count: Int32(bytes.count))
    }
}

// MARK: - Conditions

extension GlanceCompiler {
    private mutating func emit(_ condition: GlanceCondition, onTrue: Int32, onFalse: Int32) {
        switch condition {
        case .constant(let value):
            self.steps.append(GlanceStep(code: .jump, rule: self.rule, onTrue: value ? onTrue : onFalse))
        case .not(let condition): self.emit(condition, onTrue: onFalse, onFalse: onTrue)
        case .all(let conditions):
            for condition in conditions {
                let next = self.newPlace()
                self.emit(condition, onTrue: next, onFalse: onFalse)
                self.set(next)
            }
            self.emit(.constant(true), onTrue: onTrue, onFalse: onFalse)
        case .any(let conditions):
            for condition in conditions {
                let next = self.newPlace()
                self.emit(condition, onTrue: onTrue, onFalse: next)
                self.set(next)
            }
            self.emit(.constant(false), onTrue: onTrue, onFalse: onFalse)
        case .address(let ranges):
            let operand = GlanceStep.Span(start: Int32(self.ranges.count), count: Int32(ranges.count))
            self.ranges += ranges
            let step = GlanceStep(
                code: .address,
                operand: operand,
                rule: self.rule,
                onTrue: onTrue,
                onFalse: onFalse
            )
            self.steps.append(step)
        case .hasField(let name):
            let name = self.literal(name.utf8)
            self.steps.append(GlanceStep(code: .field, name: name, rule: self.rule, onTrue: onTrue, onFalse: onFalse))
        case .text(let subject, let comparison):
            self.emit(comparison, of: subject, onTrue: onTrue, onFalse: onFalse)
        }
    }

    private mutating func emit(
        _ comparison: GlanceCondition.Comparison,
        of subject: GlanceCondition.Subject,
        onTrue: Int32,
        onFalse: Int32
    ) {
        switch comparison {
        case .equal(let text): self.emit(.equal, subject, self.literal(text.utf8), onTrue, onFalse)
        case .prefix(let text): self.emit(.prefix, subject, self.literal(text.utf8), onTrue, onFalse)
        case .suffix(let text): self.emit(.suffix, subject, self.literal(text.utf8), onTrue, onFalse)
        case .part(let text): self.emit(.part, subject, self.literal(text.utf8), onTrue, onFalse)
        case .regex(let regex):
            let known = RegexLiteral(regex.pattern)
            if known.isAll || known.isWholeText {
                self.emit(known.isAll ? .prefix : .equal, subject, self.literal(known.prefix), onTrue, onFalse)
                return
            }
            if !known.prefix.isEmpty {
                let next = self.newPlace()
                self.emit(.prefix, subject, self.literal(known.prefix), next, onFalse)
                self.set(next)
            }
            let operand = GlanceStep.Span(start: Int32(self.regexes.count), count: 1)
            self.regexes.append(regex)
            self.emit(.regex, subject, operand, onTrue, onFalse)
        }
    }

    private mutating func emit(
        _ code: GlanceStep.Code,
        _ subject: GlanceCondition.Subject,
        _ operand: GlanceStep.Span,
        _ onTrue: Int32,
        _ onFalse: Int32
    ) {
        var step = GlanceStep(code: code, operand: operand, rule: self.rule, onTrue: onTrue, onFalse: onFalse)
        switch subject {
        case .method: step.subject = .method
        case .path: step.subject = .path
        case .host: step.subject = .host
        case .firstField(let name): (step.subject, step.name) = (.firstField, self.literal(name.utf8))
        case .anyField(let name): (step.subject, step.name) = (.anyField, self.literal(name.utf8))
        }
        self.steps.append(step)
    }
}
