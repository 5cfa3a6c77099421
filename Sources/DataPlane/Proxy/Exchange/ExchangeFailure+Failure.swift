import Model

extension ExchangeFailure {
    /// The one place where an upstream's failing becomes an answer for the visitor.
    var failure: Failure {
        switch self {
        case .notSent(.connectTimedOut):
            Failure(.upstreamConnectTimeout, "The service behind this endpoint did not accept a connection in time.")
        case .notSent(let end):
            Failure(.upstreamRefused, "The service behind this endpoint could not be reached.", detail: "\(end)")
        case .keptConnectionClosed:
            Failure(.upstreamInvalidResponse, "The service closed the connection before it answered.")
        case .agentRefusal:
            Failure(.agentUnreachableUpstream, "The agent could not connect to the service that it forwards to.")
        case .noAnswer(.sessionLost):
            Failure(.agentStreamFailed, "The agent's connection was lost before the service answered.")
        case .noAnswer(.unresponsive):
            Failure(.agentUnresponsive, "The agent did not take the request.")
        case .noAnswer(let end):
            Failure(.upstreamInvalidResponse, "The service closed the connection before it answered.", detail: "\(end)")
        case .malformedAnswer:
            Failure(.upstreamInvalidResponse, "The service answered something that is not valid HTTP.")
        case .brokenOff:
            Failure(.upstreamInvalidResponse, "The service broke off its answer.")
        }
    }
}
