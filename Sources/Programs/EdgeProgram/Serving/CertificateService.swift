import Logging
import Model
import ServiceLifecycle

/// Reads the certificates again each day: the edge's own is made anew near its end, and others renew those of files.
struct CertificateService: Service {
    private static let interval = Duration.seconds(86_400)

    let reloader: Reloader
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // Only the end of the task cuts the wait short.
            while (try? await Task.sleep(for: Self.interval)) != nil { await self.renew() }
        }
    }

    private func renew() async {
        do throws(Failure) {
            try await self.reloader.renewCertificates()
        } catch {
            self.logger.error("certificates are not renewed", metadata: ["error": "\(error)"])
        }
    }
}
