import AgentRuntime
import HTTPTypes
import Hummingbird

/// Lets pass only calls that no page of a stranger can make, and tells of each call of the API that passes.
struct CallGate: RouterMiddleware {
    let rules: HostRules
    let display: any AgentDisplay

    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do throws(LocalFailure) {
            try self.check(request)
        } catch {
            return try error.response(from: request, context: context)
        }
        // A page asks for a score of files, which is nothing that a log should tell of.
        guard request.uri.path.hasPrefix("/api") else { return try await self.answer(request, context, next) }
        let call = WebCall(
            id: String(UInt64.random(in: .min ... .max), radix: 16),
            path: String(request.uri.path.prefix(200))
        )
        let clock = ContinuousClock()
        let begun = clock.now
        self.display.webCallBegan(call)
        let response = try await self.answer(request, context, next)
        self.display.webCallEnded(call, status: response.status.code, after: clock.now - begun)
        return response
    }

    private func check(_ request: Request) throws(LocalFailure) {
        guard self.rules.allows(request.head.authority) else {
            throw .forbidden("the host \(request.head.authority ?? "") is none of web_allow_hosts")
        }
        guard self.rules.allows(origin: request.headers[.origin]) else {
            throw .forbidden("the origin \(request.headers[.origin] ?? "") is none of web_allow_hosts")
        }
    }

    private func answer(
        _ request: Request,
        _ context: BasicRequestContext,
        _ next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let failure as LocalFailure {
            return try failure.response(from: request, context: context)
        } catch let error as HTTPError where error.status == .notFound {
            return try LocalFailure.unknown("\(request.method) \(request.uri.path)")
                .response(from: request, context: context)
        }
    }
}
