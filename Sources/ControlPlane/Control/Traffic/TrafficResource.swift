internal import Addressing
internal import APITypes
internal import Capture
internal import EdgeLink
internal import Foundation
internal import JSON
internal import Model
internal import TrafficStore

/// Captured traffic in the REST API.
struct TrafficResource: APIResource {
    let shape = ResourceShape.trafficInspector
    let inspector: TrafficInspector

    func list(_ query: ListQuery, by caller: Caller) async throws(Failure) -> ListPage {
        var wanted = try self.query(query, caller)
        wanted.before = query.beforeID
        let page = try await self.inspector.page(wanted, by: caller)
        return ListPage(items: page.exchanges.map { TrafficExchange(facts: $0).json }, next: page.next)
    }

    func get(_ id: String, by caller: Caller) async throws(Failure) -> JSONObject {
        try await self.inspector.exchange(try self.shape.checkedID(id), by: caller).json
    }

    func perform(_ call: OperationCall, by caller: Caller) async throws(Failure) -> JSONObject? {
        switch call.name {
        case "settings": return Self.json(try await self.inspector.settings(by: caller))
        case "update_settings": return Self.json(try await self.update(call.body, caller))
        case "status": return try await self.status(caller)
        case "tail": return try await self.tail(call.body, caller)
        case "replay":
            let id = try self.shape.checkedID(call.id)
            return Self.json(try await self.inspector.replay(id, try Self.edits(call.body), by: caller))
        case "rehearse": return try await self.rehearse(call.body, caller)
        case "archive": return try await self.archive(call.body, caller)
        case "clear":
            try await self.inspector.clear(by: caller)
            return nil
        default: throw Failure(.apiMethod, "There is no \(call.name) of captured traffic.")
        }
    }

    // MARK: Lists

    private func query(_ list: ListQuery, _ caller: Caller) throws(Failure) -> TrafficQuery {
        var query = self.inspector.query(by: caller)
        query.limit = list.limit
        query.filter = try list.filter.map { (text) throws(Failure) in try self.inspector.filter(text) }
        for (name, values) in list.parameters {
            guard let value = values.last, !value.isEmpty else { continue }
            try self.set(name, value, &query)
        }
        return query
    }

    private func set(_ name: String, _ value: String, _ query: inout TrafficQuery) throws(Failure) {
        let wrong = Failure(.trafficFilter, "\"\(value.prefix(100))\" cannot be looked for as \(name).")
        switch name {
        case "endpoint_id":
            guard let id = ResourceID<EndpointKind>(value) else { throw wrong }
            query.endpointID = id
        case "endpoint_url": query.endpoint = value
        case "from", "to":
            guard let date = Date(rfc3339: value) else { throw wrong }
            if name == "from" { query.from = date } else { query.to = date }
        case "status":
            guard let range = Self.status(value) else { throw wrong }
            query.status = range
        case "client_ip":
            guard let prefix = Self.range(value) else { throw wrong }
            query.client = prefix
        case "method": query.method = value.uppercased()
        case "path": query.path = value
        case "host": query.host = value
        case "error_code": query.errorCode = Self.code(value)
        case "full_only": query.isFullOnly = value == "true"
        case "after_id": query.after = try self.shape.checkedID(value)
        default: break
        }
    }

    /// An address, or a range of them.
    private static func range(_ text: String) -> IPPrefix? {
        // What is no address alone may be a range.
        guard let address = try? IPAddress(parsing: text) else { return try? IPPrefix(parsing: text) }
        return IPPrefix(address, length: address.isIPv4 ? 32 : 128)
    }

    /// `404`, or `4xx`.
    static func status(_ text: String) -> ClosedRange<Int>? {
        if text.utf8.count == 3, text.lowercased().hasSuffix("xx"), let hundreds = Int(text.prefix(1)),
            (1...5).contains(hundreds)
        {
            return hundreds * 100...hundreds * 100 + 99
        }
        guard text.utf8.count == 3, let status = Int(text), status >= 100 else { return nil }
        return status...status
    }

    /// `3200`, `ERR_NGROK_3200` and `ERR_PORTICO_3200` are one.
    static func code(_ text: String) -> String {
        let number = text.split(separator: "_").last.map(String.init) ?? text
        return "ERR_PORTICO_\(number)"
    }

    // MARK: Operations

    private func status(_ caller: Caller) async throws(Failure) -> JSONObject {
        let status = try await self.inspector.status(by: caller)
        let totals = status?.0 ?? CaptureQueue.Totals()
        return [
            "is_enabled": .bool(status != nil), "captured": .integer(Int64(totals.captured)),
            "dropped": .integer(Int64(totals.dropped)), "dropped_over_budget": .integer(Int64(totals.overBudget)),
            "dropped_queue_full": .integer(Int64(totals.overflowed)),
            "dropped_not_stored": .integer(Int64(totals.unstored)), "reduced": .integer(Int64(totals.reduced)),
            "stored": .integer(Int64(status?.1.exchanges ?? 0)),
            "stored_bytes": .integer(Int64(status?.1.bytes ?? 0)),
        ]
    }

