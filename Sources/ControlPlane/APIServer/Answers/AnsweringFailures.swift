import Hummingbird
import Logging
import Model

/// The one place where errors become answers.
struct AnsweringFailures: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var response = await self.answer(request, context, next)
        // What HEAD is answered with has no body (RFC 9110 9.3.2).
        if request.method == .head { response.body = ResponseBody() }
        return response
    }

    private func answer(
        _ request: Request,
        _ context: APIContext,
        _ next: (Request, APIContext) async throws -> Response
    ) async -> Response {
        do {
            return try await next(request, context)
        } catch let failure as Failure {
            self.log(failure, context)
            return Answer.failure(failure, context)
        } catch let error as HTTPError where error.status == .notFound {
            return Answer.failure(Failure(.apiUnknown, "There is nothing at this path."), context)
        } catch {
            let failure = Failure(
                .apiInternalError,
                "The call could not be answered.",
                detail: "\(error)",
                cause: error
            )
            self.log(failure, context)
            return Answer.failure(failure, context)
        }
    }

    private func log(_ failure: Failure, _ context: APIContext) {
        self.logger.log(
            level: failure.code.httpStatus >= 500 ? .error : .debug,
            "api call failed",
            metadata: [
                "api.operation": "\(context.operation)", "error.code": "\(failure.code.name)",
                "error.detail": "\(failure.detail)",
            ]
        )
    }
}
