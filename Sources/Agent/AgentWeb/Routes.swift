import AgentRuntime
import Foundation
import HTTPTypes
import Hummingbird
import Inspection
import JSON
import Portico

/// `/api` and `/api/status`.
struct StatusRoutes: Sendable {
    let local: LocalAgent

    func add(to router: Router<BasicRequestContext>) {
        router.get("/api") { _, _ in
            Response.json([
                "uri": "/api", "tunnels_uri": "/api/tunnels", "endpoints_uri": "/api/endpoints",
                "requests_uri": "/api/requests/http", "status_uri": "/api/status",
            ])
        }
        router.get("/api/status") { _, _ in Response.json(self.status) }
    }

    private var status: JSONObject {
        let agent = self.local.running.agent
        var leg: JSONObject = ["region": .string(agent.details?.region ?? "")]
        if let latency = self.local.inspector.latency {
            let (seconds, attoseconds) = latency.components
            leg.append("latency", .string("\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms"))
        }
        let legs: [JSONValue] = agent.status == .online ? [.object(leg)] : []
        return [
            "status": .string(agent.statusName), "agent_version": .string(Agent.version),
            "session": ["legs": .array(legs)], "uri": "/api/status",
        ]
    }
}

extension Agent {
    /// `online` where data flows to every endpoint.
    var statusName: String {
        switch self.status {
        case .connecting: "connecting"
        case .online where !self.stalls.isEmpty: "stalled"
        case .online: "online"
        case .reconnecting: "reconnecting"
        case .closed: "closed"
        }
    }
}

/// `/api/tunnels`, the older form of endpoints.
struct TunnelRoutes: Sendable {
    let local: LocalAgent

    func add(to router: Router<BasicRequestContext>) {
        router.get("/api/tunnels") { _, _ in try await self.list() }
        router.post("/api/tunnels") { request, _ in
            let definitions = try EndpointRequest.tunnel(await request.object())
            return Response.json(self.json(try await self.local.start(definitions)), status: .created)
        }
        router.get("/api/tunnels/{name}") { _, context in
            let running = try await self.local.named(context)
            return Response.json(self.json(running))
        }
        router.delete("/api/tunnels/{name}") { _, context in try await self.local.stop(context) }
    }

    private func list() async throws -> Response {
        let tunnels = await self.local.running.endpoints.all.map { JSONValue.object(self.json($0)) }
        return Response.json(["tunnels": .array(tunnels), "uri": "/api/tunnels"])
    }

    private func json(_ running: RunningEndpoint) -> JSONObject {
        LocalJSON.tunnel(running, self.local.inspector.traffic(of: running.endpoint.id))
    }
}

/// `/api/endpoints`.
struct EndpointRoutes: Sendable {
    let local: LocalAgent

    func add(to router: Router<BasicRequestContext>) {
        router.get("/api/endpoints") { _, _ in
            let endpoints = await self.local.running.endpoints.all
            return Response.json([
                "endpoints": .array(endpoints.map { .object(LocalJSON.endpoint($0, nil)) }), "uri": "/api/endpoints",
            ])
        }
        router.post("/api/endpoints") { request, _ in
            let definition = try EndpointRequest.endpoint(await request.object())
            return Response.json(self.json(try await self.local.start([definition])), status: .created)
        }
        router.get("/api/endpoints/{name}") { _, context in
            Response.json(self.json(try await self.local.named(context)))
        }
        router.put("/api/endpoints/{name}") { request, context in try await self.replace(request, context) }
        router.delete("/api/endpoints/{name}") { _, context in try await self.local.stop(context) }
    }

    /// Brings an endpoint online in place of the one of its name. What cannot come online leaves the old one.
    private func replace(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let name = PathText.decode(context.parameters.get("name") ?? "")
        var object = try await request.object()
        if object["name"] == nil { object.set("name", to: .string(name)) }
        let definition = try EndpointRequest.endpoint(object)
        guard definition.name == name else { throw LocalFailure.invalid("the name of an endpoint cannot be changed") }
        let endpoints = self.local.running.endpoints
        let old = await endpoints.named(name)
        if old != nil { await endpoints.stop(name) }
        do throws(LocalFailure) {
            let running = try await self.local.start([definition])
            return Response.json(self.json(running), status: old == nil ? .created : .ok)
        } catch {
            // If even the old one is refused now, the answer still tells why the new one was.
            if let old { _ = try? await self.local.start([old.definition]) }
            throw error
        }
    }

    private func json(_ running: RunningEndpoint) -> JSONObject {
        LocalJSON.endpoint(running, self.local.inspector.traffic(of: running.endpoint.id))
    }
}

extension LocalAgent {
    /// The endpoint that the path names.
    fileprivate func named(_ context: BasicRequestContext) async throws(LocalFailure) -> RunningEndpoint {
        let name = PathText.decode(context.parameters.get("name") ?? "")
        guard let running = await self.running.endpoints.named(name) else {
            throw .unknown("endpoint \(name.quotedForDisplay)")
        }
        return running
    }

    fileprivate func stop(_ context: BasicRequestContext) async throws -> Response {
        let running = try await self.named(context)
        await self.running.endpoints.stop(running.name)
        return .nothing
    }
}

/// `/api/requests/http`: what was captured.
struct ExchangeRoutes: Sendable {
    /// Exchanges in one answer where the call names no limit, and at most.
    private static let limits = (usual: 50, most: 1000)

    let local: LocalAgent

    func add(to router: Router<BasicRequestContext>) {
        router.get("/api/requests/http") { request, _ in try self.list(request) }
        router.post("/api/requests/http") { request, _ in
            try await self.replay(await request.object())
            return Response.nothing
        }
        router.delete("/api/requests/http") { _, _ in
            self.local.inspector.store?.clear()
            return Response.nothing
        }
        router.get("/api/requests/http/{id}") { _, context in
            Response.json(LocalJSON.exchange(try self.local.captured(context.parameters.get("id") ?? "")))
        }
    }

    private func list(_ request: Request) throws(LocalFailure) -> Response {
        let limit = try request.limit(usual: Self.limits.usual, most: Self.limits.most)
        let name = request.uri.queryParameters.get("tunnel_name").flatMap { $0.isEmpty ? nil : $0 }
        let exchanges = self.local.inspector.store?.newest(limit, of: name) ?? []
        return Response.json([
            "requests": .array(exchanges.map { .object(LocalJSON.exchange($0)) }), "uri": "/api/requests/http",
        ])
    }

    /// Sends a captured request again, from here to the upstream.
    private func replay(_ body: JSONObject) async throws {
        guard let id = body["id"]?.string else { throw LocalFailure.malformed("id must be that of a request") }
        _ = try await self.local.replay(self.local.captured(id), by: body["tunnel_name"]?.string)
    }
}
