import AgentRuntime
import Foundation
import HTTPTypes
import Hummingbird
import Inspection
import JSON
import NIOCore
import Portico

/// `/api/inspector`: what the pages of the inspector ask for, beyond the reference system's API.
struct InspectorRoutes: Sendable {
    /// Exchanges in one list where the call names no limit, and at most.
    private static let limits = (usual: 200, most: 1000)
    /// How often a page is told how the agent stands; it is also how a connection that is gone is noticed.
    private static let beat = Duration.seconds(2)

    let local: LocalAgent

    func add(to router: Router<BasicRequestContext>) {
        router.get("/api/inspector/status") { _, _ in Response.json(await self.status()) }
        router.get("/api/inspector/exchanges") { request, _ in try self.list(request) }
        router.get("/api/inspector/exchanges/{id}") { _, context in
            Response.json(InspectorJSON.exchange(try self.local.captured(context.parameters.get("id") ?? "")))
        }
        router.post("/api/inspector/replays") { request, _ in try await self.replay(await request.object()) }
        router.get("/api/inspector/feed") { _, _ in try self.feed() }
    }

    private func status() async -> JSONObject {
        InspectorJSON.status(self.local, await self.local.running.endpoints.all)
    }

    private func list(_ request: Request) throws(LocalFailure) -> Response {
        let limit = try request.limit(usual: Self.limits.usual, most: Self.limits.most)
        let exchanges = self.local.inspector.store?.newest(limit) ?? []
        return Response.json(["exchanges": .array(exchanges.map { .object(InspectorJSON.summary($0)) })])
    }

    /// `{"id", "endpoint"?, "request"?: {"method", "target", "headers": [[name, value]], "body": base64}}`.
    private func replay(_ body: JSONObject) async throws -> Response {
        guard let id = body["id"]?.string else { throw LocalFailure.malformed("id must be that of a request") }
        let captured = try self.local.captured(id)
        let bytes = try body["request"].map { value throws(LocalFailure) in
            guard let object = value.object else { throw LocalFailure.malformed("request must be an object") }
            return try EditedRequest(object).bytes
        }
        let replayed = try await self.local.replay(captured, by: body["endpoint"]?.string, as: bytes)
        return Response.json(InspectorJSON.summary(replayed), status: .created)
    }

    // MARK: - Feed

    /// An endless answer of server-sent events: `status` at once and every other moment, `exchange` and `cleared` as
    /// they happen.
    private func feed() throws(LocalFailure) -> Response {
        let changes: AsyncStream<ExchangeStore.Change>
        if let store = self.local.inspector.store {
            guard let stream = store.changes() else {
                throw .busy("\(ExchangeStore.maxWatchers) pages are open already")
            }
            changes = stream
        } else {
            changes = AsyncStream { _ in }
        }
        let body = ResponseBody { writer in
            try await self.write(changes, to: &writer)
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: body
        )
    }

    private enum Turn: Sendable {
        case change(ExchangeStore.Change)
        case beat
    }

    private func write(
        _ changes: AsyncStream<ExchangeStore.Change>,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        let (turns, continuation) = AsyncStream.makeStream(of: Turn.self, bufferingPolicy: .bufferingNewest(512))
        async let following: Void = {
            for await change in changes { continuation.yield(.change(change)) }
        }()
        async let beating: Void = {
            while !Task.isCancelled {
                continuation.yield(.beat)
                try await Task.sleep(for: Self.beat)
            }
        }()
        defer { continuation.finish() }
        for await turn in turns {
            guard let event = await self.event(turn) else { continue }
            try await writer.write(event)
        }
        _ = try await (following, beating)
    }

    private func event(_ turn: Turn) async -> ByteBuffer? {
        switch turn {
        case .beat: Self.event("status", await self.status())
        case .change(.cleared): Self.event("cleared", [:])
        case .change(.added(let id)):
            self.local.inspector.store?.exchange(id).map { Self.event("exchange", InspectorJSON.summary($0)) }
        }
    }

    /// JSON has no line breaks, so that one line holds all of it.
    private static func event(_ name: String, _ object: JSONObject) -> ByteBuffer {
        var buffer = ByteBuffer(string: "event: \(name)\ndata: ")
        buffer.writeBytes(JSONValue.object(object).bytes)
        buffer.writeStaticString("\n\n")
        return buffer
    }
}

extension Request {
    /// How many items a call wants.
    func limit(usual: Int, most: Int) throws(LocalFailure) -> Int {
        guard let text = self.uri.queryParameters.get("limit") else { return usual }
        guard let number = Int(text), number >= 0 else {
            throw .malformed("limit must be a number, not \(String(text).quotedForDisplay)")
        }
        return min(number, most)
    }
}
