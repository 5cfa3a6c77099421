import Foundation
import Model
import Secrets
import Testing

@Suite struct OneTimeCodeTests {
    /// RFC 6238, appendix B: the last six digits of those for SHA-1.
    @Test(
        arguments: [
            (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
            (2_000_000_000, "279037"), (20_000_000_000, "353130"),
        ] as [(Int64, String)]
    )
    func `Codes are those of RFC 6238`(time: Int64, code: String) {
        #expect(OneTimeCode(secret: Array("12345678901234567890".utf8)).code(at: time) == code)
    }

    @Test func `A code is good a step before and after, and once`() {
        let factor = OneTimeCode()
        let now: Int64 = 1_800_000_000
        let code = Secret(factor.code(at: now))
        for shift: Int64 in [-30, 0, 30] {
            #expect(factor.step(of: code, at: now + shift, after: 0) == now / 30)
        }
        #expect(factor.step(of: code, at: now + 60, after: 0) == nil)
        #expect(factor.step(of: code, at: now, after: now / 30) == nil)
        #expect(factor.step(of: Secret("12345"), at: now, after: 0) == nil)
    }

    /// RFC 4648 §10, without its padding.
    @Test(arguments: [("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")])
    func `Secrets are shown in base32`(text: String, base32: String) {
        #expect(OneTimeCode(secret: Array(text.utf8)).base32.reveal() == base32)
    }

    @Test func `The address for phones names issuer, account and secret`() {
        let factor = OneTimeCode(secret: Array("foobar".utf8))
        let uri = factor.uri(issuer: "Portico edge", account: "a@b.test").reveal()
        #expect(
            uri == "otpauth://totp/Portico%20edge:a%40b.test?secret=MZXW6YTBOI&issuer=Portico%20edge"
                + "&algorithm=SHA1&digits=6&period=30"
        )
    }
}

@Suite struct PasswordHashTests {
    @Test func `A password matches its hash alone, also when it was stored`() throws {
        let hash = PasswordHash(of: Secret("correct horse"), logRounds: 4)
        let stored = try JSONDecoder().decode(PasswordHash.self, from: JSONEncoder().encode(hash))
        #expect(stored.matches(Secret("correct horse")))
        #expect(!stored.matches(Secret("correct horsf")))
        #expect(!stored.matches(Secret("")))
    }

    @Test func `Two hashes of one password differ`() {
        #expect(PasswordHash(of: Secret("x"), logRounds: 4) != PasswordHash(of: Secret("x"), logRounds: 4))
    }

    @Test func `A hash that is stored costs what it says, within bounds`() throws {
        let text = #"{"logRounds":62,"blockSize":8,"parallelism":1,"salt":"AAAA","hash":"AAAA"}"#
        let hostile = try JSONDecoder().decode(PasswordHash.self, from: Data(text.utf8))
        #expect(!hostile.matches(Secret("x")))
    }
}
