package import Addressing
package import Foundation
internal import Model
internal import Secrets
internal import SwiftASN1
internal import X509

/// Where an edge keeps its local authority and the server certificate that it issued to itself.
///
/// `ca.pem` is handed to clients, `ca.key` to nobody, `edge.pem` is certificate and key in one file, so that there is
/// never the certificate of one and the key of another.
package struct CertificateFolder: Sendable {
    /// A server certificate is renewed when it is good for less than this.
    private static let renewal: TimeInterval = 30 * 86_400

    private let folder: String

    package init(_ folder: String) {
        self.folder = folder
    }

    /// The file with the authority's certificate, for clients.
    package var authorityFile: String { "\(self.folder)/ca.pem" }
    private var keyFile: String { "\(self.folder)/ca.key" }
    private var serverFile: String { "\(self.folder)/edge.pem" }

    /// Makes the folder and a new authority in it.
    ///
    /// - Throws: when there is one already; it stays as it is.
    package func createAuthority(at now: Date = Date()) throws(LocalAuthorityError) -> LocalAuthority {
        let authority = try LocalAuthority.create(at: now)
        let certificate = try authority.certificatePEM
        let key = try authority.keyPEM
        do throws(PrivateFileError) {
            try PrivateFolder(self.folder).create()
            try PrivateFile(self.keyFile).create(Array(key.reveal().utf8))
            try PrivateFile(self.authorityFile).create(Array(certificate.utf8))
        } catch {
            throw .file(error)
        }
        return authority
    }

    /// The authority that `createAuthority` made.
    package func authority() throws(LocalAuthorityError) -> LocalAuthority {
        try LocalAuthority.load(
            certificatePEM: try self.text(of: self.authorityFile),
            keyPEM: Secret(try self.text(of: self.keyFile))
        )
    }

    /// The server certificate for exactly these names and addresses: the one that is kept, or a new one, which is
    /// then kept, when there is none, it is for others or of another authority, or it expires within 30 days.
    package func serverCertificate(
        for names: [String],
        addresses: [IPAddress] = [],
        at now: Date = Date()
    ) throws(LocalAuthorityError) -> IssuedCertificate {
        let authority = try self.authority()
        if let kept = try self.kept(), kept.expiry - now > Self.renewal || kept.expiry == authority.expiry,
            kept.expiry > now, kept.isFor(names, addresses, of: authority)
        {
            return kept.issued
        }
        let issued = try authority.issue(for: names, addresses: addresses, at: now)
        do throws(PrivateFileError) {
            let text = issued.certificatePEM + issued.keyPEM.reveal()
            try PrivateFile(self.serverFile).replace(with: Array(text.utf8))
        } catch {
            throw .file(error)
        }
        return issued
    }

    /// What stands in the server file; nil when there is none, or it is damaged and must be made anew.
    private func kept() throws(LocalAuthorityError) -> KeptCertificate? {
        let text: String
        do throws(LocalAuthorityError) {
            text = try self.text(of: self.serverFile)
        } catch .file(.missing) {
            return nil
        }
        return KeptCertificate(pem: text)
    }

    private func text(of path: String) throws(LocalAuthorityError) -> String {
        do throws(PrivateFileError) {
            return String(decoding: try PrivateFile(path).contents(), as: UTF8.self)
        } catch {
            throw .file(error)
        }
    }
}

/// A certificate with its key, as read from a file.
private struct KeptCertificate {
    private let certificate: Certificate
    let issued: IssuedCertificate

    /// - Returns: nil when `pem` is not a certificate and its key.
    init?(pem: String) {
        // Damaged is as good as missing: the caller makes a new one.
        guard let documents = try? PEMDocument.parseMultiple(pemString: pem), documents.count == 2,
            let certificate = try? Certificate(pemDocument: documents[0]),
            let key = try? Certificate.PrivateKey(pemDocument: documents[1]),
            key.publicKey == certificate.publicKey
        else { return nil }
        self.certificate = certificate
        self.issued = IssuedCertificate(
            certificatePEM: documents[0].pemString + "\n",
            keyPEM: Secret(documents[1].pemString + "\n"),
            expiry: certificate.notValidAfter
        )
    }

    var expiry: Date { self.issued.expiry }

    func isFor(_ names: [String], _ addresses: [IPAddress], of authority: LocalAuthority) -> Bool {
        SubjectNames(names: names.map { $0.lowercased() }, addresses: addresses).areThose(of: self.certificate)
            && authority.certificate.publicKey.isValidSignature(self.certificate.signature, for: self.certificate)
    }
}

private func - (left: Date, right: Date) -> TimeInterval { left.timeIntervalSince(right) }
