import Addressing
import Control
import Foundation
import Hummingbird
import Model
import Secrets

/// What is known of one call while it is answered.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let operation: ResourceID<OperationKind>
    /// The peer's; nil where it has none.
    let address: IPAddress?
    /// Set when the API key was found good.
    var caller: Caller?

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.operation = .new(at: Int64(Date().timeIntervalSince1970))
        self.address = source.channel.remoteAddress?.ipAddress.flatMap { IPAddress(textBytes: $0.utf8) }
    }

    /// Who calls.
    ///
    /// - Throws: when nobody was asked, which is a fault of the routes.
    func authenticated() throws(Failure) -> Caller {
        guard let caller else { throw Failure(.apiInternalError, "The call was not authenticated.") }
        return caller
    }
}
