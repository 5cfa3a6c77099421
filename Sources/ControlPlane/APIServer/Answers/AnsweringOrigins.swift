import APITypes
import HTTPTypes
import Hummingbird

/// Lets pages of any origin call the API from a browser (`spec/api.md` 1, "CORS"). Without an API key, which no browser
/// adds by itself, that opens nothing.
struct AnsweringOrigins: RouterMiddleware {
    func handle(
        _ request: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard let origin = request.headers[.origin], !origin.isEmpty else { return try await next(request, context) }
        guard request.method == .options, request.headers[.accessControlRequestMethod] != nil else {
            var response = try await next(request, context)
            self.allow(origin, &response)
            return response
        }
        var response = Answer.nothing
        self.allow(origin, &response)
        response.headers[.accessControlAllowMethods] = Method.allCases.map(\.rawValue).joined(separator: ", ")
        response.headers[.accessControlAllowHeaders] = request.headers[.accessControlRequestHeaders]
        response.headers[.accessControlMaxAge] = "600"
        return response
    }

    private func allow(_ origin: String, _ response: inout Response) {
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlAllowCredentials] = "true"
        response.headers[.vary] = "Origin"
    }
}
