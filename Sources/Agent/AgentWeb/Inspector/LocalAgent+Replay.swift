import AgentRuntime
import Inspection
import Portico

extension LocalAgent {
    /// - Throws: where nothing is kept under this name, or not any more.
    func captured(_ id: String) throws(LocalFailure) -> CapturedExchange {
        guard let captured = self.inspector.store?.exchange(id) else {
            throw .unknown("request \(id.quotedForDisplay)")
        }
        return captured
    }

    /// Sends a request again, from here to the upstream, and keeps what comes of it.
    ///
    /// - Parameters:
    ///   - captured: the exchange whose request it is.
    ///   - name: of the endpoint whose upstream is asked; nil for that of the exchange.
    ///   - bytes: what is sent in its place; nil for what was captured.
    /// - Returns: what is kept of it.
    /// - Throws: where there is no such endpoint, or too little was kept of the request.
    func replay(
        _ captured: CapturedExchange,
        by name: String?,
        as bytes: [UInt8]? = nil
    ) async throws(LocalFailure) -> CapturedExchange {
        guard bytes != nil || captured.exchange.request.isWhole else {
            throw .malformed("the request was longer than what is kept, and cannot be sent again")
        }
        let name = name ?? captured.endpoint
        guard let running = await self.running.endpoints.named(name) else {
            throw .unknown("endpoint \(name.quotedForDisplay)")
        }
        let exchange: TappedExchange
        do {
            exchange = try await self.running.agent.replay(
                bytes ?? captured.exchange.request.bytes,
                to: running.endpoint.id
            )
        } catch {
            throw .startFailed("\(error)")
        }
        return self.inspector.keep(exchange, of: name, visitor: captured.visitor, original: captured.id)
    }
}
