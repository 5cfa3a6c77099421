import Model
import TestSupport
import Testing

@Suite struct SecretTests {
    @Test func `A secret shows nothing of itself`() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] {
            #expect(!text.contains("hunter2"))
        }
        #expect("\(secret)" == "[secret]")
    }

    @Test(arguments: [
        ("", ""), ("a", "a"), ("a", "b"), ("a", ""), ("", "a"), ("ab", "a"), ("a", "ab"), ("aa", "a"), ("a", "aa"),
        ("abcabc", "abc"), ("abc", "abcabc"), ("ä", "a"), ("token", "token"),
    ])
    func `Secrets are equal when their bytes are`(left: String, right: String) {
        #expect(Secret(left).equals(Secret(right)) == (Array(left.utf8) == Array(right.utf8)))
    }

    @Test(arguments: UInt64(0)..<50) func `One bit of difference is seen`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let text = (0..<Int.random(in: 1...60, using: &random)).map { _ in
            Character(UnicodeScalar(UInt8.random(in: 0x21...0x7E, using: &random)))
        }
        var other = text
        let index = Int.random(in: 0..<text.count, using: &random)
        other[index] = Character(UnicodeScalar((text[index].asciiValue ?? 0x21) ^ 1))
        #expect(Secret(String(text)).equals(Secret(String(text))))
        #expect(!Secret(String(text)).equals(Secret(String(other))))
    }
}
