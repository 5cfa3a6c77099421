import APITypes
import Events
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
            if !filter.isEmpty { _ = try EventFilter(filter, known) }
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
