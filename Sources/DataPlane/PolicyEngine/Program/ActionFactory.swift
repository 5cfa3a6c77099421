package import TrafficPolicy

extension ActionPlace {
    /// The behaviour that goes with a configuration. Without `default`: the compiler names the action that is missing.
    ///
    /// - Throws: where it does not compile, or this edge cannot run it.
    func action(for configuration: ActionConfiguration) throws(PolicyProblem) -> any PolicyAction {
        switch configuration {
        case .addHeaders(let configuration): return try AddHeadersAction(configuration, self)
        case .basicAuth(let configuration): return try BasicAuthAction(configuration, self)
        case .circuitBreaker(let configuration): return CircuitBreakerAction(configuration)
        case .closeConnection: return CloseConnectionAction()
        case .compressResponse(let configuration): return CompressResponseAction(configuration, self)
        case .customResponse(let configuration): return try CustomResponseAction(configuration, self)
        case .deny(let configuration): return DenyAction(configuration)
        case .forwardInternal(let configuration): return try ForwardInternalAction(configuration, self)
        case .httpRequest(let configuration): return try HTTPRequestAction(configuration, self)
        case .jwtValidation(let configuration): return try JWTValidationAction(configuration, self)
        case .log(let configuration): return try LogAction(configuration, self)
        case .owaspCRSRequest(let configuration): return FirewallAction(configuration, .request)
        case .owaspCRSResponse(let configuration): return FirewallAction(configuration, .response)
        case .rateLimit(let configuration): return try RateLimitAction(configuration, self)
        case .redirect(let configuration): return try RedirectAction(configuration, self)
        case .removeHeaders(let configuration): return RemoveHeadersAction(configuration)
        case .requestBodyFindReplace(let configuration): return try BodyFindReplaceAction(configuration, .request, self)
        case .responseBodyFindReplace(let configuration):
            return try BodyFindReplaceAction(configuration, .response, self)
        case .restrictIPs(let configuration): return try RestrictIPsAction(configuration, self)
        case .setVars(let configuration): return try SetVarsAction(configuration, self)
        case .sseFindReplace(let configuration): return try SSEFindReplaceAction(configuration, self)
        case .terminateTLS(let configuration): return try TerminateTLSAction(configuration, self)
        case .urlRewrite(let configuration): return try URLRewriteAction(configuration, self)
        case .verifyWebhook(let configuration): return try VerifyWebhookAction(configuration, self)
        case .oauth(let configuration): return try LoginAction(configuration, self)
        case .openIDConnect(let configuration): return try LoginAction(configuration, self)
        }
    }
}

extension PolicyProgram {
    /// The actions that have a behaviour here, for checking what is attached (``PolicyAttachment``).
    package static let runnable: Set<ActionType> = [
        .addHeaders, .basicAuth, .circuitBreaker, .closeConnection, .compressResponse, .customResponse, .deny,
        .forwardInternal, .httpRequest, .jwtValidation, .log, .oauth, .openIDConnect, .owaspCRSRequest,
        .owaspCRSResponse, .rateLimit, .redirect, .removeHeaders, .requestBodyFindReplace, .responseBodyFindReplace,
        .restrictIPs, .setVars, .sseFindReplace, .terminateTLS, .urlRewrite, .verifyWebhook,
    ]
}
