package import ACME
package import ChallengeDNS

/// Where an edge obtains the certificates of domains, and how authorities may look whether a name leads to it.
package struct ACMESettings: Sendable {
    /// The authority's directory.
    package let directory: ACMEURL
    package let transport: any ACMETransport
    /// An e-mail address that the authority may write to.
    package var contact: String?
    package var externalAccount: ExternalAccount?
    /// What is answered by the edge itself, the preferred first.
    package var challenges: [ChallengeType] = [.http, .tlsALPN]
    /// What writes DNS records; nil where nothing does.
    package var records: DNSHook?
    /// The zone to which owners of domains point with a CNAME record; nil where there is none. Where there is nothing that
    /// writes records either, wildcards get no certificate.
    package var zone: ChallengeZone?
    /// The first wait after a failure; it grows with each.
    package var firstRetry = Duration.seconds(5)
    /// Between two looks at an order, where the authority does not say.
    package var interval = Duration.seconds(2)

    package init(directory: ACMEURL, transport: any ACMETransport) {
        self.directory = directory
        self.transport = transport
    }
}
