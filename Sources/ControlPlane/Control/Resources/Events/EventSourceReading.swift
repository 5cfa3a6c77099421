import APITypes
import Events
import Expression
import Model

/// Reads the sources of event subscriptions from requests.
enum EventSourceReading {
    /// - Throws: what is wrong with one of them, or that two have the same type.
    static func sources(_ bodies: [CheckedBody]) throws(Failure) -> [EventSubscriptionRecord.Source] {
        var sources: [EventSubscriptionRecord.Source] = []
        for body in bodies {
            let source = try Self.source(body)
            guard !sources.contains(where: { $0.type == source.type }) else {
                throw Failure(.sourceTwice, "\(source.type) stands twice.")
            }
            sources.append(source)
        }
        return sources
    }

    static func source(_ body: CheckedBody) throws(Failure) -> EventSubscriptionRecord.Source {
        let name = body.text("type") ?? ""
        guard let type = EventType.named(name) else {
            throw Failure(.sourceType, "There is no event \"\(name.prefix(100))\".")
        }
        var source = EventSubscriptionRecord.Source(type: name, filter: "", fields: [])
        source.fields = type.fields?.map(\.path) ?? []
        return try Self.changed(source, body)
    }

    static func changed(
        _ source: EventSubscriptionRecord.Source,
        _ body: CheckedBody
    ) throws(Failure) -> EventSubscriptionRecord.Source {
        var source = source
        let filter = body.text("filter")
        let fields = body.texts("fields")
        guard let known = EventType.named(source.type)?.fields else {
            guard fields?.isEmpty ?? true else {
                throw Failure(.sourceFieldsUnwanted, "\(source.type) takes no fields.")
            }
            guard filter?.isEmpty ?? true else {
                throw Failure(.sourceFilterUnwanted, "\(source.type) takes no filter.")
            }
            return source
        }
        if let fields { source.fields = try Self.checked(fields, known, source.type) }
        if let filter {
            try EventFilter.check(filter, known)
            source.filter = filter
        }
        return source
    }

    private static func checked(
        _ fields: [String],
        _ known: [EventField],
        _ type: String
    ) throws(Failure) -> [String] {
        guard !fields.isEmpty else { throw Failure(.sourceFieldsMissing, "\(type) has no fields.") }
        var checked: [String] = []
        for field in fields where !checked.contains(field) {
            guard known.contains(where: { $0.path == field }) else {
                throw Failure(.sourceField, "\(type) has no field \"\(field.prefix(100))\".")
            }
            checked.append(field)
        }
        return checked
    }
}

/// The filter of a source: an expression over `ev`, the event's object (`spec/observability.md` 3).
enum EventFilter {
    private static let limits: ExpressionLimits = {
        var limits = ExpressionLimits()
        limits.sourceBytes = 4096
        limits.depth = 50
        return limits
    }()

    /// - Throws: `sourceFilter`, `sourceFilterField`, `sourceFilterFieldUnsupported`.
    static func check(_ source: String, _ fields: [EventField]) throws(Failure) {
        guard !source.isEmpty else { return }
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
