import Control
import Foundation
import Hummingbird
import Model

/// One request of somebody who is signed in, as a page is asked.
struct PageRequest: Sendable {
    let parts: DashboardParts
    let visit: Visit
    let path: String
    let query: FormFields
    let theme: String?
    /// What links to this dashboard begin with.
    let origin: String
    private let captured: [String: String]

    init(_ parts: DashboardParts, _ request: Request, _ context: PageContext) throws(Failure) {
        guard let visit = context.visit else { throw Failure(.signedOut, "Nobody is signed in.") }
        self.parts = parts
        self.visit = visit
        self.path = request.uri.path
        self.query = try FormFields(parsing: request.uri.query ?? "")
        self.theme = Cookies.theme(in: request)
        self.origin = parts.configuration.publicURL ?? "https://\(request.head.authority ?? "localhost")"
        self.captured = Dictionary(
            context.parameters.map { (String($0.key), String($0.value)) },
            uniquingKeysWith: { $1 }
        )
    }

    var control: Control { self.parts.control }
    var caller: Caller { self.visit.caller }
    var form: FormFields { self.visit.form }
    var rights: MemberRights { self.visit.session.principal.rights }

    /// What the path has for the name in braces.
    func captured(_ name: String) -> String { self.captured[name] ?? "" }

    func render(_ template: String, _ view: Any) -> HTML { self.parts.templates.render(template, view) }

    /// Why the user may change nothing; nil where they may.
    var refusalToChange: String? {
        self.rights.mayChange ? nil : "Your role is reader: developers and administrators do this."
    }

    var refusalToAdminister: String? {
        self.rights.isAdministrator ? nil : "Only administrators of the account do this."
    }
}

/// What a page answers.
enum PageAnswer {
    case page(PageView)
    case redirect(String)
    case response(Response)

    static func redirect(_ path: String, done: String) -> PageAnswer {
        .redirect(PercentEncoding.address(path, [("done", done)]))
    }
}

/// One page, or several that belong together.
protocol DashboardPage: Sendable {
    func add(to routes: PageRoutes)
}

/// Where pages put their routes.
struct PageRoutes {
    typealias Handler = @Sendable (PageRequest) async throws(Failure) -> PageAnswer

    let parts: DashboardParts
    let routes: RouterGroup<PageContext>

    func get(_ path: String, _ handler: @escaping Handler) {
        self.routes.get(RouterPath(path), use: self.answering(handler))
        self.routes.head(RouterPath(path), use: self.answering(handler))
    }

    func post(_ path: String, _ handler: @escaping Handler) {
        self.routes.post(RouterPath(path), use: self.answering(handler))
    }

    private func answering(
        _ handler: @escaping Handler
    ) -> @Sendable (Request, PageContext) async throws -> Response {
        { [parts] request, context in
            let page = try PageRequest(parts, request, context)
            switch try await handler(page) {
            case .page(let view):
                return .html(page.render("frame", FrameView(view, page)), status: view.status)
            case .redirect(let path): return Redirect.to(path)
            case .response(let response): return response
            }
        }
    }
}
