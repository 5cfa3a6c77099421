import APITypes
import JSON
import Model
import Store

/// Event subscriptions with their sources (`spec/api.md` 5.4).
struct EventSubscriptionRules: ResourceRules {
    static let shape = ResourceShape.eventSubscriptions
    static let unknown = ErrorCode.subscriptionUnknown

    private static let destinationLimit = 20

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> EventSubscriptionRecord {
        EventSubscriptionRecord(
            sources: try EventSourceReading.sources(body.objects("sources") ?? []),
            destinations: try await Self.destinations(body.texts("destination_ids") ?? [], &change),
            created: change.now
        )
    }

    func update(
        _ document: inout EventSubscriptionRecord,
        _ body: CheckedBody,
        _ change: inout Change
    ) async throws(Failure) {
        // Clients send an empty list for "unchanged".
        if let sources = body.objects("sources"), !sources.isEmpty {
            document.sources = try EventSourceReading.sources(sources)
        }
        if let ids = body.texts("destination_ids") {
            document.destinations = try await Self.destinations(ids, &change)
        }
    }

    /// The destinations, each once; the change fails when one of them is deleted before it is done.
    private static func destinations(_ ids: [String], _ change: inout Change) async throws(Failure) -> [String] {
        var found: [String] = []
        for id in ids where !found.contains(id) {
            guard found.count < Self.destinationLimit else {
                throw Failure(.subscriptionTooManyDestinations, "\(ids.count) destinations are given.")
            }
            guard let destination = try await change.find(id, as: EventDestinationRecord.self) else {
                throw Failure(.destinationUnknown, "The account has no event destination \"\(id.prefix(64))\".")
            }
            try change.rely(on: destination)
            found.append(destination.id.text)
        }
        return found
    }

    func members(of stored: Stored<EventSubscriptionRecord>, _ view: ResourceView) -> [String: JSONValue] {
        [
            "sources": .array(stored.document.sources.map { .object(view.source($0, of: stored.id.text)) }),
            "destinations": .array(
                stored.document.destinations.map { view.reference(to: $0, .eventDestinations) }
            ),
        ]
    }

    // MARK: - Sources by themselves

    func read(
        _ call: OperationCall,
        of stored: Stored<EventSubscriptionRecord>,
        _ view: ResourceView
    ) throws(Failure) -> JSONObject {
        guard call.name == "list_sources" else {
            let index = try Self.index(of: call, in: stored.document)
            return view.source(stored.document.sources[index], of: stored.id.text)
        }
        return [
            "sources": .array(stored.document.sources.map { .object(view.source($0, of: stored.id.text)) }),
            "uri": .string("\(view.uri(Self.shape, stored.id.text))/sources"),
        ]
    }

    func perform(
        _ call: OperationCall,
        on document: inout EventSubscriptionRecord,
        _ change: inout Change
    ) throws(Failure) {
        let view = ResourceView(context: change.context, caller: change.caller)
        switch call.name {
        case "create_source":
            let source = try EventSourceReading.source(call.body)
            guard !document.sources.contains(where: { $0.type == source.type }) else {
                throw Failure(.sourceTwice, "There is a source of \(source.type) already.")
            }
            document.sources.append(source)
            change.answer = view.source(source, of: call.id)
        case "update_source":
            let index = try Self.index(of: call, in: document)
            document.sources[index] = try EventSourceReading.changed(document.sources[index], call.body)
            change.answer = view.source(document.sources[index], of: call.id)
        default:
            document.sources.remove(at: try Self.index(of: call, in: document))
        }
    }

    private static func index(
        of call: OperationCall,
        in document: EventSubscriptionRecord
    ) throws(Failure) -> Int {
        let type = call.parameters["type"] ?? ""
        guard let index = document.sources.firstIndex(where: { $0.type == type }) else {
            throw Failure(.sourceUnknown, "\(call.id) has no source \"\(type.prefix(100))\".")
        }
        return index
    }
}

extension ResourceView {
    fileprivate func source(_ source: EventSubscriptionRecord.Source, of id: String) -> JSONObject {
        [
            "type": .string(source.type),
            "uri": .string("\(self.uri(EventSubscriptionRules.shape, id))/sources/\(source.type)"),
            "filter": .string(source.filter), "fields": .texts(source.fields),
        ]
    }
}
