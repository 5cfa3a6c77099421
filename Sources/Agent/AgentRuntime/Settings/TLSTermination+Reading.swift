import Model
import Portico
import Settings

extension TLSTermination.PEM {
    /// As configuration files have it: PEM itself, or the path of a file of it.
    init(settingText text: String) {
        self = text.contains("-----BEGIN ") ? .bytes(Array(text.utf8)) : .file(text)
    }

    fileprivate var settingText: String {
        switch self {
        case .file(let path): path
        case .bytes: "PEM"
        }
    }
}

extension SettingType where Value == TLSTermination.PEM {
    /// Of certificates; a key is a secret.
    static var certificates: SettingType {
        SettingType("PEM", expectation: "certificates in PEM, or the path of a file of them", render: \.settingText) {
            $0.isEmpty || $0.utf8.count > 1 << 16 ? nil : TLSTermination.PEM(settingText: $0)
        }
    }
}

extension SettingType where Value == String {
    static var applicationProtocol: SettingType {
        SettingType("protocol", expectation: "a name of ALPN, of 1 to 255 bytes", render: { $0 }) {
            (1...255).contains($0.utf8.count) ? $0 : nil
        }
    }
}

extension TLSTermination {
    /// `agent_tls_termination` of an endpoint (`spec/agent.md` 3.4).
    ///
    /// - Returns: nil after what is missing has been noted.
    init?(_ reader: SettingsReader) {
        let certificates = reader.required(
            "server_certificate",
            .certificates,
            "The certificate that visitors are shown and those that vouch for it, as PEM or the path of a file."
        )
        let key: Secret? = reader.required(
            "server_private_key",
            .secret(maxBytes: 1 << 16),
            "The certificate's key, as PEM or the path of a file."
        )
        let authorities = reader.value(
            "mutual_tls_certificate_authorities",
            .list(of: .certificates, limit: 100),
            default: [],
            "Who may have signed visitors' certificates, each as PEM or the path of a file; then every visitor must show one. "
                + "Lists of revocations (X509 CRL) may stand beside them."
        )
        let protocols = reader.value(
            "application_protocols",
            .list(of: .applicationProtocol, limit: 16),
            default: [],
            "What is spoken inside TLS, the preferred first: h2, http/1.1. Visitors choose by ALPN."
        )
        let minimum = reader.value(
            "min_version",
            .choice("version"),
            default: Version.v1_2,
            "The oldest version of TLS."
        )
        let maximum = reader.value(
            "max_version",
            .choice("version"),
            default: Version.v1_3,
            "The newest version of TLS."
        )
        guard let certificates, let key else { return nil }
        self.init(
            certificates: certificates,
            privateKey: PEM(settingText: key.reveal()),
            visitorAuthorities: authorities,
            applicationProtocols: protocols,
            minimumVersion: minimum,
            maximumVersion: maximum
        )
    }

    /// Of files, as flags and older configurations name them.
    init(certificate: String, key: String, visitorCAs: String?) {
        self.init(
            certificates: .file(certificate),
            privateKey: .file(key),
            visitorAuthorities: visitorCAs.map { [.file($0)] } ?? []
        )
    }
}

extension EndpointOptions {
    mutating func readTermination(_ reader: SettingsReader) {
        // What reads no value of a section takes one that is not there for an empty one.
        guard reader.hasSection("agent_tls_termination") else { return }
        self.tlsTermination = reader.section(
            "agent_tls_termination",
            "TLS of a tls:// endpoint ends in the agent; the edge passes it on unread."
        ) { TLSTermination($0) }
    }
}
