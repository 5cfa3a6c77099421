import HTTPTypes
import Hummingbird
import Logging
import Model
import WebComponents

/// The routes of the dashboard, made of the table of pages.
enum DashboardRouter {
    static func make(_ parts: DashboardParts, _ logger: Logger) -> Router<PageContext> {
        let router = Router(context: PageContext.self)
        router.add(middleware: SecurityHeaders())
        router.add(middleware: AnsweringPages(parts: parts, logger: logger))
        router.add(middleware: SameOrigin(parts: parts))
        AssetRoutes.add(to: router)
        let doors = DoorRoutes(parts: parts)
        doors.add(to: router)
        if let provider = parts.configuration.provider {
            ProviderRoutes(parts: parts, doors: doors, client: ProviderClient(provider)).add(to: router)
        }
        let inside = router.group().add(middleware: SignedIn(parts: parts))
        LiveRoutes(parts: parts).add(to: inside)
        for page in AllPages.routes { page.add(to: PageRoutes(parts: parts, routes: inside)) }
        return router
    }
}

/// Files of ours that are part of the program.
enum AssetRoutes {
    /// What lies below `/assets/`. A list by hand: a file that is not here is not served, and one that is missing does
    /// not compile.
    private static let assets = WebAsset.shared.merging(Self.own) { $1 }

    private static let own: [String: WebAsset] = [
        "dashboard.css": .style(PackageResources.dashboard_css),
        "dashboard.js": .script(PackageResources.dashboard_js),
        "live.js": .script(PackageResources.live_js),
        "keys.js": .script(PackageResources.keys_js),
        "policy.js": .script(PackageResources.policy_js),
    ]

    static func add(to router: Router<PageContext>) {
        router.get("/favicon.ico") { _, _ in Redirect.to("/assets/logo.svg") }
        router.get("/assets/{name}") { _, context in
            guard let asset = Self.assets[context.parameters.get("name") ?? ""] else {
                throw Failure(.pageUnknown, "There is no such file.")
            }
            var response = Response(
                status: .ok,
                headers: [.contentType: asset.type],
                body: ResponseBody(byteBuffer: .init(bytes: asset.bytes))
            )
            // They change with the program alone, and a browser that keeps one for a minute sees the same page.
            response.headers[.cacheControl] = "private, max-age=60"
            return response
        }
    }
}

/// Where a browser goes on.
enum Redirect {
    static func to(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path, .cacheControl: "no-store"])
    }

    /// A path of this dashboard that someone else has named; the overview where it is none.
    static func safe(_ path: String?) -> String {
        guard let path, path.hasPrefix("/"), !path.hasPrefix("//"), path.utf8.count <= 2000,
            path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return "/" }
        return path
    }
}
