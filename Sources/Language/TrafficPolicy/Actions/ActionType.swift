/// The actions of the policy language (`spec/traffic-policy.md` 4). The raw values are the types in documents.
package enum ActionType: String, Sendable, Hashable, CaseIterable {
    case addHeaders = "add-headers"
    case basicAuth = "basic-auth"
    case circuitBreaker = "circuit-breaker"
    case closeConnection = "close-connection"
    case compressResponse = "compress-response"
    case customResponse = "custom-response"
    case deny
    case forwardInternal = "forward-internal"
    case httpRequest = "http-request"
    case jwtValidation = "jwt-validation"
    case log
    case oauth
    case openIDConnect = "openid-connect"
    case owaspCRSRequest = "owasp-crs-request"
    case owaspCRSResponse = "owasp-crs-response"
    case rateLimit = "rate-limit"
    case redirect
    case removeHeaders = "remove-headers"
    case requestBodyFindReplace = "request-body-find-replace"
    case responseBodyFindReplace = "response-body-find-replace"
    case restrictIPs = "restrict-ips"
    case setVars = "set-vars"
    case sseFindReplace = "sse-find-replace"
    case terminateTLS = "terminate-tls"
    case urlRewrite = "url-rewrite"
    case verifyWebhook = "verify-webhook"

    /// Actions of the reference system that are refused here, so that nobody believes that they work.
    static let refused: Set<String> = ["saml", "ai-gateway"]
    /// Other names that are read as one of these.
    static let aliases: [String: ActionType] = ["oidc": .openIDConnect]

    /// The action's row of the table.
    package var description: ActionDescription {
        switch self {
        case .addHeaders: AddHeadersConfiguration.description
        case .basicAuth: BasicAuthConfiguration.description
        case .circuitBreaker: CircuitBreakerConfiguration.description
        case .closeConnection: CloseConnectionConfiguration.description
        case .compressResponse: CompressResponseConfiguration.description
        case .customResponse: CustomResponseConfiguration.description
        case .deny: DenyConfiguration.description
        case .forwardInternal: ForwardInternalConfiguration.description
        case .httpRequest: HTTPRequestConfiguration.description
        case .jwtValidation: JWTValidationConfiguration.description
        case .log: LogConfiguration.description
        case .oauth: OAuthConfiguration.description
        case .openIDConnect: OpenIDConnectConfiguration.description
        case .owaspCRSRequest: OWASPConfiguration.requestDescription
        case .owaspCRSResponse: OWASPConfiguration.responseDescription
        case .rateLimit: RateLimitConfiguration.description
        case .redirect: RedirectConfiguration.description
        case .removeHeaders: RemoveHeadersConfiguration.description
        case .requestBodyFindReplace: BodyFindReplaceConfiguration.requestDescription
        case .responseBodyFindReplace: BodyFindReplaceConfiguration.responseDescription
        case .restrictIPs: RestrictIPsConfiguration.description
        case .setVars: SetVarsConfiguration.description
        case .sseFindReplace: SSEFindReplaceConfiguration.description
        case .terminateTLS: TerminateTLSConfiguration.description
        case .urlRewrite: URLRewriteConfiguration.description
        case .verifyWebhook: VerifyWebhookConfiguration.description
        }
    }
}
