import Addressing
import Control
import Foundation
import Hummingbird
import Model
import Secrets

/// What is known of one request while it is answered.
struct PageContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let operation: ResourceID<OperationKind>
    /// The peer's; nil where it has none.
    let address: IPAddress?
    /// Set when somebody is signed in.
    var visit: Visit?

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.operation = .new(at: Int64(Date().timeIntervalSince1970))
        self.address = source.channel.remoteAddress?.ipAddress.flatMap { IPAddress(textBytes: $0.utf8) }
    }

    /// One machine or network: an IPv4 address, or the 64 bits that an IPv6 network shares.
    var origin: String {
        guard let address else { return "" }
        guard !address.isIPv4, let network = IPPrefix(address, length: 64) else { return "\(address)" }
        return "\(network)"
    }

    func browser(_ request: Request) -> SignIns.Browser {
        SignIns.Browser(address: self.address, userAgent: request.headers[.userAgent] ?? "")
    }
}

/// Somebody who is signed in and asks for something.
struct Visit: Sendable {
    let session: DashboardSession
    /// What the browser's cookie holds.
    let token: Secret
    /// What a form sent; empty where none was.
    let form: FormFields
    let caller: Caller

    /// What forms of this session carry, and no page of a stranger can know.
    var formToken: String { FormToken.of(self.token) }
}
