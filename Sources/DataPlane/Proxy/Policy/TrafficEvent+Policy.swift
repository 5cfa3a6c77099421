import Addressing
import Events
import Expression
import Foundation
import PolicyEngine
import TrafficPolicy

extension PolicyEnvironment {
    /// Hands on the event of something that a policy has judged, where it is wanted.
    func tell(_ record: PolicyRecord, _ event: () -> TrafficEvent) {
        guard let events = self.events, self.tellsAll || record.isNoted else { return }
        events.record(event())
    }
}

extension JudgedExchange {
    /// Tells what became of the request, once.
    func report() {
        guard !self.isReported, self.isDropped || self.status != nil else { return }
        self.isReported = true
        self.exchange.loop.environment.tell(self.policy.record) {
            TrafficEvent(
                of: self.policy.endpoint.account,
                at: Date(),
                connection: .init(self.policy.connection),
                request: .init(self.policy.request, status: self.status),
                policy: .init(self.policy.record)
            )
        }
    }
}

extension ConnectionJudgement {
    /// Tells what became of the connection; bytes are those from and to the visitor.
    package func report(in environment: PolicyEnvironment, bytesIn: Int = 0, bytesOut: Int = 0) {
        environment.tell(self.policy.record) {
            var connection = TrafficEvent.Connection(self.policy.connection)
            (connection.bytesIn, connection.bytesOut) = (bytesIn, bytesOut)
            return TrafficEvent(
                of: self.policy.endpoint.account,
                at: Date(),
                connection: connection,
                policy: .init(self.policy.record)
            )
        }
    }
}

extension PolicyRecord {
    /// Whether it has something that is worth an event by itself.
    fileprivate var isNoted: Bool { !self.logs.isEmpty || !self.problems.isEmpty }
}

extension TrafficEvent.Connection {
    init(_ facts: ConnectionFacts) {
        self.init(start: Date(facts.start))
        self.client = facts.client?.ip
        self.server = facts.server
        self.serverName = facts.tls?.serverName ?? ""
        self.ja4Fingerprint = facts.tls?.ja4Fingerprint ?? ""
        self.tlsVersion = facts.tls?.version ?? ""
        self.cipherSuite = facts.tls?.cipherSuite ?? ""
        guard let client = facts.tls?.client?.contents else { return }
        self.clientSerialNumber = client.serialNumber
        self.clientCommonName = client.subject.commonName
    }
}

extension TrafficEvent.Request {
    fileprivate init(_ request: RequestState, status: Int?) {
        let target = request.receivedTarget
        self.init(
            method: request.method,
            scheme: target.scheme,
            host: target.hostAndPort,
            path: target.rawPath,
            query: target.query ?? ""
        )
        self.userAgent = request.head.first("user-agent") ?? ""
        self.status = status
    }
}

extension TrafficEvent.Policy {
    init(_ record: PolicyRecord) {
        self.init()
        self.basicAuth = record.basicAuth?.decision.rawValue ?? ""
        self.basicAuthUsername = record.basicAuth?.username ?? ""
        self.circuitBreaker = record.circuitBreaker?.rawValue ?? ""
        self.compressionAlgorithm = record.compression?.algorithm ?? ""
        self.compressionBytesSaved = record.compression?.bytesSaved
        self.ipPolicy = record.ipPolicy?.rawValue ?? ""
        self.webhookVerification = record.webhookVerification?.rawValue ?? ""
        if let login = record.login {
            self.login = login.decision.rawValue
            self.loginApplication = login.applicationID
            self.loginUserID = login.userID
            self.loginUserName = login.userName
        }
        self.logs = record.logs.map(\.metadata)
        self.problems = record.problems.map { problem in
            TrafficEvent.Problem(
                phase: problem.place.phase.rawValue,
                rule: problem.place.rule,
                action: problem.place.action,
                message: problem.message
            )
        }
    }
}

extension Date {
    fileprivate init(_ time: Timestamp) {
        self.init(timeIntervalSince1970: Double(time.seconds) + Double(time.nanoseconds) / 1_000_000_000)
    }
}
