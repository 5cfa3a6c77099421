import TestSupport
import Testing

@testable import PolicyEngine

/// Requests that are right but for something drawn by chance.
@Suite struct WebhookMutationTests {
    @Test(arguments: UInt64(0)..<200)
    func `No body is verified that has a letter more`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var fixture = try #require(WebhookFixture.all.filter(\.coversBody).randomElement(using: &random))
        let place = fixture.body.unicodeScalars.indices.randomElement(using: &random) ?? fixture.body.startIndex
        fixture.body.unicodeScalars.insert("x", at: place)
        #expect(fixture.verdict() != .verified, "\(fixture.testDescription)")
    }

    @Test(arguments: UInt64(0)..<200)
    func `No field is verified that has another digit of the signature`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let fixture = try #require(WebhookFixture.all.randomElement(using: &random))
        // The last letter of base64 has bits that stand for nothing.
        let offset = Int.random(in: 0..<fixture.signature.utf8.count - 3, using: &random)
        var digits = Array(fixture.signature.unicodeScalars)
        digits[offset] = digits[offset] == "0" ? "1" : "0"
        let wrong = String(String.UnicodeScalarView(digits))
        var other = fixture
        other.headers = fixture.headers.map { [$0[0], $0[1].replacing(fixture.signature, with: wrong)] }
        other.body = fixture.body.replacing(fixture.signature, with: wrong)
        #expect(other.verdict() != .verified, "\(fixture.testDescription)")
    }

    @Test(arguments: UInt64(0)..<200)
    func `Whatever stands in fields, URL and body, there is a verdict`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var fixture = try #require(WebhookFixture.all.randomElement(using: &random))
        let alphabet = [
            "", ",", "=", "&", "%", "v1=", "t=", " ", "{", "\"", "\\", "é", "\u{301}", "0", "a", "::", "\t",
        ]
        func mutate(_ text: String) -> String {
            var scalars = text.unicodeScalars
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                let start = scalars.indices.randomElement(using: &random) ?? scalars.startIndex
                let end = scalars.index(
                    start,
                    offsetBy: Int.random(in: 0..<5, using: &random),
                    limitedBy: scalars.endIndex
                )
                let text = alphabet.randomElement(using: &random) ?? ""
                scalars.replaceSubrange(start..<(end ?? scalars.endIndex), with: text.unicodeScalars)
            }
            return String(scalars)
        }
        fixture.headers = fixture.headers.map { [$0[0], mutate($0[1])] }
        fixture.url = "https://hooks.example.com/x" + mutate("in?a=1&bodySHA256=00")
        fixture.body = mutate(fixture.body)
        #expect(fixture.verdict() != nil)
    }
}
