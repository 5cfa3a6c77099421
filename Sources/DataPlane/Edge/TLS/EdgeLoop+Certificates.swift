import Addressing
import Model
import NIOCore
import Preamble
import Proxy

extension EdgeLoop {
    /// Goes on when what the handshake of a host needs is there: at once as a rule, or when it has been made elsewhere.
    ///
    /// `body` is called on the event loop, once.
    func whenReady(for host: HostName?, _ body: @escaping () -> Void) {
        guard let source = self.domains.source(for: host), self.domains.find(source) == nil else { return body() }
        let made = self.proxy.eventLoop.makeFutureWithTask { try await source.ready() }
        made.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let ready): self.keep(ready)
            case .failure(let error): self.drop(source, because: error)
            }
            body()
        }
    }

    /// The domain's certificate before those of the configuration.
    func served(for serverName: String?) -> TLSContext {
        self.served(for: serverName.flatMap { try? HostName(parsing: $0) }, serverName)
    }

    func served(for host: HostName?, _ serverName: String?) -> TLSContext {
        guard let source = self.domains.source(for: host) else {
            return self.admission.contexts.served(for: serverName)
        }
        if let ready = self.domains.find(source) { return ready.tls }
        // It was ready when the visitor came, and has been forgotten while the rules waited.
        do throws(Failure) {
            let ready = try source.readyNow()
            self.keep(ready)
            return ready.tls
        } catch {
            self.drop(source, because: error)
            return self.admission.contexts.served(for: serverName)
        }
    }

    private func keep(_ ready: ReadyCertificate) {
        self.proxy.counters.note(.readyCertificates, count: self.domains.keep(ready))
    }

    private func drop(_ source: CertificateSource, because error: any Error) {
        self.domains.drop(source)
        self.whenUnusable(source.domain, error)
    }
}
