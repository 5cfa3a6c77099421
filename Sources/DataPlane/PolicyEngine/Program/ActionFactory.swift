package import TrafficPolicy

extension ActionPlace {
    /// The behaviour that goes with a configuration. Without `default`: the compiler names the action that is missing.
    ///
    /// - Throws: where it does not compile, or this edge cannot run it.
    func action(for configuration: ActionConfiguration) throws(PolicyProblem) -> any PolicyAction {
        switch configuration {
        case .addHeaders(let configuration): return try AddHeadersAction(configuration, self)
        case .deny(let configuration): return DenyAction(configuration, self)
        case .verifyWebhook(let configuration): return try VerifyWebhookAction(configuration, self)
        case .basicAuth, .circuitBreaker, .closeConnection, .compressResponse, .customResponse, .forwardInternal,
            .httpRequest, .jwtValidation, .log, .oauth, .openIDConnect, .owaspCRSRequest, .owaspCRSResponse, .rateLimit,
            .redirect, .removeHeaders, .requestBodyFindReplace, .responseBodyFindReplace, .restrictIPs, .setVars,
            .sseFindReplace, .terminateTLS, .urlRewrite:
            throw self.later(configuration.type)
        }
    }
}

extension PolicyProgram {
    /// The actions that have a behaviour here, for checking what is attached (``PolicyAttachment``).
    package static let runnable: Set<ActionType> = [.addHeaders, .deny, .verifyWebhook]
}
