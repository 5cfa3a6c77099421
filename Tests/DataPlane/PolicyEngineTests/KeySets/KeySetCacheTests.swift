import Federation
import Model
import NIOCore
import NIOEmbedded
import Testing

@testable import PolicyEngine

/// When key sets are fetched, and by whom.
@Suite struct KeySetCacheTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    /// Keeps all promises at the end: none may be left.
    private final class Promises {
        private let loop = EmbeddedEventLoop()
        private var all: [EventLoopPromise<KeySet>] = []

        func make() -> EventLoopPromise<KeySet> {
            self.all.append(self.loop.makePromise(of: KeySet.self))
            return self.all[self.all.count - 1]
        }

        deinit {
            for promise in self.all { promise.fail(DocumentError.busy) }
        }
    }

    private let promises = Promises()
    private var cache = DocumentCache<KeySet>(.init())

    private static func address(_ url: String = "https://idp.test/keys") throws -> DocumentAddress {
        DocumentAddress(account: try #require(ResourceID("ac_2test")), url: url)
    }

    private static func set(_ signers: TokenSigner...) throws -> KeySet {
        let text = #"{"keys":[\#(signers.map(\.jwk).joined(separator: ","))]}"#
        return try #require(KeySet(reading: Array(text.utf8)))
    }

    /// What is decided, in a word.
    private mutating func ask(_ keyID: String? = nil, _ url: String = "https://idp.test/keys", at now: NIODeadline)
        throws
        -> String
    {
        let promise = self.promises.make()
        let decision = try self.cache.ask(for: Self.address(url), with: keyID, promise, at: now)
        return switch decision {
        case .use: "use"
        case .refresh: "refresh"
        case .fail(let error): "fail: \(error.words)"
        case .wait: "wait"
        case .fetch: "fetch"
        }
    }

    private mutating func end(_ result: Result<KeySet, DocumentError>, at now: NIODeadline) throws -> (Int, Bool) {
        let (waiting, outcome) = try self.cache.end(Self.address(), with: result, at: now)
        return (waiting.count, (try? outcome.get()) != nil)
    }

    @Test mutating func `One fetches and all others wait for it`() throws {
        #expect(try self.ask(at: Self.start) == "fetch")
        for _ in 0..<99 { #expect(try self.ask(at: Self.start) == "wait") }
        let (waiting, isThere) = try self.end(.success(Self.set(TokenSigner())), at: Self.start)
        #expect(waiting == 100)
        #expect(isThere)
        #expect(try self.cache.known(Self.address(), with: nil, at: Self.start) != nil)
    }

    @Test mutating func `A set is good for a quarter of an hour, then it is used while a new one is fetched`() throws {
        _ = try self.ask(at: Self.start)
        _ = try self.end(.success(Self.set(TokenSigner("a"))), at: Self.start)
        #expect(try self.ask("a", at: Self.start + .minutes(14)) == "use")
        #expect(try self.ask("a", at: Self.start + .minutes(15)) == "refresh")
        #expect(try self.ask("a", at: Self.start + .minutes(15)) == "use")
        _ = try self.end(.success(Self.set(TokenSigner("b"))), at: Self.start + .minutes(15))
        #expect(try self.ask("b", at: Self.start + .minutes(20)) == "use")
    }

    @Test mutating func `A key that is not in the set has it fetched, once a minute at the most`() throws {
        _ = try self.ask(at: Self.start)
        _ = try self.end(.success(Self.set(TokenSigner("a"))), at: Self.start)
        #expect(try self.ask("b", at: Self.start + .seconds(59)) == "use")
        #expect(try self.ask("b", at: Self.start + .seconds(60)) == "fetch")
        #expect(try self.ask("c", at: Self.start + .seconds(60)) == "wait")
        _ = try self.end(.success(Self.set(TokenSigner("a"))), at: Self.start + .seconds(61))
        for second in [62, 90, 120] { #expect(try self.ask("b", at: Self.start + .seconds(Int64(second))) == "use") }
        #expect(try self.ask("b", at: Self.start + .seconds(121)) == "fetch")
    }

    @Test mutating func `A server that is away leaves the old set in use, for a day`() throws {
        _ = try self.ask(at: Self.start)
        _ = try self.end(.success(Self.set(TokenSigner("a"))), at: Self.start)
        let later = Self.start + .minutes(20)
        #expect(try self.ask("a", at: later) == "refresh")
        let (_, isThere) = try self.end(.failure(.unreachable("away")), at: later)
        #expect(isThere)
        #expect(try self.ask("a", at: later + .seconds(30)) == "use")
        #expect(try self.ask("a", at: later + .minutes(2)) == "refresh")
        _ = try self.end(.failure(.unreachable("away")), at: Self.start + .hours(24))
        #expect(try self.ask("a", at: Self.start + .hours(24) + .seconds(1)) == "fail: away")
    }

    @Test mutating func `Without a set a failure is told for five seconds`() throws {
        _ = try self.ask(at: Self.start)
        #expect(try self.end(.failure(.unusable("no")), at: Self.start) == (1, false))
        #expect(try self.ask(at: Self.start + .seconds(4)) == "fail: no")
        #expect(try self.ask(at: Self.start + .seconds(5)) == "fetch")
    }

    @Test mutating func `As many are fetched, kept and waited for as may be`() throws {
        var limits = DocumentCache<KeySet>.Limits()
        limits.fetches = 2
        limits.waiting = 1
        limits.documents = 2
        self.cache = DocumentCache<KeySet>(limits)
        #expect(try self.ask(nil, "https://a.test/", at: Self.start) == "fetch")
        #expect(try self.ask(nil, "https://a.test/", at: Self.start) == "fail: \(DocumentError.busy.words)")
        #expect(try self.ask(nil, "https://b.test/", at: Self.start) == "fetch")
        #expect(try self.ask(nil, "https://c.test/", at: Self.start) == "fail: \(DocumentError.busy.words)")
        for (index, url) in ["https://a.test/", "https://b.test/", "https://c.test/"].enumerated() {
            let now = Self.start + .seconds(Int64(index))
            _ = try self.cache.end(Self.address(url), with: .success(Self.set(TokenSigner())), at: now)
        }
        #expect(try self.cache.known(Self.address("https://a.test/"), with: nil, at: Self.start) == nil)
        #expect(try self.cache.known(Self.address("https://c.test/"), with: nil, at: Self.start) != nil)
    }

    @Test func `An account that names many takes neither the fetches nor the room of another`() throws {
        var limits = DocumentCache<KeySet>.Limits()
        (limits.fetches, limits.fetchesPerAccount, limits.documents) = (4, 2, 3)
        var cache = DocumentCache<KeySet>(limits)
        let promises = Promises()
        func address(_ account: String, _ number: Int) throws -> DocumentAddress {
            DocumentAddress(account: try #require(ResourceID("ac_\(account)")), url: "https://\(number).test/")
        }
        func isFetched(_ address: DocumentAddress) -> Bool {
            if case .fetch = cache.ask(for: address, with: nil, promises.make(), at: Self.start) { true } else { false }
        }
        #expect(try (0..<3).map { isFetched(try address("2many", $0)) } == [true, true, false])
        #expect(isFetched(try address("2few", 0)))
        let all = try [address("2few", 0)] + (0..<5).map { try address("2many", $0) }
        for (index, one) in all.enumerated() {
            let now = Self.start + .seconds(Int64(index))
            _ = cache.end(one, with: .success(try Self.set(TokenSigner())), at: now)
        }
        let kept = all.map { cache.known($0, with: nil, at: Self.start + .seconds(5)) != nil }
        #expect(kept == [true, false, false, false, true, true])
    }
}
