import Certificates
import Edge
import Foundation
import Model
import Secrets

/// The certificates that an edge serves, read and checked: those of files, and the one that it issued to itself.
struct EdgeCertificates: Sendable {
    /// Those of files first.
    let served: [ServedCertificate]
    /// With which the API is served.
    let api: ServedCertificate
    /// With which the dashboard is.
    let dashboard: ServedCertificate

    /// - Parameters:
    ///   - tls: names the files.
    ///   - folder: has the edge's own, which is made anew when it is near its end.
    ///   - names: what the edge's own certificate is for.
    ///   - apiHost: the name of the API; nil where it has none of its own.
    ///   - dashboardHost: the name of the dashboard; nil where it has none of its own.
    /// - Throws: what is wrong with one of them, with its path.
    init(
        _ tls: TLSConfiguration,
        _ folder: DataFolder,
        for names: ServerNames,
        apiHost: String?,
        dashboardHost: String? = nil
    ) throws(Failure) {
        var served: [ServedCertificate] = []
        for files in tls.certificates { served.append(try Self.read(files)) }
        let issued = try folder.certificate(for: names)
        let own = ServedCertificate(
            names: names.hosts,
            chainPEM: issued.certificatePEM,
            keyPEM: issued.keyPEM,
            isDefault: !tls.certificates.contains(where: \.isDefault)
        )
        served.append(own)
        self.served = served
        func fitting(_ host: String?) -> ServedCertificate {
            host.flatMap { host in served.first { $0.isFor(host) } } ?? own
        }
        self.api = fitting(apiHost)
        self.dashboard = fitting(dashboardHost)
    }

    private static func read(_ files: CertificateFiles) throws(Failure) -> ServedCertificate {
        let chain = try Self.chain(files.chain)
        let key = try Self.key(files.key)
        let uploaded: UploadedCertificate
        do throws(Failure) {
            uploaded = try UploadedCertificate(chainPEM: chain, keyPEM: key)
        } catch {
            throw Failure(
                error.code,
                "The certificate \(files.chain) with the key \(files.key): \(error.message)",
                cause: error
            )
        }
        let names = uploaded.summary.dnsNames.map { $0.lowercased() }
        guard !names.isEmpty || files.isDefault else {
            throw Failure(.certificateUnusable, "The certificate \(files.chain) is for no host name")
        }
        return ServedCertificate(names: names, chainPEM: chain, keyPEM: uploaded.keyPEM, isDefault: files.isDefault)
    }

    private static func chain(_ path: String) throws(Failure) -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch {
            throw Failure(
                .certificateUnusable,
                "The certificate \(path) cannot be read",
                detail: "\(error)",
                cause: error
            )
        }
    }

    private static func key(_ path: String) throws(Failure) -> Secret {
        do throws(PrivateFileError) {
            return Secret(String(decoding: try PrivateFile(path).contents(), as: UTF8.self))
        } catch {
            throw Failure(.certificateUnusable, "\(error)", cause: error)
        }
    }
}

extension ServedCertificate {
    fileprivate func isFor(_ host: String) -> Bool {
        let parent = host.firstIndex(of: ".").map { "*" + host[$0...] }
        return self.names.contains { $0 == host || $0 == parent }
    }
}
