package import TrafficPolicy

extension Policy {
    /// Whether an action of it counts something for its endpoint alone, so that two endpoints with this document need a
    /// program each.
    package var countsForItsEndpoint: Bool {
        PolicyPhase.allCases.contains { phase in
            self.rules(in: phase).contains { $0.actions.contains { $0.configuration.countsForItsEndpoint } }
        }
    }
}

extension ActionConfiguration {
    /// Without `default`: whoever adds an action says whether it keeps a state.
    fileprivate var countsForItsEndpoint: Bool {
        switch self {
        case .circuitBreaker, .rateLimit: true
        case .addHeaders, .basicAuth, .closeConnection, .compressResponse, .customResponse, .deny, .forwardInternal,
            .httpRequest, .jwtValidation, .log, .oauth, .openIDConnect, .owaspCRSRequest, .owaspCRSResponse, .redirect,
            .removeHeaders, .requestBodyFindReplace, .responseBodyFindReplace, .restrictIPs, .setVars, .sseFindReplace,
            .terminateTLS, .urlRewrite, .verifyWebhook:
            false
        }
    }
}
