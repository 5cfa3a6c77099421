import Addressing
import NIOCore
import NIOEmbedded
import Testing

@testable import PolicyEngine

/// What is kept of certificates that strangers name.
@Suite struct CertificateCacheTests {
    private let loop = EmbeddedEventLoop()
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func url(_ number: Int) throws -> OutboundURL {
        try OutboundURL(parsing: "https://example.com/\(number)", rules: OutboundRules())
    }

    private func promise() -> EventLoopPromise<ByteBuffer> {
        let promise = self.loop.makePromise(of: ByteBuffer.self)
        // Nobody listens to those that tests leave.
        promise.futureResult.whenFailure { _ in }
        return promise
    }

    /// What the cache says, in a word.
    private func ask(_ cache: inout CertificateCache, _ number: Int, after delay: TimeAmount = .zero) throws -> String {
        let promise = self.promise()
        switch try cache.ask(for: self.url(number), promise, at: self.start + delay) {
        case .answer(.success(let bytes)):
            promise.succeed(bytes)
            return String(buffer: bytes)
        case .answer(.failure(let error)):
            promise.fail(error)
            return "\(error)"
        case .wait: return "wait"
        case .fetch: return "fetch"
        }
    }

    private func end(
        _ cache: inout CertificateCache,
        _ number: Int,
        _ result: Result<ByteBuffer, CertificateError> = .success(ByteBuffer(string: "here")),
        after delay: TimeAmount = .zero
    ) throws -> Int {
        let waiting = try cache.end(self.url(number), with: result, at: self.start + delay)
        for promise in waiting { promise.fail(CertificateError.busy) }
        return waiting.count
    }

    @Test func `A certificate is fetched once for all who ask, and kept for an hour`() throws {
        var cache = CertificateCache(.init())
        #expect(try self.ask(&cache, 1) == "fetch")
        #expect(try self.ask(&cache, 1) == "wait")
        #expect(try self.end(&cache, 1) == 2)
        #expect(try self.ask(&cache, 1, after: .minutes(59)) == "here")
        #expect(try self.ask(&cache, 1, after: .minutes(60)) == "fetch")
        #expect(try self.end(&cache, 1) == 1)
    }

    @Test func `A failure is told again for half a minute`() throws {
        var cache = CertificateCache(.init())
        #expect(try self.ask(&cache, 1) == "fetch")
        #expect(try self.end(&cache, 1, .failure(.absent)) == 1)
        #expect(try self.ask(&cache, 1, after: .seconds(29)) == "absent")
        #expect(try self.ask(&cache, 1, after: .seconds(30)) == "fetch")
        #expect(try self.end(&cache, 1) == 1)
    }

    @Test func `Eight are fetched at the same time, a ninth is told that it is busy`() throws {
        var cache = CertificateCache(.init())
        for number in 0..<8 { #expect(try self.ask(&cache, number) == "fetch") }
        #expect(try self.ask(&cache, 8) == "busy")
        #expect(try self.ask(&cache, 0) == "wait")
        #expect(try self.end(&cache, 0) == 2)
        #expect(try self.ask(&cache, 8) == "fetch")
        for number in 1...8 { #expect(try self.end(&cache, number) == 1) }
    }

    @Test func `As many wait for one as may, and no more`() throws {
        var limits = CertificateCache.Limits()
        limits.waiting = 2
        var cache = CertificateCache(limits)
        #expect(try self.ask(&cache, 1) == "fetch")
        #expect(try self.ask(&cache, 1) == "wait")
        #expect(try self.ask(&cache, 1) == "busy")
        #expect(try self.end(&cache, 1) == 2)
    }

    @Test func `Failures, which anyone may cause, don't push certificates out`() throws {
        var limits = CertificateCache.Limits()
        limits.certificates = 4
        var cache = CertificateCache(limits)
        #expect(try self.ask(&cache, 0) == "fetch")
        #expect(try self.end(&cache, 0) == 1)
        for number in 1..<100 {
            #expect(try self.ask(&cache, number) == "fetch")
            #expect(try self.end(&cache, number, .failure(.absent)) == 1)
        }
        #expect(try self.ask(&cache, 0) == "here")
    }

    @Test func `Of certificates that are too many the one that ends soonest goes`() throws {
        var limits = CertificateCache.Limits()
        limits.certificates = 2
        var cache = CertificateCache(limits)
        for number in 0..<3 {
            #expect(try self.ask(&cache, number) == "fetch")
            #expect(try self.end(&cache, number, after: .seconds(Int64(number))) == 1)
        }
        #expect(try self.ask(&cache, 1) == "here")
        #expect(try self.ask(&cache, 2) == "here")
        #expect(try self.ask(&cache, 0) == "fetch")
        #expect(try self.end(&cache, 0) == 1)
    }
}