    private func tail(_ body: CheckedBody, _ caller: Caller) async throws(Failure) -> JSONObject {
        let filter = try body.filledText("filter").map { (text) throws(Failure) in try self.inspector.filter(text) }
        let wait = Duration.seconds(min(max(0, body.integer("wait_seconds") ?? 0), 25))
        // Before the look, so that nothing comes between the two.
        let stream = try self.inspector.watch(by: caller)
        var query = self.inspector.query(by: caller)
        query.filter = filter
        if let after = body.filledText("after_id") {
            query.after = try self.shape.checkedID(after)
        } else {
            query.limit = 1
        }
        let found = try await self.inspector.page(query, by: caller).exchanges
        guard query.after != nil else {
            return Self.tail([], last: found.first?.id ?? "")
        }
        if !found.isEmpty { return Self.tail(found, last: found.last?.id ?? "") }
        guard await Self.next(of: stream, matching: filter, within: wait) else {
            return Self.tail([], last: body.text("after_id") ?? "")
        }
        let come = try await self.inspector.page(query, by: caller).exchanges
        return Self.tail(come, last: come.last?.id ?? body.text("after_id") ?? "")
    }

    private static func tail(_ exchanges: [TrafficFacts], last: String) -> JSONObject {
        [
            "exchanges": .array(exchanges.map { .object(TrafficExchange(facts: $0).json) }),
            "last_id": .string(last),
        ]
    }

    /// Whether something came in time.
    private static func next(
        of stream: AsyncStream<TrafficFacts>,
        matching filter: TrafficFilter?,
        within time: Duration
    ) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await facts in stream where filter?.matches(facts) ?? true { return true }
                return false
            }
            group.addTask {
                // Cut short when something came.
                try? await Task.sleep(for: time)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    private func rehearse(_ body: CheckedBody, _ caller: Caller) async throws(Failure) -> JSONObject {
        guard let endpoint = body.filledText("endpoint_url") else {
            throw Failure(.rehearsalPolicy, "endpoint_url is missing: whose requests are to be taken.")
        }
        let limit = body.integer("limit") ?? 1000
        guard (1...Int64(TrafficInspector.mostRehearsed)).contains(limit) else {
            throw Failure(.trafficSetting, "limit is 1 to \(TrafficInspector.mostRehearsed).")
        }
        return try await self.inspector.rehearse(
            body.text("traffic_policy") ?? "",
            at: endpoint,
            filter: body.filledText("filter"),
            limit: Int(limit),
            by: caller
        ).json
    }

    private func archive(_ body: CheckedBody, _ caller: Caller) async throws(Failure) -> JSONObject {
        let limit = body.integer("limit") ?? 100
        guard (1...200).contains(limit) else { throw Failure(.trafficSetting, "limit is 1 to 200.") }
        var exchanges: [TrafficExchange]
        if let id = body.filledText("id") {
            exchanges = [try await self.inspector.exchange(try self.shape.checkedID(id), by: caller)]
        } else {
            var query = self.inspector.query(by: caller)
            query.limit = Int(limit)
            query.filter = try body.filledText("filter").map { (text) throws(Failure) in try self.inspector.filter(text)
            }
            exchanges = try await self.inspector.exchanges(query, by: caller)
        }
        return HTTPArchive.json(exchanges, version: ProductVersion.current)
    }

    // MARK: Bodies

    private func update(_ body: CheckedBody, _ caller: Caller) async throws(Failure) -> CaptureSettings {
        guard !body.isEmpty else { throw Failure(.apiNothingToChange, "The request changes nothing.") }
        var settings = try await self.inspector.settings(by: caller)
        if let text = body.text("mode") {
            guard let mode = CaptureSettings.Mode(rawValue: text) else {
                throw Failure(.trafficSetting, "mode is off, metadata or full.")
            }
            settings.mode = mode
        }
        if let share = body.integer("full_per_mille") { settings.fullPerMille = Int(clamping: share) }
        if let names = body.texts("masked_names") { settings.maskedNames = names }
        if let endpoints = body.objects("endpoints") {
            settings.endpoints = Dictionary(
                endpoints.map { ($0.text("url") ?? "", Int(clamping: $0.integer("full_per_mille") ?? 1000)) },
                uniquingKeysWith: { $1 }
            )
        }
        return try await self.inspector.update(settings, by: caller)
    }

    static func json(_ settings: CaptureSettings) -> JSONObject {
        [
            "mode": .string(settings.mode.rawValue), "traffic_full_capture": .bool(settings.mode == .full),
            "full_per_mille": .integer(Int64(settings.fullPerMille)),
            "endpoints": .array(
                settings.endpoints.sorted { $0.key < $1.key }.map { url, share in
                    ["url": .string(url), "full_per_mille": .integer(Int64(share))]
                }
            ),
            "masked_names": .array(settings.maskedNames.map(JSONValue.string)),
        ]
    }

    private static func edits(_ body: CheckedBody) throws(Failure) -> ReplayEdits {
        var edits = ReplayEdits()
        edits.method = body.filledText("method")
        edits.path = body.filledText("path")
        edits.query = body.text("query")
        edits.headers = body.objects("headers")?.map { ($0.text("name") ?? "", $0.text("value") ?? "") }
        edits.setHeaders = body.objects("set_headers")?.map { ($0.text("name") ?? "", $0.text("value") ?? "") } ?? []
        edits.endpointID = body.filledText("endpoint_id")
        if let text = body.text("body") {
            guard let data = Data(base64Encoded: text) else { throw Failure(.replayBody, "The body is no base64.") }
            edits.body = Array(data)
        }
        return edits
    }

    private static func json(_ result: ReplayResult) -> JSONObject {
        [
            "id": .string(result.answer.id), "status": .integer(Int64(result.answer.status)),
            "headers": .array(
                result.answer.fields.map { ["name": .string($0.name), "value": .string($0.value)] }
            ),
            "body": .string(Data(result.answer.body).base64EncodedString()),
            "is_body_cut": .bool(result.answer.isBodyCut),
            "omitted_headers": .array(result.omittedHeaders.map(JSONValue.string)),
        ]
    }
}
