import Addressing
import Model
import NIOCore
import Synchronization

/// The certificates that webhooks of one endpoint name, fetched by the requests that its policy may make and kept for a
/// while.
final class CertificateStore: Sendable {
    /// The most that a chain of certificates has, in bytes.
    private static let maximumBytes = 64 << 10
    private static let timeout = TimeAmount.seconds(5)

    // Held for a look-up in a small table; nobody waits for it on a thread that does more.
    private let cache = Mutex(CertificateCache(.init()))

    /// The certificate at a URL, for an account's policy. The future is one of `eventLoop`; it fails with a
    /// ``CertificateError``.
    func certificate(
        at url: OutboundURL,
        for account: ResourceID<AccountKind>,
        by requester: any PolicyRequester,
        at now: NIODeadline,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<ByteBuffer> {
        let promise = eventLoop.makePromise(of: ByteBuffer.self)
        switch self.cache.withLock({ $0.ask(for: url, promise, at: now) }) {
        case .answer(let result): promise.completeWith(result.mapError { $0 as any Error })
        case .wait: break
        case .fetch:
            let request = PolicyRequest(
                method: "GET",
                url: "https://\(url.host.urlText)\(url.target)",
                fields: [],
                body: ByteBuffer(),
                account: account,
                deadline: now + Self.timeout,
                answerBytes: Self.maximumBytes,
                origin: .provider
            )
            requester.send(request, on: eventLoop).whenComplete { result in
                let outcome = Self.outcome(of: result)
                let waiting = self.cache.withLock { $0.end(url, with: outcome, at: now) }
                for promise in waiting { promise.completeWith(outcome.mapError { $0 as any Error }) }
            }
        }
        return promise.futureResult
    }

    private static func outcome(
        of result: Result<PolicyAnswer, any Error>
    ) -> Result<ByteBuffer, CertificateError> {
        do {
            let answer = try result.get()
            // No redirect is followed: what is elsewhere isn't the provider's.
            return answer.status == 200 ? .success(answer.body) : .failure(.absent)
        } catch PolicyRequestError.tooLarge {
            return .failure(.absent)
        } catch {
            return .failure(.unreachable("\(error)"))
        }
    }
}
