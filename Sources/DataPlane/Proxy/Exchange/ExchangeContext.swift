import Addressing
import Events
import Expression
import Foundation
import Model
import PolicyEngine

/// What all exchanges of one visitor's connection share. Lives on the connection's event loop.
final class ExchangeContext {
    /// Idle links that a connection keeps for itself, where they may serve no other.
    private static let ownLinksLimit = 16
    /// Endpoints of which a connection remembers that it has passed their rules.
    private static let judgementsLimit = 16

    let loop: ProxyLoop
    let visitor: Visitor
    let scheme: EndpointScheme
    let forwarded: ForwardedFields
    /// The name that the visitor asked for in its TLS handshake, in small letters.
    let serverName: [UInt8]?
    private var ownLinks: [HTTP1Link] = []
    private var ownConnections: [HTTP2UpstreamConnection] = []

    /// Bytes from and to the visitor on this connection so far.
    private(set) var bytesIn = 0
    private(set) var bytesOut = 0
    private let start = Timestamp.now()
    /// What policies are told of the connection; made when the first of them asks.
    private(set) lazy var facts = self.makeFacts()
    /// How many requests of policies have led here; 0 for visitors.
    private let policyHops: Int
    /// The endpoints whose rules for connections this one has passed.
    private(set) var judgements: [ConnectionJudgement] = []
    /// Whose endpoint the last of its requests was for.
    private var account: ResourceID<AccountKind>?
    /// The restriction that the visitor was found to pass last.
    private var passed: VisitorRestriction?

    init(
        loop: ProxyLoop,
        visitor: Visitor,
        serverName: String?,
        judged: ConnectionJudgement? = nil,
        policyHops: Int = 0
    ) {
        self.loop = loop
        self.policyHops = policyHops
        self.visitor = visitor
        self.scheme = visitor.isSecure ? .https : .http
        self.forwarded = ForwardedFields(address: visitor.addressText, proto: visitor.isSecure ? "https" : "http")
        self.serverName = serverName.map { Array($0.utf8) }
        if let judged { self.judgements = [judged] }
    }

    func noteIn(_ count: Int) {
        self.bytesIn += count
        self.loop.counters.bytesIn += count
    }

    func noteOut(_ count: Int) {
        self.bytesOut += count
        self.loop.counters.bytesOut += count
    }

    private func makeFacts() -> ConnectionFacts {
        let facts =
            self.judgements.first?.policy.connection
            ?? ConnectionFacts(
                of: self.visitor,
                serverName: self.serverName,
                since: self.start,
                in: self.loop.environment
            )
        facts.policyHops = self.policyHops
        facts.noteHandshake()
        return facts
    }

    /// What the rules of `gate` for connections left, which run when it is first asked.
    ///
    /// - Returns: nil where they refuse the connection.
    func judgement(at gate: EndpointGate) -> ConnectionJudgement? {
        if let known = self.judgements.first(where: { $0.gate === gate }) { return known }
        guard case .passes(let made) = self.loop.judge(self.facts, at: gate) else { return nil }
        if self.judgements.count == Self.judgementsLimit { self.report(self.judgements.removeFirst()) }
        self.judgements.append(made)
        return made
    }

    /// Whether the visitor's address may come to the endpoint; looked up once for a connection.
    func mayVisit(_ upstream: Upstream) -> Bool {
        guard let restriction = upstream.restriction, restriction !== self.passed else { return true }
        guard restriction.allows(self.visitor) else { return false }
        self.passed = restriction
        return true
    }

    /// An idle link to `upstream` that this connection has kept.
    func takeOwnLink(to upstream: Upstream) -> HTTP1Link? {
        guard let index = self.ownLinks.lastIndex(where: { $0.upstream === upstream }) else { return nil }
        return self.ownLinks.remove(at: index)
    }

    /// A stream to an upstream that speaks HTTP/2, over a connection that is there or a new one; nil where there is no
    /// way to it.
    func takeStream(to upstream: Upstream) -> HTTP2Link? {
        if upstream.sharesLinks { return upstream.openStream(for: self.visitor) }
        self.ownConnections.removeAll { !$0.isUsable }
        if let own = self.ownConnections.first(where: { $0.upstream === upstream && $0.hasRoom }) {
            return own.makeLink()
        }
        guard let connection = upstream.openConnection(for: self.visitor) else { return nil }
        self.ownConnections.append(connection)
        return connection.makeLink()
    }

    /// One of the connection's requests was for an endpoint of this account.
    func note(_ account: ResourceID<AccountKind>) { self.account = account }

    /// The connection is over: nobody else may use its links.
    func end() {
        self.reportToSubscribers()
        for judgement in self.judgements { self.report(judgement) }
        self.judgements = []
        let links = self.ownLinks
        self.ownLinks = []
        for link in links {
            link.owner = nil
            link.abandon()
        }
        for connection in self.ownConnections { connection.retire() }
        self.ownConnections = []
    }

    /// Lets go of what leads to endpoints that take nobody new for the moment.
    func letGoOfHeld() {
        for link in self.ownLinks where link.upstream.isHeld { link.abandon() }
        for connection in self.ownConnections where connection.upstream.isHeld { connection.retire() }
        self.ownConnections.removeAll { !$0.isUsable }
    }

    /// Tells those who want to know of connections, too; what led to no endpoint is nobody's.
    private func reportToSubscribers() {
        guard let subscribers = self.loop.subscribers, let account = self.account, self.policyHops == 0 else { return }
        self.account = nil
        var connection = TrafficEvent.Connection(self.facts)
        (connection.bytesIn, connection.bytesOut) = (self.bytesIn, self.bytesOut)
        let judged = self.judgements.first.map { TrafficEvent.Policy($0.policy.record) }
        subscribers.record(
            TrafficEvent(of: account, at: Date(), connection: connection, policy: judged ?? .init())
        )
    }

    private func report(_ judgement: ConnectionJudgement) {
        judgement.report(in: self.loop.environment, bytesIn: self.bytesIn, bytesOut: self.bytesOut)
    }
}

extension ExchangeContext: LinkOwner {
    func linkIsIdle(_ link: HTTP1Link) {
        if self.ownLinks.count == Self.ownLinksLimit {
            let oldest = self.ownLinks.removeFirst()
            oldest.owner = nil
            oldest.abandon()
        }
        self.ownLinks.append(link)
    }

    func linkIsOver(_ link: HTTP1Link) {
        self.ownLinks.removeAll { $0 === link }
    }
}
