import Expression
import NIOCore
import NIOEmbedded
import PolicyEngine
import TrafficPolicy

/// Who moves the bytes of a case: there are none, so bodies are what the case says and time goes on only for those who
/// wait for it.
final class BenchHost: ExchangeHost {
    /// How long an action may wait for something, in the time of the case.
    private static let patience = TimeAmount.minutes(10)

    private let loop = EmbeddedEventLoop()
    private let start: Timestamp
    private let startUptime: NIODeadline
    private var elapsed = TimeAmount.zero
    private var ended: PhaseOutcome?
    let bytesIn: Int
    let bytesOut: Int
    var requestBody = ByteBuffer()
    var responseBody = ByteBuffer()

    /// `uptime` is that of the start by a clock that never goes back.
    init(start: Timestamp, uptime: NIODeadline = .uptimeNanoseconds(1_000_000_000), bytesIn: Int, bytesOut: Int) {
        self.start = start
        self.startUptime = uptime
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
    }

    var eventLoop: any EventLoop { self.loop }

    var now: Timestamp {
        Timestamp(seconds: self.start.seconds + self.elapsed.nanoseconds / 1_000_000_000, nanoseconds: 0) ?? self.start
    }

    var uptime: NIODeadline { self.startUptime + self.elapsed }

    func collectRequestBody(upTo limit: Int) -> EventLoopFuture<CollectedBody> {
        self.collected(self.requestBody, upTo: limit)
    }

    func collectResponseBody(upTo limit: Int) -> EventLoopFuture<CollectedBody> {
        self.collected(self.responseBody, upTo: limit)
    }

    private func collected(_ body: ByteBuffer, upTo limit: Int) -> EventLoopFuture<CollectedBody> {
        self.loop.makeSucceededFuture(body.readableBytes <= limit ? .complete(body) : .tooLarge(body))
    }

    /// What the handshake agrees on is what the case says of the connection.
    func answerHandshake(_ settings: TLSTermination, for exchange: Exchange) -> EventLoopFuture<Void> {
        exchange.handshakeEnded()
        return self.loop.makeSucceededVoidFuture()
    }

    func exchange(_ exchange: Exchange, ended phase: PolicyPhase, with outcome: PhaseOutcome) {
        self.ended = outcome
    }

    /// How a phase ends, waited for where it must be; nil where it never does.
    func outcome(_ begin: () -> PhaseOutcome?) -> PhaseOutcome? {
        self.ended = nil
        if let outcome = begin() { return outcome }
        let step = TimeAmount.milliseconds(100)
        while self.ended == nil, self.elapsed < Self.patience {
            self.loop.advanceTime(by: step)
            self.elapsed = self.elapsed + step
        }
        return self.ended
    }
}
