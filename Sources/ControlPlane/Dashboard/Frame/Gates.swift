import Control
import HTTPTypes
import Hummingbird
import Logging
import Model
import NIOCore
import Secrets

/// What browsers are told of every answer: nothing runs but our own modules, and no other page holds one of ours.
struct SecurityHeaders: RouterMiddleware {
    private static let contentSecurityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
        form-action 'self'; base-uri 'none'; frame-ancestors 'none'
        """

    private static let others: [(HTTPField.Name, String)] = [
        // A form says where it came from to us alone.
        ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"), ("Strict-Transport-Security", "max-age=31536000"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ("X-Frame-Options", "DENY"),
    ].compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }

    func handle(
        _ request: Request,
        context: PageContext,
        next: (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.contentSecurityPolicy] = Self.contentSecurityPolicy
        response.headers[.xContentTypeOptions] = "nosniff"
        for (name, value) in Self.others { response.headers[name] = value }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        // What HEAD is answered with has no body (RFC 9110 9.3.2).
        if request.method == .head { response.body = ResponseBody() }
        return response
    }
}

/// The one place where errors become pages.
struct AnsweringPages: RouterMiddleware {
    let parts: DashboardParts
    let logger: Logger

    func handle(
        _ request: Request,
        context: PageContext,
        next: (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let failure as Failure {
            return self.answer(failure, request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return self.answer(Failure(.pageUnknown, "There is nothing at this address."), request, context)
        } catch {
            let failure = Failure(.pageFailed, "The page could not be made.", detail: "\(error)", cause: error)
            return self.answer(failure, request, context)
        }
    }

    private func answer(_ failure: Failure, _ request: Request, _ context: PageContext) -> Response {
        if failure.code == .signedOut, request.method == .get, request.headers[.accept]?.contains("text/html") ?? true {
            return Self.signIn(from: request)
        }
        self.logger.log(
            level: failure.code.httpStatus >= 500 ? .error : .debug,
            "page failed",
            metadata: [
                "api.operation": "\(context.operation)", "error.code": "\(failure.code.name)",
                "error.detail": "\(failure.detail)",
            ]
        )
        return ErrorPage.response(failure, context.operation, self.parts.templates, Cookies.theme(in: request))
    }

    private static func signIn(from request: Request) -> Response {
        let path = request.uri.string
        guard path != "/" else { return Redirect.to("/sign-in") }
        return Redirect.to("/sign-in?next=\(PercentEncoding.encode(path))")
    }
}

/// Refuses forms that another origin's page has sent, whoever is signed in. Every browser says where a form is from.
struct SameOrigin: RouterMiddleware {
    let parts: DashboardParts

    func handle(
        _ request: Request,
        context: PageContext,
        next: (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        guard request.method != .get, request.method != .head else { return try await next(request, context) }
        guard request.method == .post else { throw Failure(.pageUnknown, "Pages are got, and forms are posted.") }
        let authority = request.head.authority ?? ""
        let isOurs = request.headers[.origin]?.lowercased() == "https://\(authority.lowercased())"
        guard isOurs, !authority.isEmpty else {
            throw Failure(.formForeign, "The form came from another site.")
        }
        return try await next(request, context)
    }
}

/// Lets those in who have signed in, from where their account lets them, with forms of their own session.
struct SignedIn: RouterMiddleware {
    let parts: DashboardParts

    func handle(
        _ request: Request,
        context: PageContext,
        next: (Request, PageContext) async throws -> Response
    ) async throws -> Response {
        guard let token = Cookies.session(in: request) else { throw Failure(.signedOut, "Nobody is signed in.") }
        let session = try await self.parts.control.signIns.session(token)
        try await self.parts.control.checkDashboard(context.address, of: session.principal.account)
        var form = FormFields()
        if request.method == .post {
            form = try await FormFields.read(request, self.parts.configuration)
            guard FormToken.matches(form["form_token"] ?? "", token) else {
                throw Failure(.formForeign, "The form is not of this session, or of one that has ended.")
            }
        }
        var context = context
        context.visit = Visit(
            session: session,
            token: token,
            form: form,
            caller: Caller(
                principal: session.principal,
                operation: context.operation,
                address: context.address,
                apiURL: self.parts.configuration.surroundings.apiURL
            )
        )
        return try await next(request, context)
    }
}
