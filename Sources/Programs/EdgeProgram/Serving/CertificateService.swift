import APIServer
import Certificates
import Edge
import Logging
import Model
import ServiceLifecycle

/// Looks each day whether the certificate is near its end, and serves a new one then.
struct CertificateService: Service {
    private static let interval = Duration.seconds(86_400)

    let folder: DataFolder
    let names: ServerNames
    let edge: Edge
    let api: APICertificate
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // Only the end of the task cuts the wait short.
            while (try? await Task.sleep(for: Self.interval)) != nil { await self.renew() }
        }
    }

    private func renew() async {
        do {
            let issued = try self.folder.certificate(for: self.names)
            try await self.edge.replaceCertificates([ServedCertificate(issued, for: self.names)])
            try self.api.replace(chainPEM: issued.certificatePEM, keyPEM: issued.keyPEM)
        } catch {
            self.logger.error("certificate is not renewed", metadata: ["error": "\(error)"])
        }
    }
}
