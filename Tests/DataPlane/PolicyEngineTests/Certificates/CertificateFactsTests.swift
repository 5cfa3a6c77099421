import Expression
import Testing

@testable import PolicyEngine

/// What policies are told of certificates (`spec/expressions.md` 4.4), of one that has all of it.
@Suite struct CertificateFactsTests {
    private static func contents(isShown: Bool = true) throws -> CertificateFacts.Contents {
        try #require(CertificateFacts(pem: certificate, isShown: isShown)).contents
    }

    @Test func `Names are told as text, the most specific part first, and by their parts`() throws {
        let name = try Self.contents().subject
        let text =
            #"CN=app.example.com,OU=Lab,OU=Edge,O=Example\, Inc.,2.5.4.17=80331,STREET=Main Street 1,L=Munich,ST=Bavaria,C=DE"#
        #expect(name.text == text)
        #expect(name.commonName == "app.example.com")
        #expect(name.country == ["DE"] && name.province == ["Bavaria"] && name.locality == ["Munich"])
        #expect(name.streetAddress == ["Main Street 1"] && name.postalCode == ["80331"])
        #expect(name.organization == ["Example, Inc."] && name.organizationalUnit == ["Edge", "Lab"])
        #expect(try Self.contents().issuer == name)
    }

    @Test func `Other names are told as text and by kind`() throws {
        let contents = try Self.contents()
        let text =
            "DNS:app.example.com, DNS:*.example.com, IP Address:192.0.2.7, IP Address:2001:db8::1, "
            + "email:ops@example.com, URI:https://example.com/a"
        #expect(contents.alternativeNames == text)
        #expect(contents.dnsNames == ["app.example.com", "*.example.com"])
        #expect(contents.ipAddresses == ["192.0.2.7", "2001:db8::1"])
        #expect(contents.emailAddresses == ["ops@example.com"] && contents.uris == ["https://example.com/a"])
    }

    @Test func `Number, algorithm, times and extensions are told`() throws {
        let contents = try Self.contents()
        #expect(contents.serialNumber == "f1e2d3c4")
        #expect(contents.signatureAlgorithm == "ECDSA-SHA256")
        #expect(contents.notBefore?.text == "2026-11-28T22:46:59Z" && contents.notAfter?.text == "2126-11-04T22:46:59Z")
        let extensions = contents.extensions.map { "\($0.id) \($0.isCritical)" }
        #expect(
            extensions == ["2.5.29.14 false", "2.5.29.35 false", "2.5.29.19 true", "2.5.29.17 false", "2.5.29.15 true"]
        )
        #expect(contents.extensions.last?.value == [3, 2, 7, 0x80])
    }

    @Test func `The certificate itself is told where it is the visitor's`() throws {
        #expect(try Self.contents().pem == certificate)
        #expect(try Self.contents(isShown: false).pem.isEmpty)
    }

    @Test func `What is no certificate has no facts`() {
        #expect(CertificateFacts(pem: "", isShown: true) == nil)
        #expect(CertificateFacts(pem: certificate.replacing("MIID", with: "MIIE"), isShown: true) == nil)
    }
}

private let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIDFTCCArugAwIBAgIFAPHi08QwCgYIKoZIzj0EAwIwgacxCzAJBgNVBAYTAkRF
    MRAwDgYDVQQIDAdCYXZhcmlhMQ8wDQYDVQQHDAZNdW5pY2gxFjAUBgNVBAkMDU1h
    aW4gU3RyZWV0IDExDjAMBgNVBBEMBTgwMzMxMRYwFAYDVQQKDA1FeGFtcGxlLCBJ
    bmMuMQ0wCwYDVQQLDARFZGdlMQwwCgYDVQQLDANMYWIxGDAWBgNVBAMMD2FwcC5l
    eGFtcGxlLmNvbTAgFw0yNjExMjgyMjQ2NTlaGA8yMTI2MTEwNDIyNDY1OVowgacx
    CzAJBgNVBAYTAkRFMRAwDgYDVQQIDAdCYXZhcmlhMQ8wDQYDVQQHDAZNdW5pY2gx
    FjAUBgNVBAkMDU1haW4gU3RyZWV0IDExDjAMBgNVBBEMBTgwMzMxMRYwFAYDVQQK
    DA1FeGFtcGxlLCBJbmMuMQ0wCwYDVQQLDARFZGdlMQwwCgYDVQQLDANMYWIxGDAW
    BgNVBAMMD2FwcC5leGFtcGxlLmNvbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
    BOknQRwM/IiUzE2yAsJMq3cMRQvlwhtUz8KPIZiZw2MCf+Vcon41fmRXh4nqYIBQ
    2FcDFt5ob4+ISGY0+ZzRTImjgc8wgcwwHQYDVR0OBBYEFDHsnmHagLQMJZaItcLg
    nIKSZzqqMB8GA1UdIwQYMBaAFDHsnmHagLQMJZaItcLgnIKSZzqqMA8GA1UdEwEB
    /wQFMAMBAf8waQYDVR0RBGIwYIIPYXBwLmV4YW1wbGUuY29tgg0qLmV4YW1wbGUu
    Y29thwTAAAIHhxAgAQ24AAAAAAAAAAAAAAABgQ9vcHNAZXhhbXBsZS5jb22GFWh0
    dHBzOi8vZXhhbXBsZS5jb20vYTAOBgNVHQ8BAf8EBAMCB4AwCgYIKoZIzj0EAwID
    SAAwRQIhAMfFuk2QetLn8Jishj+7uYSXCMqlzKLek0NY3IGVuuMqAiBMSMjdr1v6
    ja31wkrTb9MiEXmWE5M2EP3SRPdAHuVOqg==
    -----END CERTIFICATE-----

    """
