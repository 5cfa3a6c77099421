import HTTPTypes
import Hummingbird
import NIOCore

/// The pages of the inspector, and what they are made of: files of ours that are part of the program.
struct PageRoutes: Sendable {
    /// A page's file as a browser gets it.
    private struct Asset: Sendable {
        let type: String
        let bytes: [UInt8]
    }

    private static let script = "text/javascript; charset=utf-8"
    private static let style = "text/css; charset=utf-8"

    /// What lies below `/assets/`. A list by hand: a file that is not here is not served, and one that is missing does
    /// not compile.
    private static let assets: [String: Asset] = [
        "tokens.css": Asset(type: Self.style, bytes: PackageResources.tokens_css),
        "parts.css": Asset(type: Self.style, bytes: PackageResources.parts_css),
        "inspector.css": Asset(type: Self.style, bytes: PackageResources.inspector_css),
        "logo.svg": Asset(type: "image/svg+xml", bytes: PackageResources.logo_svg),
        "api.js": Asset(type: Self.script, bytes: PackageResources.api_js),
        "body.js": Asset(type: Self.script, bytes: PackageResources.body_js),
        "compare.js": Asset(type: Self.script, bytes: PackageResources.compare_js),
        "curl.js": Asset(type: Self.script, bytes: PackageResources.curl_js),
        "detail.js": Asset(type: Self.script, bytes: PackageResources.detail_js),
        "dom.js": Asset(type: Self.script, bytes: PackageResources.dom_js),
        "editor.js": Asset(type: Self.script, bytes: PackageResources.editor_js),
        "filter.js": Asset(type: Self.script, bytes: PackageResources.filter_js),
        "format.js": Asset(type: Self.script, bytes: PackageResources.format_js),
        "har.js": Asset(type: Self.script, bytes: PackageResources.har_js),
        "inspect.js": Asset(type: Self.script, bytes: PackageResources.inspect_js),
        "json.js": Asset(type: Self.script, bytes: PackageResources.json_js),
        "list.js": Asset(type: Self.script, bytes: PackageResources.list_js),
        "message.js": Asset(type: Self.script, bytes: PackageResources.message_js),
        "secrets.js": Asset(type: Self.script, bytes: PackageResources.secrets_js),
        "shell.js": Asset(type: Self.script, bytes: PackageResources.shell_js),
        "status.js": Asset(type: Self.script, bytes: PackageResources.status_js),
    ]

    private static let inspect = Asset(type: "text/html; charset=utf-8", bytes: PackageResources.inspect_html)
    private static let status = Asset(type: "text/html; charset=utf-8", bytes: PackageResources.status_html)

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

    private static func answer(_ asset: Asset) -> Response {
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
