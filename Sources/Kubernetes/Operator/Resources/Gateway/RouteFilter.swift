package import KubernetesClient

/// What is done to a request or its response, beside sending it on.
package struct RouteFilter: Codable, Sendable, Hashable {
    package var type: String
    package var requestHeaderModifier: HeaderModifier?
    package var responseHeaderModifier: HeaderModifier?
    package var requestRedirect: Redirect?
    package var urlRewrite: URLRewrite?
    package var requestMirror: Mirror?
    package var cors: CORS?
    package var extensionRef: ExtensionRef?

    package struct HeaderModifier: Codable, Sendable, Hashable {
        @OrEmpty package var set: [Header]
        @OrEmpty package var add: [Header]
        @OrEmpty package var remove: [String]
    }

    package struct Header: Codable, Sendable, Hashable {
        package var name: String
        package var value: String
    }

    package struct Redirect: Codable, Sendable, Hashable {
        package var scheme: String?
        package var hostname: String?
        package var path: PathModifier?
        package var port: Int?
        package var statusCode: Int?
    }

    package struct URLRewrite: Codable, Sendable, Hashable {
        package var hostname: String?
        package var path: PathModifier?
    }

    package struct PathModifier: Codable, Sendable, Hashable {
        package var type: String
        package var replaceFullPath: String?
        package var replacePrefixMatch: String?
    }

    package struct Mirror: Codable, Sendable, Hashable {
        package var backendRef: BackendTarget
    }

    package struct BackendTarget: Codable, Sendable, Hashable {
        package var group: String?
        package var kind: String?
        package var name: String
        package var namespace: String?
        package var port: Int?
    }

    package struct CORS: Codable, Sendable, Hashable {
        @OrEmpty package var allowOrigins: [String]
        @OrEmpty package var allowMethods: [String]
        @OrEmpty package var allowHeaders: [String]
        @OrEmpty package var exposeHeaders: [String]
        package var allowCredentials: Bool?
        package var maxAge: Int?
    }

    package struct ExtensionRef: Codable, Sendable, Hashable {
        package var group: String
        package var kind: String
        package var name: String
    }
}
