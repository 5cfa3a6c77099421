import Federation
package import Model
package import NIOCore

/// Looks whether an issuer says of itself what a login at it needs, when a policy that names it is attached.
package struct ProviderProbe: Sendable {
    /// Why there would be no login.
    package enum Problem: Error, Sendable, Hashable {
        /// What it says is wrong, in words for the policy's owner.
        case wrong(String)
        /// It says nothing.
        case away(String)
    }

    private let requester: any PolicyRequester
    private let documents = DocumentStore<ProviderDocument>()

    package init(_ requester: any PolicyRequester) {
        self.requester = requester
    }

    /// - Parameters:
    ///   - issuer: its URL, as the policy has it.
    ///   - account: whose policy it is.
    ///   - eventLoop: where requests are made.
    /// - Returns: nil where logins are possible.
    package func problem(
        of issuer: String,
        for account: ResourceID<AccountKind>,
        on eventLoop: any EventLoop
    ) async -> Problem? {
        let address = DocumentAddress(account: account, url: ProviderDocument.url(of: issuer))
        let fetched = eventLoop.flatSubmit { [documents, requester] in
            documents.document(at: address, with: nil, by: requester, at: .now(), on: eventLoop)
        }
        do {
            _ = try LoginAction.provider(try await fetched.get(), of: issuer)
            return nil
        } catch let failure as Failure {
            return .wrong(failure.detail)
        } catch DocumentError.unusable(let problem) {
            return .wrong("\(address.url): \(problem)")
        } catch {
            return .away("\(address.url): \((error as? DocumentError)?.words ?? "\(error)")")
        }
    }
}
