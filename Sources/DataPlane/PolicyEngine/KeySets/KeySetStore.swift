import Federation
import Model
import NIOCore
import Synchronization

/// The key sets with which tokens are verified, of all policies of an edge, fetched by the requests that policies may make
/// and kept for a while.
package final class KeySetStore: Sendable {
    private static let timeout = TimeAmount.seconds(5)
    private static let maximumRedirects = 3

    // Held for a look-up in a table; nobody waits for it on a thread that does more. Whoever needs a set verifies a
    // signature with it, which takes a hundred times as long.
    private let cache: Mutex<KeySetCache>

    package convenience init() {
        self.init(KeySetCache.Limits())
    }

    init(_ limits: KeySetCache.Limits) {
        self.cache = Mutex(KeySetCache(limits))
    }

    /// The set at once, where it is there: as a rule.
    func known(_ address: KeySetAddress, with keyID: String?, at now: NIODeadline) -> KeySet? {
        self.cache.withLock { $0.known(address, with: keyID, at: now) }
    }

    /// The set, fetched where it has to be. The future is one of `eventLoop`; it fails with a ``KeySetError``.
    func keySet(
        at address: KeySetAddress,
        with keyID: String?,
        by requester: any PolicyRequester,
        at now: NIODeadline,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<KeySet> {
        let promise = eventLoop.makePromise(of: KeySet.self)
        switch self.cache.withLock({ $0.ask(for: address, with: keyID, promise, at: now) }) {
        case .use(let set): promise.succeed(set)
        case .fail(let error): promise.fail(error)
        case .wait: break
        case .refresh(let old):
            promise.succeed(old)
            self.fetch(address, by: requester, at: now, on: eventLoop)
        case .fetch: self.fetch(address, by: requester, at: now, on: eventLoop)
        }
        return promise.futureResult
    }

    private func fetch(
        _ address: KeySetAddress,
        by requester: any PolicyRequester,
        at now: NIODeadline,
        on eventLoop: any EventLoop
    ) {
        let fetch = KeySetFetch(
            account: address.account,
            requester: requester,
            deadline: now + Self.timeout,
            eventLoop: eventLoop
        )
        fetch.send(address.url, redirects: Self.maximumRedirects).whenComplete { result in
            let ended = self.cache.withLock { $0.end(address, with: Self.set(of: result), at: now) }
            for promise in ended.waiting { promise.completeWith(ended.outcome.mapError { $0 as any Error }) }
        }
    }

    private static func set(of result: Result<PolicyAnswer, any Error>) -> Result<KeySet, KeySetError> {
        do {
            let answer = try result.get()
            guard answer.status == 200 else { return .failure(.unusable("its server answers \(answer.status)")) }
            guard let set = KeySet(reading: answer.body.readableBytesView) else {
                return .failure(.unusable("what its server sends is no key set"))
            }
            guard !set.keys.isEmpty else { return .failure(.unusable("it has no key that could verify a token")) }
            return .success(set)
        } catch PolicyRequestError.tooLarge {
            return .failure(.unusable("it is larger than \(KeySet.maximumBytes) bytes"))
        } catch let error as PolicyRequestError {
            return .failure(.unreachable(error.failure.detail))
        } catch {
            return .failure(.unreachable("\(error)"))
        }
    }
}

/// One fetch with its redirects, each of which is checked like the first.
private struct KeySetFetch: Sendable {
    let account: ResourceID<AccountKind>
    let requester: any PolicyRequester
    let deadline: NIODeadline
    let eventLoop: any EventLoop

    func send(_ url: String, redirects: Int) -> EventLoopFuture<PolicyAnswer> {
        let request = PolicyRequest(
            method: "GET",
            url: url,
            fields: [("accept", "application/jwk-set+json, application/json")],
            body: ByteBuffer(),
            account: self.account,
            deadline: self.deadline,
            answerBytes: KeySet.maximumBytes,
            origin: .keySet
        )
        return self.requester.send(request, on: self.eventLoop).flatMap { answer in
            guard [301, 302, 307, 308].contains(answer.status), redirects > 0,
                let location = answer.fields.first(where: { $0.name == "location" })?.value,
                let next = RequestURL.resolving(location, from: url)
            else { return self.eventLoop.makeSucceededFuture(answer) }
            // What was asked for under TLS is not to come without it.
            guard next.hasPrefix("https:") || !url.hasPrefix("https:") else {
                return self.eventLoop.makeFailedFuture(PolicyRequestError.refused("a redirect leads away from TLS"))
            }
            return self.send(next, redirects: redirects - 1)
        }
    }
}
