/// The checked configuration of an action. The engine switches over it without `default`.
package enum ActionConfiguration: Sendable {
    case addHeaders(AddHeadersConfiguration)
    case basicAuth(BasicAuthConfiguration)
    case circuitBreaker(CircuitBreakerConfiguration)
    case closeConnection(CloseConnectionConfiguration)
    case compressResponse(CompressResponseConfiguration)
    case customResponse(CustomResponseConfiguration)
    case deny(DenyConfiguration)
    case forwardInternal(ForwardInternalConfiguration)
    case httpRequest(HTTPRequestConfiguration)
    case jwtValidation(JWTValidationConfiguration)
    case log(LogConfiguration)
    case oauth(OAuthConfiguration)
    case openIDConnect(OpenIDConnectConfiguration)
    case owaspCRSRequest(OWASPConfiguration)
    case owaspCRSResponse(OWASPConfiguration)
    case rateLimit(RateLimitConfiguration)
    case redirect(RedirectConfiguration)
    case removeHeaders(RemoveHeadersConfiguration)
    case requestBodyFindReplace(BodyFindReplaceConfiguration)
    case responseBodyFindReplace(BodyFindReplaceConfiguration)
    case restrictIPs(RestrictIPsConfiguration)
    case setVars(SetVarsConfiguration)
    case sseFindReplace(SSEFindReplaceConfiguration)
    case terminateTLS(TerminateTLSConfiguration)
    case urlRewrite(URLRewriteConfiguration)
    case verifyWebhook(VerifyWebhookConfiguration)

    package var type: ActionType {
        switch self {
        case .addHeaders: .addHeaders
        case .basicAuth: .basicAuth
        case .circuitBreaker: .circuitBreaker
        case .closeConnection: .closeConnection
        case .compressResponse: .compressResponse
        case .customResponse: .customResponse
        case .deny: .deny
        case .forwardInternal: .forwardInternal
        case .httpRequest: .httpRequest
        case .jwtValidation: .jwtValidation
        case .log: .log
        case .oauth: .oauth
        case .openIDConnect: .openIDConnect
        case .owaspCRSRequest: .owaspCRSRequest
        case .owaspCRSResponse: .owaspCRSResponse
        case .rateLimit: .rateLimit
        case .redirect: .redirect
        case .removeHeaders: .removeHeaders
        case .requestBodyFindReplace: .requestBodyFindReplace
        case .responseBodyFindReplace: .responseBodyFindReplace
        case .restrictIPs: .restrictIPs
        case .setVars: .setVars
        case .sseFindReplace: .sseFindReplace
        case .terminateTLS: .terminateTLS
        case .urlRewrite: .urlRewrite
        case .verifyWebhook: .verifyWebhook
        }
    }

    /// Whether nothing behind it in its rule can run (`spec/traffic-policy.md` 2.2).
    package var isTerminating: Bool {
        switch self {
        case .closeConnection, .customResponse, .deny: true
        case .forwardInternal(let forward): forward.onError == .halt
        case .addHeaders, .basicAuth, .circuitBreaker, .compressResponse, .httpRequest, .jwtValidation, .log, .oauth,
            .openIDConnect, .owaspCRSRequest, .owaspCRSResponse, .rateLimit, .redirect, .removeHeaders,
            .requestBodyFindReplace, .responseBodyFindReplace, .restrictIPs, .setVars, .sseFindReplace, .terminateTLS,
            .urlRewrite, .verifyWebhook:
            false
        }
    }
}

/// What happens when an action cannot do its work.
package enum FailurePolicy: String, Sendable, Hashable, CaseIterable {
    /// The exchange ends with the failure.
    case halt
    /// The failure stands in the action's result variables, and the next action runs.
    case `continue`
}
