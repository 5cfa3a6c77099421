import APITypes
import Control
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Model

/// The routes of the API, made of the table of resources.
enum APIRouter {
    static func make(
        _ configuration: APIServerConfiguration,
        _ limits: APILimits,
        _ control: Control,
        _ logger: Logger
    ) -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        router.add(middleware: AnsweringOrigins())
        router.add(middleware: AnsweringFailures(logger: logger))
        RootRoutes(control: control, configuration: configuration).addOpen(to: router)
        let api = router.group()
            .add(middleware: Authenticating(control, configuration, limits))
            .add(middleware: CheckingVersion())
        RootRoutes(control: control, configuration: configuration).add(to: api)
        DeprecatedRoutes.add(to: api)
        for path in ["/", "/self"] { self.refuseOthers(than: [.get], at: path, in: api) }
        for resource in control.resources {
            self.add(resource, to: api, configuration)
        }
        return router
    }

    private static func add(
        _ resource: any APIResource,
        to routes: RouterGroup<APIContext>,
        _ configuration: APIServerConfiguration
    ) {
        let shape = resource.shape
        var methods: [String: [Method]] = [:]
        for verb in shape.verbs {
            let path = verb.namesOne ? "/\(shape.path)/{id}" : "/\(shape.path)"
            methods[path, default: []].append(verb.method)
            let calls = ResourceCalls(resource: resource, configuration: configuration)
            routes.on(RouterPath(path), method: verb.method.http) { request, context in
                try await calls.answer(verb, request, context)
            }
        }
        for operation in shape.operations {
            let path = "/\(shape.path)/\(operation.path)"
            methods[path, default: []].append(operation.method)
            let calls = ResourceCalls(resource: resource, configuration: configuration)
            routes.on(RouterPath(path), method: operation.method.http) { request, context in
                try await calls.answer(operation, request, context)
            }
        }
        for (path, allowed) in methods { Self.refuseOthers(than: allowed, at: path, in: routes) }
    }

    /// Methods that no path has: those of RFC 9110, and the one for questions with a body that is to come beside them.
    private static let unused: [HTTPRequest.Method] =
        [.head, .options, .trace] + [HTTPRequest.Method(rawValue: "QUERY")].compactMap(\.self)

    /// Methods that a path does not have are told from paths that are not there.
    private static func refuseOthers(than allowed: [Method], at path: String, in routes: RouterGroup<APIContext>) {
        let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
        let others = Method.allCases.filter { !allowed.contains($0) }.map(\.http) + Self.unused
        for method in others {
            routes.on(RouterPath(path), method: method) { _, context in
                let failure = Failure(.apiMethod, "There is no \(method.rawValue) of \(path).")
                var response = Answer.failure(failure, context)
                response.headers[.allow] = names
                return response
            }
        }
    }
}

extension Method {
    var http: HTTPRequest.Method {
        switch self {
        case .get: .get
        case .post: .post
        case .patch: .patch
        case .put: .put
        case .delete: .delete
        }
    }
}
