import APITypes
import Control
import Hummingbird
import JSON
import Model

/// Calls of one kind of resource.
struct ResourceCalls: Sendable {
    let resource: any APIResource
    let configuration: APIServerConfiguration

    private var shape: ResourceShape { self.resource.shape }

    func answer(_ verb: Verb, _ request: Request, _ context: APIContext) async throws(Failure) -> Response {
        let reading = RequestReading(request: request, configuration: self.configuration)
        let caller = try context.authenticated()
        let id = context.parameters.get("id") ?? ""
        if verb != .list { try reading.refuseQuery() }
        switch verb {
        case .create:
            let body = try CheckedBody(try await reading.object(), of: self.shape.fields, for: .create)
            return Answer.json(try await self.resource.create(body, by: caller), status: 201)
        case .list:
            try reading.refuseBody()
            let query = try ListQuery(try reading.query(), of: self.shape)
            let page = try await self.resource.list(query, by: caller)
            let uri = "\(caller.apiURL)/\(self.shape.path)"
            return Answer.page(page, ListAddress(envelope: self.shape.envelope, uri: uri, query: query))
        case .get:
            try reading.refuseBody()
            return Answer.json(try await self.resource.get(id, by: caller))
        case .update:
            let body = try CheckedBody(try await reading.object(), of: self.shape.fields, for: .update)
            return Answer.json(try await self.resource.update(id, body, by: caller))
        case .delete:
            try reading.refuseBody()
            try await self.resource.delete(id, by: caller)
            return Answer.nothing
        }
    }

    func answer(
        _ operation: OperationShape,
        _ request: Request,
        _ context: APIContext
    ) async throws(Failure) -> Response {
        let reading = RequestReading(request: request, configuration: self.configuration)
        let caller = try context.authenticated()
        let call = OperationCall(
            name: operation.name,
            parameters: Dictionary(
                context.parameters.map { (String($0.key), String($0.value)) },
                uniquingKeysWith: { $1 }
            ),
            body: try await Self.body(of: operation, reading)
        )
        switch operation.answer {
        case .nothing:
            try reading.refuseQuery()
            _ = try await self.resource.perform(call, by: caller)
            return Answer.nothing
        case .empty:
            try reading.refuseQuery()
            _ = try await self.resource.perform(call, by: caller)
            return Answer.json([:])
        case .object(_, let status):
            try reading.refuseQuery()
            return Answer.json(try await self.resource.perform(call, by: caller) ?? JSONObject(), status: status)
        case .list(let inner):
            let query = try ListQuery(try reading.query(), of: inner.inside)
            let page = try await self.resource.list(call, query, by: caller)
            let uri = "\(caller.apiURL)\(request.uri.path)"
            return Answer.page(page, ListAddress(envelope: inner.envelope, uri: uri, query: query))
        }
    }

    private static func body(
        of operation: OperationShape,
        _ reading: RequestReading
    ) async throws(Failure) -> CheckedBody {
        guard let fields = operation.body else {
            // Clients say that the body which is none is JSON, or send an empty object.
            if operation.method == .get || operation.method == .delete { try reading.refuseBody() }
            return try CheckedBody(try await reading.object(), of: [], for: .create)
        }
        return try CheckedBody(try await reading.object(), of: fields, for: .create)
    }
}
