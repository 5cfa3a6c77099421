internal import Addressing
package import Events
internal import Expression
package import Model

/// The filter of a source: an expression over `ev`, the event's object (`spec/observability.md` 3).
package struct EventFilter: Sendable {
    private static let limits: ExpressionLimits = {
        var limits = ExpressionLimits()
        limits.sourceBytes = 4096
        limits.depth = 50
        return limits
    }()

    private let program: Program
    /// By slot.
    private let paths: [String]

    /// - Throws: `sourceFilter`, `sourceFilterField`, `sourceFilterFieldUnsupported`.
    package init(_ source: String, _ fields: [EventField]) throws(Failure) {
        let declared = fields.enumerated().map { VariableDeclaration("ev.\($1.path)", $1.form.type, slot: $0) }
        let program: Program
        do throws(Diagnostics) {
            program = try Self.compile(source, declared)
        } catch {
            let code = Self.namesUnknownField(source, declared) ? ErrorCode.sourceFilterField : .sourceFilter
            let first = error.all[0]
            throw Failure(code, "\(first.summary) (at byte \(first.range.lowerBound)).", cause: error)
        }
        let used = fields.enumerated().filter { program.referencedSlots.contains($0.offset) }.map(\.element)
        if let field = used.first(where: { !$0.isFilterable }) {
            let others = fields.filter(\.isFilterable).map(\.path).joined(separator: ", ")
            throw Failure(.sourceFilterFieldUnsupported, "Filters use \(others), and not \(field.path).")
        }
        self.program = program
        self.paths = fields.map(\.path)
    }

    /// Whether an event is sent. One of which that cannot be said is not.
    package func matches(_ event: TrafficEvent) -> Bool {
        (try? self.program.evaluateBool(EventVariables(event.connection, self.paths))) ?? false
    }

    private static func compile(_ source: String, _ variables: [VariableDeclaration]) throws(Diagnostics) -> Program {
        guard source.utf8.count <= Self.limits.sourceBytes else {
            throw Diagnostics(Diagnostic("it has more than \(Self.limits.sourceBytes) bytes", at: 0..<0))
        }
        let program = try Environment(variables: variables, limits: Self.limits).compile(try Parser.parse(source))
        guard program.resultType == .bool || program.resultType == .dyn else {
            throw Diagnostics(Diagnostic("it must be true or false", at: 0..<source.utf8.count))
        }
        return program
    }

    /// Whether an expression that does not compile would if the event had the fields that it names: then neither its
    /// form nor its types are at fault.
    private static func namesUnknownField(_ source: String, _ declared: [VariableDeclaration]) -> Bool {
        let untyped = declared.map { VariableDeclaration($0.name, .dyn, slot: $0.slot) }
        let anything = [VariableDeclaration("ev", .dyn, slot: 0)]
        return (try? Self.compile(source, untyped)) == nil && (try? Self.compile(source, anything)) != nil
    }
}

extension EventField.Form {
    fileprivate var type: ExpressionType {
        switch self {
        case .text: .string
        case .integer: .int
        case .boolean: .bool
        case .time: .timestamp
        case .header: .map(key: .string, value: .list(.string))
        case .list: .list(.dyn)
        }
    }
}

/// What filters may ask of an event.
private final class EventVariables: Variables {
    private let connection: TrafficEvent.Connection
    private let paths: [String]

    init(_ connection: TrafficEvent.Connection, _ paths: [String]) {
        self.connection = connection
        self.paths = paths
    }

    func value(inSlot slot: Int) throws(EvaluationError) -> Value? {
        switch self.paths[slot] {
        case "conn.client_ip": self.connection.client.map { .string("\($0)") }
        case "conn.server_ip": self.connection.server.map { .string("\($0.ip)") }
        case "conn.server_name": .string(self.connection.serverName)
        case "conn.server_port": self.connection.server.map { .int(Int64($0.port)) }
        default: nil
        }
    }
}
