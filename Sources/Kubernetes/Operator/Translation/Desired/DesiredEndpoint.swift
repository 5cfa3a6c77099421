package import Addressing
package import Model

/// An endpoint that the cluster's resources ask for.
///
/// The form between cluster and edge: it names no Kubernetes type, so that what applies it knows no Ingress and no route.
package struct DesiredEndpoint: Sendable, Equatable {
    /// What it is called; with ``namespace`` nothing else has the name.
    package var name: String
    /// Where its owners stand.
    package var namespace: String
    package var url: EndpointURL
    package var binding: EndpointBinding
    /// Where its traffic goes; nil for a cloud endpoint, whose policy handles all of it.
    package var upstream: DesiredUpstream?
    /// The policy document, JSON, checked; nil for none. It may hold secrets: it is for no log and no event.
    package var policy: String?
    /// Whether others may share its URL; nil where nothing was said.
    package var isPooling: Bool?
    package var description: String
    package var metadata: [String: String]
    /// The certificate that visitors of its host are shown; nil for the edge's own.
    package var certificates: [DesiredCertificate]
    /// What asks for it. It goes when the last one does.
    package var owners: [OwnerID]

    package var isCloud: Bool { self.upstream == nil }
}

/// What asks for an endpoint, as text that only those who made it can read: `Ingress/shop/web`.
package struct OwnerID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    package static func < (left: OwnerID, right: OwnerID) -> Bool { left.description < right.description }
}

/// A service of the cluster, as it is dialled.
package struct DesiredUpstream: Sendable, Equatable, Hashable {
    package var scheme: UpstreamScheme
    /// The name that is resolved in the cluster, or the external one.
    package var host: String
    package var port: UInt16
    /// The addresses to choose from in place of ``host`` and ``port``, each `address:port` (`[address]:port`); nil where the
    /// name is resolved.
    package var addresses: [String]?
    /// Whether requests go to it as HTTP/2.
    package var isHTTP2: Bool
    /// How its certificate is verified; nil where it is not.
    package var verification: UpstreamVerification?

    package init(scheme: UpstreamScheme, host: String, port: UInt16, isHTTP2: Bool = false) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.isHTTP2 = isHTTP2
    }

    /// `scheme://host:port`.
    package var url: String { "\(self.scheme.rawValue)://\(self.host):\(self.port)" }
}

/// Whose certificate an upstream must show.
package struct UpstreamVerification: Sendable, Equatable, Hashable {
    /// The name that is sent as SNI, and that the certificate must be for where ``names`` is empty.
    package var serverName: String
    /// One of them must stand in the certificate.
    package var names: [String]
    /// PEM; nil for those of the system.
    package var authorities: String?
}

/// A certificate with its key, as the cluster has it.
package struct DesiredCertificate: Sendable, Equatable {
    /// Tells it from another one, and from an earlier one of the same place.
    package var fingerprint: String
    /// Where it stands: `shop/web-tls`.
    package var source: String
    /// PEM, the leaf first.
    package var chain: String
    package var key: Secret

    package static func == (left: DesiredCertificate, right: DesiredCertificate) -> Bool {
        left.fingerprint == right.fingerprint && left.source == right.source
    }
}
