package import Federation
import Model
package import NIOCore
import Synchronization

/// What is fetched from those who sign tokens, and kept for a while.
package protocol FetchedDocument: Sendable {
    /// What it is called: `key set`.
    static var noun: String { get }
    static var mediaTypes: String { get }
    /// As what it is asked for.
    static var origin: PolicyRequest.Origin { get }
    /// The largest that is read, in bytes.
    static var maximumBytes: Int { get }

    /// Nil for what is none.
    init?(reading bytes: ByteBufferView)

    /// Why it is of no use; nil where it is.
    var problem: String? { get }
    /// Whether it has what is asked of it by this name.
    func has(_ part: String) -> Bool
}

extension KeySet: FetchedDocument {
    package static var noun: String { "key set" }
    package static var mediaTypes: String { "application/jwk-set+json, application/json" }
    package static var origin: PolicyRequest.Origin { .keySet }
    package var problem: String? { self.keys.isEmpty ? "it has no key that could verify a token" : nil }
}

extension ProviderDocument: FetchedDocument {
    package static var noun: String { "discovery document" }
    package static var mediaTypes: String { "application/json" }
    package static var origin: PolicyRequest.Origin { .login }
    package var problem: String? { nil }
    package func has(_ part: String) -> Bool { true }
}

/// The key sets with which tokens are verified.
package typealias KeySetStore = DocumentStore<KeySet>

/// The documents of one kind for all policies of an edge, fetched by the requests that policies may make and kept for a
/// while.
package final class DocumentStore<Document: FetchedDocument>: Sendable {
    // Held for a look-up in a table; nobody waits for it on a thread that does more. Whoever needs one verifies a
    // signature with it, which takes a hundred times as long.
    private let cache: Mutex<DocumentCache<Document>>

    package convenience init() {
        self.init(DocumentCache<Document>.Limits())
    }

    init(_ limits: DocumentCache<Document>.Limits) {
        self.cache = Mutex(DocumentCache(limits))
    }

    /// The document at once, where it is there: as a rule.
    func known(_ address: DocumentAddress, with part: String?, at now: NIODeadline) -> Document? {
        self.cache.withLock { $0.known(address, with: part, at: now) }
    }

    /// The document, fetched where it has to be. The future is one of `eventLoop`; it fails with a ``DocumentError``.
    func document(
        at address: DocumentAddress,
        with part: String?,
        by requester: any PolicyRequester,
        at now: NIODeadline,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<Document> {
        let promise = eventLoop.makePromise(of: Document.self)
        switch self.cache.withLock({ $0.ask(for: address, with: part, promise, at: now) }) {
        case .use(let document): promise.succeed(document)
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
        _ address: DocumentAddress,
        by requester: any PolicyRequester,
        at now: NIODeadline,
        on eventLoop: any EventLoop
    ) {
        let fetch = DocumentFetch(
            account: address.account,
            requester: requester,
            deadline: now + .seconds(5),
            mediaTypes: Document.mediaTypes,
            bytes: Document.maximumBytes,
            origin: Document.origin,
            eventLoop: eventLoop
        )
        fetch.send(address.url, redirects: 3).whenComplete { result in
            let ended = self.cache.withLock { $0.end(address, with: Self.document(of: result), at: now) }
            for promise in ended.waiting { promise.completeWith(ended.outcome.mapError { $0 as any Error }) }
        }
    }

    private static func document(of result: Result<PolicyAnswer, any Error>) -> Result<Document, DocumentError> {
        do {
            let answer = try result.get()
            guard answer.status == 200 else { return .failure(.unusable("its server answers \(answer.status)")) }
            guard let document = Document(reading: answer.body.readableBytesView) else {
                return .failure(.unusable("what its server sends is no \(Document.noun)"))
            }
            return document.problem.map { .failure(.unusable($0)) } ?? .success(document)
        } catch PolicyRequestError.tooLarge {
            return .failure(.unusable("it is larger than \(Document.maximumBytes) bytes"))
        } catch let error as PolicyRequestError {
            return .failure(.unreachable(error.failure.detail))
        } catch {
            return .failure(.unreachable("\(error)"))
        }
    }
}

/// One fetch with its redirects, each of which is checked like the first.
private struct DocumentFetch: Sendable {
    let account: ResourceID<AccountKind>
    let requester: any PolicyRequester
    let deadline: NIODeadline
    let mediaTypes: String
    let bytes: Int
    let origin: PolicyRequest.Origin
    let eventLoop: any EventLoop

    func send(_ url: String, redirects: Int) -> EventLoopFuture<PolicyAnswer> {
        let request = PolicyRequest(
            method: "GET",
            url: url,
            fields: [("accept", self.mediaTypes)],
            body: ByteBuffer(),
            account: self.account,
            deadline: self.deadline,
            answerBytes: self.bytes,
            origin: self.origin
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
