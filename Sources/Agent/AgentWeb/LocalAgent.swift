import AgentRuntime
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Model
import NIOCore
import Portico

/// What the local API works on.
struct LocalAgent: Sendable {
    let running: RunningAgent
    let inspector: TrafficInspector
    /// How the agent was configured, for people.
    var facts: [WebFact] = []

    /// Brings endpoints online; the first is the one that is told of.
    ///
    /// - Throws: `LocalFailure`.
    func start(_ definitions: [EndpointDefinition]) async throws(LocalFailure) -> RunningEndpoint {
        guard self.running.agent.status == .online else { throw .notReady }
        var started: [RunningEndpoint] = []
        do {
            for definition in definitions { started.append(try await self.running.endpoints.start(definition)) }
        } catch {
            for endpoint in started { await self.running.endpoints.stop(endpoint.name) }
            throw .startFailed("\(error)")
        }
        guard let first = started.first else { throw .invalid("The definition asks for no endpoint.") }
        return first
    }
}

/// What a call of the local API is refused with (`spec/agent.md` 7.2).
struct LocalFailure: Error {
    let code: Int
    let status: HTTPResponse.Status
    let message: String
    let detail: String

    /// The body is no JSON, or what it says is none of what a call takes.
    static func malformed(_ detail: String) -> LocalFailure {
        LocalFailure(code: 100, status: .badRequest, message: "The request cannot be read.", detail: detail)
    }

    static func invalid(_ detail: String) -> LocalFailure {
        LocalFailure(code: 102, status: .badRequest, message: "invalid tunnel configuration", detail: detail)
    }

    static func startFailed(_ detail: String) -> LocalFailure {
        LocalFailure(code: 103, status: .badGateway, message: "failed to start tunnel", detail: detail)
    }

    static var notReady: LocalFailure {
        // Clients look for both texts, and try again.
        LocalFailure(
            code: 104,
            status: .serviceUnavailable,
            message: "ngrok is not yet ready to start tunnels",
            detail: "a successful ngrok tunnel session has not yet been established"
        )
    }

    static func busy(_ detail: String) -> LocalFailure {
        LocalFailure(code: 100, status: .serviceUnavailable, message: "Too many ask at once.", detail: detail)
    }

    static func unknown(_ what: String) -> LocalFailure {
        LocalFailure(code: 100, status: .notFound, message: "There is no \(what).", detail: "not found")
    }

    static func forbidden(_ detail: String) -> LocalFailure {
        LocalFailure(code: 100, status: .forbidden, message: "This host is not answered.", detail: detail)
    }
}

extension LocalFailure: HTTPResponseError {
    func response(from request: Request, context: some RequestContext) throws -> Response {
        Response.json(
            [
                "error_code": .integer(Int64(self.code)), "status_code": .integer(Int64(self.status.code)),
                "msg": .string(self.message), "details": ["err": .string(self.detail)],
            ],
            status: self.status
        )
    }
}

extension Response {
    static func json(_ object: JSONObject, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [
                .contentType: "application/json", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: JSONValue.object(object).bytes))
        )
    }

    /// 204.
    static var nothing: Response { Response(status: .noContent, headers: [.cacheControl: "no-store"]) }
}

extension Request {
    /// The body, which must be a JSON object and say so: forms are how pages of strangers send things.
    func object() async throws -> JSONObject {
        let type = self.headers[.contentType]?.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        guard type == "application/json" else {
            throw LocalFailure.malformed("Content-Type must be application/json, not \(type ?? "missing")")
        }
        let body: ByteBuffer
        do {
            body = try await self.body.collect(upTo: WebService.bodyLimit)
        } catch {
            throw LocalFailure.malformed("the body did not arrive, or has more than \(WebService.bodyLimit) bytes")
        }
        do throws(JSONError) {
            let value = try JSONValue(reading: body.readableBytesView)
            guard let object = value.object else { throw JSONError.malformed(at: 0) }
            return object
        } catch {
            throw LocalFailure.malformed("the body is \(error)")
        }
    }
}
