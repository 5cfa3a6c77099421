import KubernetesClient
import Model

/// Takes certificates out of Secrets.
enum CertificateReader {
    struct Problem: Error {
        let message: String
        /// Whether the Secret is not there, and may come.
        let isMissing: Bool
    }

    static func certificate(in secret: SecretObject?, _ key: ObjectKey) -> Result<DesiredCertificate, Problem> {
        guard let secret else {
            return .failure(Problem(message: "there is no Secret \(key)", isMissing: true))
        }
        guard secret.type == "kubernetes.io/tls" else {
            let words = "the Secret \(key) is of the type \"\(secret.type)\", not kubernetes.io/tls"
            return .failure(Problem(message: words, isMissing: false))
        }
        guard let chain = secret.text("tls.crt"), let privateKey = secret.text("tls.key"),
            chain.reveal().contains("-----BEGIN CERTIFICATE-----"), privateKey.reveal().contains("-----BEGIN ")
        else {
            let words = "the Secret \(key) has not both a certificate (tls.crt) and a key (tls.key) in PEM"
            return .failure(Problem(message: words, isMissing: false))
        }
        // A hash over both tells one from another, and gives nothing of the key away.
        let fingerprint = ObjectNames.hash(chain.reveal() + "\n" + privateKey.reveal(), digits: 64)
        return .success(
            DesiredCertificate(
                fingerprint: fingerprint,
                source: key.description,
                chain: chain.reveal(),
                key: privateKey
            )
        )
    }
}
