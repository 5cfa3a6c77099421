import Expression
import Model
import NIOCore
import PolicyEngine

extension Exchange {
    /// Answers what comes to the host that providers of logins lead back to, which no endpoint has.
    ///
    /// - Returns: false for every other host.
    func answerLogin(_ head: RequestHead, in bytes: ByteBuffer) -> Bool {
        guard case .host = self.destination, let services = self.loop.environment.services.logins,
            let name = head.hostNameRange
        else { return false }
        let host = services.configuration.host
        let uri: String? = bytes.withUnsafeReadableBytes { raw in
            guard name.count == host.utf8.count, zip(name, host.utf8).allSatisfy({ FieldName.lower(raw[$0]) == $1 })
            else { return nil }
            self.answerFormat = ErrorResponse.Format(for: head, in: raw)
            return String(decoding: raw[head.pathRange], as: UTF8.self)
        }
        guard let uri else { return false }
        guard self.context.visitor.isSecure else {
            self.answer(Failure(.loginNeedsTLS, "Logins come back by https alone."), status: nil)
            return true
        }
        let callback = LoginCallback(services)
        switch callback.answer(uri, isGET: head.method == .get, at: self.loop.environment.clock().seconds) {
        case .respond(let response)?: self.answer(LocalAnswer(response))
        case .fail(let failure)?: self.answer(failure, status: nil)
        case nil: self.answer(Failure(.endpointOffline, "There is nothing at this address."))
        }
        return true
    }
}
