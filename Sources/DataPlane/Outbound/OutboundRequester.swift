import Addressing
package import Model
import NIOConcurrencyHelpers
package import NIOCore
import NIOSSL
package import PolicyEngine

/// Sends the requests that policies make, and those that the edge makes for them, to hosts outside.
///
/// Connections go to addresses that were checked after their name was looked up. They are made and kept on the event loop
/// of who asks. Nothing takes longer than the request's deadline, and nothing is read beyond its bounds.
package final class OutboundRequester: PolicyRequester {
    private let configuration: OutboundConfiguration
    private let surroundings: OutboundSurroundings
    private let slots: RequestSlots
    /// Of each event loop that has asked.
    private let idle = NIOLockedValueBox<[ObjectIdentifier: NIOLoopBound<IdleConnections>]>([:])

    /// - Throws: where an authority cannot be read.
    package init(
        _ configuration: OutboundConfiguration,
        resolver: any NameResolver = SystemResolver()
    ) throws(Failure) {
        self.configuration = configuration
        self.surroundings = OutboundSurroundings(
            resolver: resolver,
            tls: try Self.context(configuration.authorities)
        )
        self.slots = RequestSlots(total: configuration.requests, perAccount: configuration.requestsPerAccount)
    }

    package func send(_ request: PolicyRequest, on eventLoop: any EventLoop) -> EventLoopFuture<PolicyAnswer> {
        let rules = self.rules(for: request.origin)
        let target: OutboundURL
        do throws(PolicyRequestError) {
            target = try self.target(of: request, by: rules)
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
        guard self.slots.take(request.account) else {
            return eventLoop.makeFailedFuture(
                PolicyRequestError.failed("as many requests of policies are under way as may be")
            )
        }
        let promise = eventLoop.makePromise(of: PolicyAnswer.self)
        promise.futureResult.whenComplete { [slots] _ in slots.free(request.account) }
        eventLoop.execute {
            OutboundAttempt(
                request,
                to: target,
                by: rules,
                in: self.surroundings,
                idle: self.idleConnections(of: eventLoop),
                eventLoop: eventLoop,
                promise: promise
            ).start()
        }
        return promise.futureResult
    }

    /// Called on the event loop.
    private func idleConnections(of eventLoop: any EventLoop) -> IdleConnections {
        self.idle.withLockedValue { idle in
            let id = ObjectIdentifier(eventLoop)
            if let known = idle[id] { return known }
            let made = NIOLoopBound(IdleConnections(eventLoop: eventLoop), eventLoop: eventLoop)
            idle[id] = made
            return made
        }.value
    }

    /// Providers are asked as they are on the Internet, whatever policies may ask; key sets and those who log visitors in
    /// wherever their server is.
    private func rules(for origin: PolicyRequest.Origin) -> OutboundRules {
        switch origin {
        case .policy: self.configuration.rules
        case .keySet:
            OutboundRules(ports: Self.allPorts, opened: self.configuration.rules.opened)
        case .login: self.loginRules
        case .provider: OutboundRules(schemes: ["https"], ports: [443], opened: self.configuration.rules.opened)
        }
    }

    /// Those of key sets; what has secrets in it goes to the Internet under TLS alone.
    private var loginRules: OutboundRules {
        var rules = OutboundRules(ports: Self.allPorts, opened: self.configuration.rules.opened)
        rules.plainOnlyToOpened = true
        return rules
    }

    private static let allPorts = Set<UInt16>(1 ... .max)

    /// What is wrong with a target by its text alone ends here.
    private func target(
        of request: PolicyRequest,
        by rules: OutboundRules
    ) throws(PolicyRequestError) -> OutboundURL {
        guard self.configuration.isOpen || request.origin != .policy else {
            throw .refused("hosts outside are not open to policies of this edge")
        }
        do throws(OutboundURLError) {
            return try OutboundURL(parsing: request.url, rules: rules)
        } catch {
            throw .refused("the URL \(error.problem)")
        }
    }

    private static func context(_ authorities: String) throws(Failure) -> NIOSSLContext {
        do {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            configuration.shutdownTimeout = .seconds(1)
            if !authorities.isEmpty {
                let certificates = try NIOSSLCertificate.fromPEMBytes(Array(authorities.utf8))
                configuration.additionalTrustRoots = [.certificates(certificates)]
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Failure(
                .configurationInvalid,
                "policy.outbound.authorities: the certificates cannot be read.",
                detail: "\(error)",
                cause: error
            )
        }
    }
}

/// What all requests share.
struct OutboundSurroundings: Sendable {
    let resolver: any NameResolver
    let tls: NIOSSLContext
}
