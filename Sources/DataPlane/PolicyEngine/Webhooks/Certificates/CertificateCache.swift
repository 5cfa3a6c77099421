import Addressing
import NIOCore

/// Which certificates are there, which are on their way, and who waits for them. Reads no clock and fetches nothing.
struct CertificateCache: Sendable {
    struct Limits: Sendable {
        /// How many certificates and failures are kept.
        var certificates = 64
        /// How many are fetched at the same time.
        var fetches = 8
        /// How many wait for one.
        var waiting = 1024
        var keptFor: TimeAmount = .hours(1)
        /// How long a failure is told again without another try.
        var failureKeptFor: TimeAmount = .seconds(30)

        init() {}
    }

    enum Decision {
        case answer(Result<ByteBuffer, CertificateError>)
        /// The promise is kept until ``end(_:with:at:)``.
        case wait
        /// As ``wait``, and who asked is to fetch it.
        case fetch
    }

    private struct Entry {
        let result: Result<ByteBuffer, CertificateError>
        let goodUntil: NIODeadline
    }

    private let limits: Limits
    private var entries: [OutboundURL: Entry] = [:]
    private var waiting: [OutboundURL: [EventLoopPromise<ByteBuffer>]] = [:]

    init(_ limits: Limits) {
        self.limits = limits
    }

    mutating func ask(for url: OutboundURL, _ promise: EventLoopPromise<ByteBuffer>, at now: NIODeadline) -> Decision {
        if let entry = self.entries[url], now < entry.goodUntil { return .answer(entry.result) }
        if let others = self.waiting[url] {
            guard others.count < self.limits.waiting else { return .answer(.failure(.busy)) }
            self.waiting[url]?.append(promise)
            return .wait
        }
        guard self.waiting.count < self.limits.fetches else { return .answer(.failure(.busy)) }
        self.waiting[url] = [promise]
        return .fetch
    }

    /// A fetch is over.
    ///
    /// - Returns: who waited for it.
    mutating func end(
        _ url: OutboundURL,
        with result: Result<ByteBuffer, CertificateError>,
        at now: NIODeadline
    ) -> [EventLoopPromise<ByteBuffer>] {
        let kept = if case .success = result { self.limits.keptFor } else { self.limits.failureKeptFor }
        self.entries[url] = Entry(result: result, goodUntil: now + kept)
        self.makeRoom(at: now)
        return self.waiting.removeValue(forKey: url) ?? []
    }

    /// Forgets what is no longer good; if that is not enough, failures, which anyone may cause, go before certificates,
    /// and what ends sooner before what ends later.
    private mutating func makeRoom(at now: NIODeadline) {
        guard self.entries.count > self.limits.certificates else { return }
        self.entries = self.entries.filter { now < $0.value.goodUntil }
        while self.entries.count > self.limits.certificates, let first = self.entries.min(by: Self.goesBefore) {
            self.entries[first.key] = nil
        }
    }

    private static func goesBefore(
        _ left: (key: OutboundURL, value: Entry),
        _ right: (key: OutboundURL, value: Entry)
    ) -> Bool {
        switch (left.value.result, right.value.result) {
        case (.failure, .success): true
        case (.success, .failure): false
        default: left.value.goodUntil < right.value.goodUntil
        }
    }
}

/// Why a certificate could not be had.
enum CertificateError: Error, Hashable {
    /// There is none at the URL, or something that is too large to be one.
    case absent
    /// As much is fetched at the moment as may be.
    case busy
    /// No answer; why, for the policy's owner.
    case unreachable(String)
}
