import Model
import NIOCore
import Testing
import TrafficPolicy

@testable import PolicyEngine

/// Every provider, by requests that were signed without our code.
@Suite struct WebhookProviderTests {
    @Test func `Each provider that a policy may name has a scheme, a source and a signed request`() {
        let signed = Set(WebhookFixture.all.map(\.provider))
        for provider in WebhookProvider.allCases {
            let isConfirmed = !WebhookProvider.unconfirmed.contains(provider)
            #expect((provider.sender != nil) == isConfirmed, "\(provider)")
            // What SNS signs needs a certificate and has tests of its own.
            #expect(signed.contains(provider.rawValue) == (isConfirmed && provider != .sns), "\(provider)")
            #expect(provider.sender?.source.hasPrefix("https://") ?? true, "\(provider)")
        }
    }

    @Test(arguments: WebhookFixture.all)
    func `A request of the provider is verified`(fixture: WebhookFixture) {
        #expect(fixture.verdict() == .verified)
    }

    @Test(arguments: WebhookFixture.all)
    func `A signature that is off by one digit is refused`(fixture: WebhookFixture) {
        #expect(fixture.withWrongSignature().verdict() == .refused(.signatureWrong))
    }

    @Test(arguments: WebhookFixture.all)
    func `Another secret is refused`(fixture: WebhookFixture) {
        var other = fixture
        other.secret = fixture.otherSecret
        #expect(other.verdict() == .refused(.signatureWrong))
    }

    @Test(arguments: WebhookFixture.all)
    func `An empty secret is refused, whatever was signed`(fixture: WebhookFixture) {
        var other = fixture
        other.secret = ""
        #expect(other.verdict() == .refused(.secretEmpty))
    }

    @Test(arguments: WebhookFixture.all)
    func `A request without one of the fields is refused, and says which is missing`(fixture: WebhookFixture) {
        for header in fixture.needed {
            #expect(fixture.without(header).verdict() == .refused(.fieldMissing(header.lowercased())), "\(header)")
        }
    }

    @Test(arguments: WebhookFixture.all.filter(\.coversBody))
    func `A body that was changed is refused`(fixture: WebhookFixture) {
        var other = fixture
        other.body += " "
        #expect(other.verdict() == .refused(.signatureWrong))
    }

    @Test(arguments: WebhookFixture.all.filter { $0.tolerance != nil })
    func `A request counts for as long as the provider recommends, before and after its time`(fixture: WebhookFixture) {
        let tolerance = fixture.tolerance ?? 0
        for (shift, isFresh) in [
            (tolerance, true), (-tolerance, true), (tolerance + 1, false), (-tolerance - 1, false),
        ] {
            var other = fixture
            other.now += shift * 1000
            let expected = isFresh ? WebhookVerdict.verified : .refused(.timeOutside(toleranceSeconds: tolerance))
            #expect(other.verdict() == expected, "\(shift)")
        }
    }
}
