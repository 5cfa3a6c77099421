package import TrafficPolicy

extension ActionPlace {
    /// The behaviour that goes with a configuration. Without `default`: the compiler names the action that is missing.
    ///
    /// - Throws: where it does not compile, or this edge cannot run it.
    func action(for configuration: ActionConfiguration) throws(PolicyProblem) -> any PolicyAction {
        switch configuration {
        case .addHeaders(let configuration): return try AddHeadersAction(configuration, self)
        case .deny(let configuration): return DenyAction(configuration, self)
        case .compressResponse(let configuration): return CompressResponseAction(configuration, self)
        case .requestBodyFindReplace(let configuration): return try BodyFindReplaceAction(configuration, .request, self)
        case .responseBodyFindReplace(let configuration):
            return try BodyFindReplaceAction(configuration, .response, self)
        case .sseFindReplace(let configuration): return try SSEFindReplaceAction(configuration, self)
        case .verifyWebhook(let configuration): return try VerifyWebhookAction(configuration, self)
        case .basicAuth, .circuitBreaker, .closeConnection, .customResponse, .forwardInternal, .httpRequest,
            .jwtValidation, .log, .oauth, .openIDConnect, .owaspCRSRequest, .owaspCRSResponse, .rateLimit, .redirect,
            .removeHeaders, .restrictIPs, .setVars, .terminateTLS, .urlRewrite:
            throw self.later(configuration.type)
        }
    }
}

extension PolicyProgram {
    /// The actions that have a behaviour here, for checking what is attached (``PolicyAttachment``).
    package static let runnable: Set<ActionType> = [
        .addHeaders, .deny, .compressResponse, .requestBodyFindReplace, .responseBodyFindReplace, .sseFindReplace,
        .verifyWebhook,
    ]
}
