import APITypes
import Foundation
import JSON
import Model
import Store

/// Event destinations with what is no change of them: their test, and how delivery goes.
struct EventDestinations: APIResource {
    private let stored: StoredResource<EventDestinationRules>

    init(context: ResourceContext) {
        self.stored = StoredResource(rules: EventDestinationRules(), context: context)
    }

    var shape: ResourceShape { self.stored.shape }

    func create(_ body: CheckedBody, by caller: Caller) async throws(Failure) -> JSONObject {
        try await self.stored.create(body, by: caller)
    }

    func list(_ query: ListQuery, by caller: Caller) async throws(Failure) -> ListPage {
        try await self.stored.list(query, by: caller)
    }

    func get(_ id: String, by caller: Caller) async throws(Failure) -> JSONObject {
        try await self.stored.get(id, by: caller)
    }

    func update(_ id: String, _ body: CheckedBody, by caller: Caller) async throws(Failure) -> JSONObject {
        try await self.stored.update(id, body, by: caller)
    }

    func delete(_ id: String, by caller: Caller) async throws(Failure) {
        try await self.stored.delete(id, by: caller)
    }

    func perform(_ call: OperationCall, by caller: Caller) async throws(Failure) -> JSONObject? {
        if call.name == "send_test_event" { try caller.mayChange() }
        let destination = try await self.stored.stored(call.id, caller)
        let courier = self.stored.context.configuration.courier
        let problem =
            courier == nil
            ? Failure(.eventsNotDelivered, "This edge sends no events.")
            : courier?.problem(of: destination.document.target)
        guard call.name == "send_test_event" else {
            let status = await courier?.status(of: destination.id) ?? DeliveryStatus()
            return self.shown(status, problem, ResourceView(context: self.stored.context, caller: caller), call.id)
        }
        guard let courier, problem == nil else {
            throw problem ?? Failure(.eventsNotDelivered, "This edge sends no events.")
        }
        return ["event_id": .string(try await courier.sendTest(to: destination).text)]
    }

    private func shown(_ status: DeliveryStatus, _ problem: Failure?, _ view: ResourceView, _ id: String) -> JSONObject
    {
        let word =
            problem != nil
            ? "unsupported"
            : status.failingSince != nil ? "failing" : status.lastSuccess != nil ? "delivering" : "idle"
        func time(_ time: Date?) -> JSONValue { time.map(JSONValue.time) ?? .null }
        return [
            "status": .string(word), "last_success": time(status.lastSuccess), "last_failure": time(status.lastFailure),
            "last_error": .string(problem?.message ?? status.lastError), "failing_since": time(status.failingSince),
            "queued": .integer(Int64(status.queued)), "queued_bytes": .integer(Int64(status.queuedBytes)),
            "delivered": .integer(Int64(status.delivered)), "dropped": .integer(Int64(status.dropped)),
            "uri": .string("\(view.uri(self.shape, id))/status"),
        ]
    }
}
