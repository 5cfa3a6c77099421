import Foundation
import Model
import Testing

@testable import Secrets

private func digits(_ count: Int) -> String { String(repeating: "a", count: count) }

@Suite struct AuthtokenTests {
    @Test func `A new token has the published form and reads back`() throws {
        let token = Authtoken.new(at: 1_700_000_000)
        let parts = token.secret.reveal().split(separator: "_")
        #expect(parts.map(\.count) == [27, 21])
        #expect(token.credential.text == "cr_\(parts[0])")
        #expect(try Authtoken(parsing: token.secret).credential == token.credential)
    }

    @Test func `No two tokens are alike`() {
        let tokens = (0..<1000).map { _ in Authtoken.new(at: 1_700_000_000).secret.reveal() }
        #expect(Set(tokens).count == 1000)
    }

    @Test(arguments: [
        "invalid-token", "2abc", "_", "__",
        digits(27) + "_" + digits(20), digits(26) + "_" + digits(21), digits(27) + "__" + digits(20),
        digits(27) + "_" + digits(20) + "-", digits(27) + "_" + digits(21) + "_", "ä" + digits(25) + "_" + digits(21),
        String(repeating: "_", count: 100_000), digits(100_000),
    ])
    func `What was never a token is malformed`(text: String) {
        #expect(throws: Authtoken.ParseError.malformed) { try Authtoken(parsing: Secret(text)) }
    }

    @Test(arguments: ["3kWfNZqTqW8dLoP0vXyBcD", digits(16), digits(32)])
    func `One long word is a token of the first version`(text: String) {
        #expect(throws: Authtoken.ParseError.firstVersion) { try Authtoken(parsing: Secret(text)) }
    }

    @Test func `An empty token is missing`() {
        #expect(throws: Authtoken.ParseError.missing) { try Authtoken(parsing: Secret("")) }
    }

    @Test func `A hash matches its token and no other`() throws {
        let token = Authtoken.new(at: 0).secret
        let hash = TokenHash(of: token)
        #expect(hash.matches(token))
        #expect(!hash.matches(Secret(token.reveal() + "x")))
        #expect(!hash.matches(Authtoken.new(at: 0).secret))
        #expect(!hash.text.contains(token.reveal()))
    }

    @Test func `A hash is the SHA-256 that everybody computes`() {
        // FIPS 180-2, appendix B.1.
        #expect(TokenHash(of: Secret("abc")).text == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0")
    }

    @Test func `A hash is stored and read back`() throws {
        let token = Authtoken.new(at: 0).secret
        let json = try JSONEncoder().encode([TokenHash(of: token)])
        #expect(try JSONDecoder().decode([TokenHash].self, from: json).first?.matches(token) == true)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([TokenHash].self, from: Data(#"["abc"]"#.utf8)) }
    }
}

@Suite struct KSUIDTests {
    /// Gives the same word for ever.
    struct Constant: RandomNumberGenerator {
        let word: UInt64
        mutating func next() -> UInt64 { self.word }
    }

    @Test(arguments: [
        (Int64(1_400_000_000), UInt64.min, "000000000000000000000000000"),
        (Int64(1_400_000_000) + Int64(UInt32.max), UInt64.max, "aWgEPTl1tmebfsQzFP4bxwgy80V"),
    ])
    func `The ends of the range have the texts that others give them`(time: Int64, word: UInt64, text: String) {
        var random = Constant(word: word)
        #expect(KSUID(at: time, using: &random).text == text)
    }

    @Test(arguments: [Int64(1_400_000_000), 1_764_370_000, 1_400_000_000 + Int64(UInt32.max)])
    func `It says when it was made`(time: Int64) {
        var random = SystemRandomNumberGenerator()
        #expect(KSUID(at: time, using: &random).seconds == time)
    }

    @Test(arguments: [Int64.min, -1, 0, Int64.max])
    func `A time out of range is taken as the nearest in it`(time: Int64) {
        var random = SystemRandomNumberGenerator()
        #expect(KSUID(at: time, using: &random).text.count == 27)
    }

    @Test func `Later ones sort after earlier ones`() {
        var random = SystemRandomNumberGenerator()
        let texts = stride(from: Int64(1_400_000_000), to: 4_000_000_000, by: 9_999_999).map {
            KSUID(at: $0, using: &random).text
        }
        #expect(texts == texts.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
    }

    @Test func `Things that belong together share one`() {
        var random = SystemRandomNumberGenerator()
        let ksuid = KSUID(at: 1_700_000_000, using: &random)
        #expect(ResourceID<EndpointKind>(ksuid).text == "ep_\(ksuid)")
        #expect(ResourceID<TunnelKind>(ksuid).text == "tn_\(ksuid)")
    }
}

@Suite struct Base64URLTests {
    @Test(
        arguments: [
            ([], ""), ([0x66], "Zg"), ([0x66, 0x6F], "Zm8"), ([0x66, 0x6F, 0x6F], "Zm9v"), ([0xFB, 0xFF], "-_8"),
        ] as [([UInt8], String)]
    )
    func `Bytes have the text of RFC 4648`(bytes: [UInt8], text: String) {
        #expect(Base64URL.encode(bytes) == text)
        #expect(Base64URL.decode(text) == bytes)
    }

    @Test(arguments: ["Z", "Zh", "Zm9", "Zg==", "Zm 9v", "+/8", "Zmé"])
    func `A text that encodes nothing, or not in the shortest way, is refused`(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
