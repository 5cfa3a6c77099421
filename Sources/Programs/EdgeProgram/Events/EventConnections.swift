import Addressing
import EventDelivery
import Model
import NIOCore
import NIOPosix
import Outbound
import PolicyEngine

/// What carries events to destinations: the same connections, checked in the same way, as the requests of policies.
struct EventConnections: EventTransport {
    /// Of an answer's body; more is a failure of the request.
    private static let answerBytes = 64 << 10

    /// For all of one request.
    private let patience: TimeAmount
    private let rules: OutboundRules
    private let requester: OutboundRequester
    private let resolver = SystemResolver()
    let authorities: String

    /// - Throws: `configurationInvalid` where the authorities cannot be used.
    init(_ configuration: EventsConfiguration, patience: TimeAmount = .seconds(10)) throws(Failure) {
        self.patience = patience
        var rules = OutboundRules(ports: Set(1 ... .max), opened: configuration.networks)
        rules.schemes = ["http", "https"]
        self.rules = rules
        self.authorities =
            try configuration.authorities.map { (path) throws(Failure) in
                try PEMFile.contents(of: path, setting: "events.authorities")
            } ?? ""
        var outbound = OutboundConfiguration()
        outbound.isOpen = true
        outbound.rules = rules
        outbound.authorities = self.authorities
        self.requester = try OutboundRequester(outbound)
    }

    func post(_ post: EventPost) async throws(DeliveryError) -> EventAnswer {
        let request = PolicyRequest(
            method: "POST",
            url: post.url,
            fields: post.fields.map { ($0.name, $0.value) },
            body: ByteBuffer(bytes: post.body),
            account: post.account,
            deadline: .now() + self.patience,
            answerBytes: Self.answerBytes
        )
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        do {
            let answer = try await self.requester.send(request, on: eventLoop).get()
            return EventAnswer(status: answer.status, bytes: Array(answer.body.readableBytesView))
        } catch let error as PolicyRequestError {
            throw .failed(Self.text(of: error))
        } catch {
            throw .failed("\(error)")
        }
    }

    private static func text(of error: PolicyRequestError) -> String {
        switch error {
        case .refused(let reason), .failed(let reason): reason
        case .timedOut: "no answer in time"
        case .tooLarge: "the answer is too large"
        }
    }

    func addresses(of host: String, port: UInt16) async throws(DeliveryError) -> [IPAddress] {
        if let address = try? IPAddress(parsing: host) {
            guard self.permits(address) else { throw .failed("\(address) is not a public address") }
            return [address]
        }
        let found: [IPAddress]
        do {
            let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
            found = try await self.resolver.addresses(of: host, on: eventLoop).get()
        } catch {
            throw .failed("\(host) could not be looked up")
        }
        guard !found.isEmpty else { throw .failed("\(host) has no address") }
        if let refused = found.first(where: { !self.permits($0) }) {
            throw .failed("\(host) leads to \(refused), which is not a public address")
        }
        return found
    }

    func permits(_ address: IPAddress) -> Bool { self.rules.permit(address, scheme: "https") }
}
