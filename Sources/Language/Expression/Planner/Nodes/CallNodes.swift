// Calls of one overload. The types of the arguments are held to its parameters even where the checker knows them: a value
// that a host gives may hold others than it declared.

final class NullaryCallNode: Node {
    let range: Range<Int>
    private let body: Implementation.Nullary

    init(_ body: @escaping Implementation.Nullary, at range: Range<Int>) {
        self.range = range
        self.body = body
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        do throws(EvaluationError) {
            return try self.body(run)
        } catch {
            throw error.placed(at: self.range)
        }
    }
}

final class UnaryCallNode: Node {
    let range: Range<Int>
    private let target: CallTarget
    private let body: Implementation.Unary
    private let argument: any Node
    private let mask: TypeMask

    init(_ target: CallTarget, _ body: @escaping Implementation.Unary, _ argument: any Node, at range: Range<Int>) {
        self.range = range
        self.target = target
        self.body = body
        self.argument = argument
        self.mask = target.mask(0)
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        let argument = try self.argument.evaluate(run)
        do throws(EvaluationError) {
            guard self.mask.admits(argument) else { throw self.target.mismatch([argument]) }
            return try self.body(argument, run)
        } catch {
            throw error.placed(at: self.range)
        }
    }
}

final class BinaryCallNode: Node {
    let range: Range<Int>
    private let target: CallTarget
    private let body: Implementation.Binary
    private let first: any Node
    private let second: any Node
    private let firstMask: TypeMask
    private let secondMask: TypeMask

    init(
        _ target: CallTarget,
        _ body: @escaping Implementation.Binary,
        _ first: any Node,
        _ second: any Node,
        at range: Range<Int>
    ) {
        self.range = range
        self.target = target
        self.body = body
        self.first = first
        self.second = second
        self.firstMask = target.mask(0)
        self.secondMask = target.mask(1)
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        let first = try self.first.evaluate(run)
        let second = try self.second.evaluate(run)
        do throws(EvaluationError) {
            guard self.firstMask.admits(first), self.secondMask.admits(second) else {
                throw self.target.mismatch([first, second])
            }
            return try self.body(first, second, run)
        } catch {
            throw error.placed(at: self.range)
        }
    }
}

/// A call with one argument that finds its overload by the argument's value.
final class DispatchingUnaryNode: Node {
    let range: Range<Int>
    private let function: String
    private let candidates: [(mask: TypeMask, body: Implementation.Unary)]
    private let argument: any Node

    /// Nil where an overload isn't made for one argument.
    init?(_ function: String, _ targets: [CallTarget], _ argument: any Node, at range: Range<Int>) {
        var candidates: [(mask: TypeMask, body: Implementation.Unary)] = []
        for target in targets {
            guard case .unary(let body) = target.implementation else { return nil }
            candidates.append((target.mask(0), body))
        }
        self.range = range
        self.function = function
        self.candidates = candidates
        self.argument = argument
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        let argument = try self.argument.evaluate(run)
        do throws(EvaluationError) {
            for (mask, body) in self.candidates where mask.admits(argument) {
                return try body(argument, run)
            }
            throw CallTarget.mismatch(self.function, [argument])
        } catch {
            throw error.placed(at: self.range)
        }
    }
}

/// A call that finds its overload by the values of the arguments, or has more than two of them.
final class DispatchingCallNode: Node {
    let range: Range<Int>
    private let function: String
    private let targets: [CallTarget]
    private let arguments: [any Node]

    init(_ function: String, _ targets: [CallTarget], _ arguments: [any Node], at range: Range<Int>) {
        self.range = range
        self.function = function
        self.targets = targets
        self.arguments = arguments
    }

    func evaluate(_ run: Evaluation) throws(EvaluationError) -> Value {
        var values: [Value] = []
        values.reserveCapacity(self.arguments.count)
        for argument in self.arguments {
            values.append(try argument.evaluate(run))
        }
        do throws(EvaluationError) {
            for target in self.targets where target.admits(values) {
                return try target.call(values, run)
            }
            throw CallTarget.mismatch(self.function, values)
        } catch {
            throw error.placed(at: self.range)
        }
    }
}

/// An overload as a call uses it.
struct CallTarget: Sendable {
    let function: String
    private let masks: [TypeMask]
    private let repeatsLast: Bool
    let implementation: Implementation

    init(_ overload: Overload, of function: String, implementation: Implementation) {
        self.function = function
        self.masks = overload.parameters.map(TypeMask.init)
        self.repeatsLast = overload.repeatsLast
        self.implementation = implementation
    }

    func mask(_ position: Int) -> TypeMask {
        position < self.masks.count ? self.masks[position] : []
    }

    func admits(_ arguments: [Value]) -> Bool {
        guard arguments.count == self.masks.count || self.repeatsLast && arguments.count > self.masks.count else {
            return false
        }
        return arguments.indices.allSatisfy { self.masks[min($0, self.masks.count - 1)].admits(arguments[$0]) }
    }

    func call(_ arguments: [Value], _ run: Evaluation) throws(EvaluationError) -> Value {
        switch (self.implementation, arguments.count) {
        case (.nullary(let body), 0): try body(run)
        case (.unary(let body), 1): try body(arguments[0], run)
        case (.binary(let body), 2): try body(arguments[0], arguments[1], run)
        case (.variadic(let body), _): try body(arguments, run)
        default: throw self.mismatch(arguments)
        }
    }

    func mismatch(_ arguments: [Value]) -> EvaluationError {
        Self.mismatch(self.function, arguments)
    }

    static func mismatch(_ function: String, _ arguments: [Value]) -> EvaluationError {
        let types = arguments.map(\.typeName.rawValue).joined(separator: ", ")
        return EvaluationError(.noSuchOverload("\(function)(\(types))"))
    }
}
