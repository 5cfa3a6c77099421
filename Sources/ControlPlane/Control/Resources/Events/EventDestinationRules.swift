import APITypes
import JSON
import Model
import Store

/// Event destinations (`spec/api.md` 5.3). One that a subscription sends to cannot be deleted.
struct EventDestinationRules: ResourceRules {
    static let shape = ResourceShape.eventDestinations

    /// In an account.
    private static let limit = 100

    func make(_ body: CheckedBody, _ change: inout Change) async throws(Failure) -> EventDestinationRecord {
        try Self.checkFormat(body)
        let count = try await change.context.store.all(EventDestinationRecord.self, in: change.caller.scope).count
        guard count < Self.limit else {
            throw Failure(.destinationLimit, "The account has \(count) event destinations.")
        }
        guard let target = body.object("target") else {
            throw Failure(.destinationTargetMissing, "There is no target.")
        }
        let reading = EventTargetReading(keys: change.seals(of: EventDestinationRecord.self), kept: nil)
        let read = try reading.target(target)
        try Self.check(read, change)
        return EventDestinationRecord(target: read, created: change.now)
    }

    func update(_ document: inout EventDestinationRecord, _ body: CheckedBody, _ change: inout Change) throws(Failure) {
        try Self.checkFormat(body)
        guard let target = body.object("target") else { return }
        let reading = EventTargetReading(keys: change.seals(of: EventDestinationRecord.self), kept: document.target)
        let read = try reading.target(target)
        guard read.name == document.target.name else {
            throw Failure(.destinationTargetChanged, "A \(document.target.name) cannot become a \(read.name).")
        }
        try Self.check(read, change)
        document.target = read
    }

    /// What the edge never can do is refused at once; a kind that it merely keeps is kept.
    private static func check(_ target: EventTarget, _ change: Change) throws(Failure) {
        let problem = change.context.configuration.courier?.problem(of: target)
        guard let problem, problem.code != .eventsNotDelivered else { return }
        throw problem
    }

    private static func checkFormat(_ body: CheckedBody) throws(Failure) {
        guard let format = body.filledText("format"), format.lowercased() != "json" else { return }
        throw Failure(.destinationFormat, "There is no format \"\(format.prefix(50))\".")
    }

    func willDelete(_ stored: Stored<EventDestinationRecord>, _ change: inout Change) async throws(Failure) {
        let all = try await change.context.store.all(EventSubscriptionRecord.self, in: change.caller.scope)
        guard let user = all.first(where: { $0.document.destinations.contains(stored.id.text) }) else { return }
        throw Failure(.destinationInUse, "The event subscription \(user.id) sends to \(stored.id).")
    }

    func members(of stored: Stored<EventDestinationRecord>, _ view: ResourceView) -> [String: JSONValue] {
        ["format": "json", "target": stored.document.target.shown]
    }
}
