import HTTPTypes
import Hummingbird
import Model

/// Calls must say which version of the API they mean; there is one.
struct CheckingVersion: RouterMiddleware {
    // It is a name of letters and a hyphen.
    private static let field = HTTPField.Name("Ngrok-Version")

    func handle(
        _ request: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard let version = Self.field.flatMap({ request.headers[$0] }), !version.isEmpty else {
            throw Failure(.apiVersionMissing, "The request has no Ngrok-Version header.")
        }
        guard version == "2" else {
            throw Failure(.apiVersionUnknown, "There is no version \"\(version.prefix(20))\" of the API.")
        }
        return try await next(request, context)
    }
}
