import HTTPTypes
import Hummingbird
import NIOCore
import WebComponents

/// The pages of the inspector, and what they are made of: files of ours that are part of the program.
struct PageRoutes: Sendable {
    /// What lies below `/assets/`. A list by hand: a file that is not here is not served, and one that is missing does
    /// not compile.
    private static let assets = WebAsset.shared.merging(Self.own) { $1 }

    private static let own: [String: WebAsset] = [
        "inspector.css": .style(PackageResources.inspector_css),
        "api.js": .script(PackageResources.api_js),
        "body.js": .script(PackageResources.body_js),
        "compare.js": .script(PackageResources.compare_js),
        "curl.js": .script(PackageResources.curl_js),
        "detail.js": .script(PackageResources.detail_js),
        "dom.js": .script(PackageResources.dom_js),
        "editor.js": .script(PackageResources.editor_js),
        "filter.js": .script(PackageResources.filter_js),
        "format.js": .script(PackageResources.format_js),
        "har.js": .script(PackageResources.har_js),
        "inspect.js": .script(PackageResources.inspect_js),
        "json.js": .script(PackageResources.json_js),
        "list.js": .script(PackageResources.list_js),
        "message.js": .script(PackageResources.message_js),
        "secrets.js": .script(PackageResources.secrets_js),
        "shell.js": .script(PackageResources.shell_js),
        "status.js": .script(PackageResources.status_js),
    ]

    private static let inspect = WebAsset.page(PackageResources.inspect_html)
    private static let status = WebAsset.page(PackageResources.status_html)

    func add(to router: Router<BasicRequestContext>) {
        router.get("/") { _, _ in
            Response(status: .seeOther, headers: [.location: "/inspect/http", .cacheControl: "no-store"])
        }
        router.get("/inspect/http") { _, _ in Self.answer(Self.inspect) }
        router.get("/status") { _, _ in Self.answer(Self.status) }
        router.get("/favicon.ico") { _, _ in
            Response(status: .seeOther, headers: [.location: "/assets/logo.svg", .cacheControl: "no-cache"])
        }
        router.get("/assets/{name}") { request, context in
            guard let asset = Self.assets[context.parameters.get("name") ?? ""] else {
                throw LocalFailure.unknown("page \(request.uri.path)")
            }
            return Self.answer(asset)
        }
    }

    /// What was captured came from strangers: nothing in a page may run but our own modules, whatever a page is made
    /// to contain. Images of bodies are shown from memory, hence `blob:`.
    private static let contentSecurityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
        form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
        trusted-types 'none'
        """

    private static func answer(_ asset: WebAsset) -> Response {
        var headers: HTTPFields = [
            .contentType: asset.type, .cacheControl: "no-cache", .contentSecurityPolicy: Self.contentSecurityPolicy,
            .xContentTypeOptions: "nosniff",
        ]
        for (name, value) in [
            ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ] {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes))
        )
    }
}
