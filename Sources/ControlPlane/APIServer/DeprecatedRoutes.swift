import APITypes
import Hummingbird
import Model

/// What the reference system had and gave up: it is told from paths that never were.
enum DeprecatedRoutes {
    static func add(to routes: RouterGroup<APIContext>) {
        for method in Method.allCases {
            for path in ["/edges", "/edges/**"] {
                routes.on(RouterPath(path), method: method.http) { _, _ -> Response in
                    throw Failure(.edgesGone, "There are no edges with routes and backends.")
                }
            }
        }
    }
}
