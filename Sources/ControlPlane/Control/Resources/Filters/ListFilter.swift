import APITypes
import Expression
import Foundation
import JSON
import Model

/// The `filter` of a list: an expression over `obj`, the resource as answers show it (`spec/api.md` 1.3).
struct ListFilter: Sendable {
    private static let limits: ExpressionLimits = {
        var limits = ExpressionLimits()
        limits.sourceBytes = 4096
        limits.depth = 50
        limits.steps = 10_000
        return limits
    }()

    private let program: Program
    private let shape: ResourceShape
    private let now: Date

    /// `otherNames` are those of values of members, by the member's name: what a filter may say for what answers have.
    ///
    /// - Throws: `apiFilter` with the place of what is wrong.
    init(
        _ source: String,
        of shape: ResourceShape,
        now: Date,
        otherNames: [String: [String: String]] = [:]
    ) throws(Failure) {
        let environment = Environment(
            variables: [
                VariableDeclaration("obj", .record(shape.filterType), slot: 0),
                VariableDeclaration("time.now", .timestamp, slot: 1),
            ],
            limits: Self.limits
        )
        do throws(Diagnostics) {
            guard source.utf8.count <= Self.limits.sourceBytes else {
                throw Diagnostics(Diagnostic("it has more than \(Self.limits.sourceBytes) bytes", at: 0..<0))
            }
            let tree = FilterNames(otherNames).applied(to: try FilterSyntax.checked(try Parser.parse(source)))
            let program = try environment.compile(tree)
            guard program.resultType == .bool || program.resultType == .dyn else {
                throw Diagnostics(Diagnostic("it must be true or false", at: 0..<source.utf8.count))
            }
            self.program = program
        } catch {
            let first = error.all[0]
            throw Failure(
                .apiFilter,
                "Invalid CEL query: \(first.message) (at byte \(first.range.lowerBound)).",
                cause: error
            )
        }
        self.shape = shape
        self.now = now
    }

    /// Whether the expression is true of a resource; what cannot be said of it (a member of null, say) is not true.
    func matches(_ object: JSONObject) -> Bool {
        let variables = FilterVariables(self.shape.filterValue(of: object), now: self.now)
        return (try? self.program.evaluateBool(variables)) ?? false
    }
}

private final class FilterVariables: Variables {
    private let object: Value
    private let now: Value

    init(_ object: Value, now: Date) {
        self.object = object
        self.now = now.expressionValue
    }

    func value(inSlot slot: Int) throws(EvaluationError) -> Value? {
        slot == 0 ? self.object : self.now
    }
}

// MARK: - Members of filters

extension ResourceShape {
    /// The members that filters may use, with their types.
    fileprivate var filterType: RecordType {
        var members: [String: ExpressionType] = [:]
        var nested: [String: [String: ExpressionType]] = [:]
        for path in self.filters ?? [] {
            let parts = path.split(separator: ".").map(String.init)
            if parts.count == 2 {
                nested[parts[0], default: [:]][parts[1]] = .string
            } else {
                members[path] = self.field(path)?.filterType ?? .dyn
            }
        }
        for (name, inner) in nested { members[name] = .record(RecordType(name: "obj.\(name)", members: inner)) }
        return RecordType(name: "obj", members: members)
    }

    /// A resource as its filters see it.
    fileprivate func filterValue(of object: JSONObject) -> Value {
        let names = Set((self.filters ?? []).map { String($0.prefix { $0 != "." }) })
        let members = object.members.filter { names.contains($0.key) }.map { member in
            (name: member.key, value: Self.value(of: member.value, self.field(member.key)?.type ?? .text))
        }
        return .map(LiteralMap(members: members))
    }

    /// A member of a resource as expressions see it.
    static func value(of json: JSONValue, _ type: FieldType = .text) -> Value {
        switch json {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .integer(let number): return .int(number)
        case .number(let text): return .double(Double(text) ?? .nan)
        case .string(let text):
            guard case .timestamp = type, let date = Date(rfc3339: text) else { return .string(text) }
            return date.expressionValue
        case .array(let values): return .list(values.map { Self.value(of: $0, .text) })
        case .object(let object):
            return .map(
                LiteralMap(
                    members: object.members.map { (name: $0.key, value: Self.value(of: $0.value, .text)) }
                )
            )
        }
    }
}

extension Field {
    fileprivate var filterType: ExpressionType {
        // What may be null is compared with null too.
        guard !self.isNullable else { return .dyn }
        switch self.type {
        case .text: return .string
        case .boolean: return .bool
        case .integer: return .int
        case .number: return .double
        case .timestamp: return .timestamp
        case .list(.text): return .list(.string)
        case .list, .texts, .object, .reference: return .dyn
        }
    }
}

extension Date {
    fileprivate var expressionValue: Value {
        let seconds = Int64(self.timeIntervalSince1970.rounded(.down))
        return Timestamp(seconds: seconds, nanoseconds: 0).map(Value.timestamp) ?? .null
    }
}
