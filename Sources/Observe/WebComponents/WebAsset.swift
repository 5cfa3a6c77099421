/// A file of a page, as a browser gets it. It is part of the program.
package struct WebAsset: Sendable {
    package let type: String
    package let bytes: [UInt8]

    package init(type: String, bytes: [UInt8]) {
        self.type = type
        self.bytes = bytes
    }

    package static func script(_ bytes: [UInt8]) -> WebAsset {
        WebAsset(type: "text/javascript; charset=utf-8", bytes: bytes)
    }

    package static func style(_ bytes: [UInt8]) -> WebAsset {
        WebAsset(type: "text/css; charset=utf-8", bytes: bytes)
    }

    package static func page(_ bytes: [UInt8]) -> WebAsset {
        WebAsset(type: "text/html; charset=utf-8", bytes: bytes)
    }

    /// What the dashboard and the agent's inspector have in common: tokens, parts, and the mark.
    package static let shared: [String: WebAsset] = [
        "tokens.css": .style(PackageResources.tokens_css),
        "parts.css": .style(PackageResources.parts_css),
        "logo.svg": WebAsset(type: "image/svg+xml", bytes: PackageResources.logo_svg),
    ]
}
