package import Expression

/// What is known of a visitor's TLS (`spec/expressions.md` 4.4). Before the handshake only the first two are.
package struct TLSFacts: Sendable {
    /// The name that the visitor asked for; empty where it named none.
    package var serverName = ""
    package var ja4Fingerprint = ""
    /// `1.2` or `1.3`.
    package var version = ""
    /// The IANA name.
    package var cipherSuite = ""
    /// `h2`, `http/1.1` or empty.
    package var applicationProtocol = ""
    /// The visitor's certificate, where it presented one.
    package var client: CertificateFacts?
    /// The leaf that the edge served.
    package var server: CertificateFacts?

    package init() {}
}

/// What expressions can ask of an X.509 certificate.
package final class CertificateFacts: Sendable {
    package let contents: Contents

    package init(_ contents: Contents) {
        self.contents = contents
    }

    package struct Contents: Sendable {
        package var extensions: [Extension] = []
        package var issuer = Name()
        package var subject = Name()
        /// With newlines alone at the ends of lines; empty where it is not told.
        package var pem = ""
        /// `DNS:a, IP Address:192.0.2.1`.
        package var alternativeNames = ""
        package var dnsNames: [String] = []
        package var emailAddresses: [String] = []
        package var ipAddresses: [String] = []
        package var uris: [String] = []
        /// Hexadecimal digits in small letters, without a leading `00`.
        package var serialNumber = ""
        /// As in `SHA256-RSA` or `ECDSA-SHA256`.
        package var signatureAlgorithm = ""
        package var notBefore: Timestamp?
        package var notAfter: Timestamp?

        package init() {}
    }

    package struct Extension: Sendable, Hashable {
        /// An object identifier with points.
        package let id: String
        package let isCritical: Bool
        package let value: [UInt8]

        package init(id: String, isCritical: Bool, value: [UInt8]) {
            self.id = id
            self.isCritical = isCritical
            self.value = value
        }
    }

    /// A distinguished name.
    package struct Name: Sendable, Hashable {
        /// RFC 2253, the most specific part first: `CN=a,O=b`.
        package var text = ""
        package var commonName = ""
        package var country: [String] = []
        package var locality: [String] = []
        package var organization: [String] = []
        package var organizationalUnit: [String] = []
        package var postalCode: [String] = []
        package var province: [String] = []
        package var streetAddress: [String] = []

        package init() {}
    }
}
