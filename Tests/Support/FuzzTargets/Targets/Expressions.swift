import Expression

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Expressions and templates: nothing traps, nothing takes long, no run goes on past its budget, and what the checker allows
/// gives the same with constants worked out beforehand and without.
enum Expressions: FuzzTarget {
    static func check(_ input: FuzzInput) {
        let source = String(decoding: input.bytes, as: UTF8.self)
        Self.checkTemplate(source)
        for isChecked in [true, false] {
            let folded = Self.outcome(of: source, isChecked: isChecked, foldsConstants: true)
            let plain = Self.outcome(of: source, isChecked: isChecked, foldsConstants: false)
            Self.compare(folded, plain)
        }
    }

    /// A host with a variable of each kind.
    private final class Host: Variables {
        static let declarations = [
            VariableDeclaration("n", .int, slot: 0), VariableDeclaration("s", .string, slot: 1),
            VariableDeclaration("s.t", .double, slot: 2), VariableDeclaration("l", .list(.int), slot: 3),
            VariableDeclaration("m", .map(key: .string, value: .dyn), slot: 4), VariableDeclaration("x", .dyn, slot: 5),
        ]

        func value(inSlot slot: Int) throws(EvaluationError) -> Value? {
            switch slot {
            case 0: .int(7)
            case 1: .string("e\u{301}\u{1F600}")
            case 2: .double(.nan)
            case 3: .list([.int(.min), .int(0), .int(.max)])
            case 4: .map(LiteralMap(members: [("a", .null), ("b", .list([.bytes([0xFF])]))]))
            default: nil
            }
        }
    }

    private static let environment = {
        var limits = ExpressionLimits.standard
        limits.steps = 20_000
        return Environment(variables: Host.declarations, limits: limits)
    }()

    private enum Outcome {
        case value(Value)
        case failure(EvaluationError)
        case refused
    }

    private static func outcome(of source: String, isChecked: Bool, foldsConstants: Bool) -> Outcome {
        var options = CompilingOptions()
        options.isChecked = isChecked
        options.foldsConstants = foldsConstants
        do {
            let program = try self.brief("compiling") { try self.environment.compile(source, options: options) }
            let run = Evaluation(variables: Host(), limits: program.limits)
            return .value(try self.brief("a run") { try program.evaluate(in: run) })
        } catch let error as EvaluationError {
            return .failure(error)
        } catch let error as Diagnostics {
            for diagnostic in error.all {
                claim(diagnostic.range.upperBound <= source.utf8.count, "an error has a place behind the source")
            }
            claim(!error.rendered(in: source).isEmpty, "an error says nothing")
            return .refused
        } catch {
            failClaim("an error of another kind: \(error)")
        }
    }

    #if DEBUG
        private static let longest = 2.0
    #else
        private static let longest = 0.1
    #endif

    /// What `body` gives, which must take less than `longest` seconds of this thread's time, whatever else the machine does.
    private static func brief<Result>(_ what: String, _ body: () throws -> Result) rethrows -> Result {
        let begun = self.threadSeconds
        defer { claim(self.threadSeconds - begun < self.longest, "\(what) takes longer than \(self.longest) s") }
        return try body()
    }

    private static var threadSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Chance and the clock apart, which have no part in types.
    private static func compare(_ one: Outcome, _ other: Outcome) {
        switch (one, other) {
        case (.value(let one), .value(let other)):
            claim(one.typeName == other.typeName, "\(one) with constants worked out, \(other) without")
        case (.refused, .refused), (.failure, .failure): break
        case (.failure(let error), _), (_, .failure(let error)):
            guard case .budgetExceeded = error.reason else {
                failClaim("\(one) with constants worked out, \(other) without")
            }
        default: failClaim("\(one) with constants worked out, \(other) without")
        }
    }

    private static func checkTemplate(_ source: String) {
        guard let program = try? self.environment.compile(template: source) else { return }
        let run = Evaluation(variables: Host(), limits: self.environment.limits)
        guard let text = try? program.text(in: run) else { return }
        claim(text.utf8.count <= run.limits.resultBytes, "a text over its bound")
    }
}
