import AgentProtocol
import Model

extension AgentSession {
    private static let firstRetry = Duration.seconds(1)
    private static let lastRetry = Duration.seconds(30)

    /// Binds a new endpoint on all legs. An edge that goes away meanwhile is waited for.
    ///
    /// - Returns: the record as it is remembered.
    /// - Throws: `.endpointRefused`, `.closed`, `CancellationError`.
    func bind(_ wish: EndpointRecord) async throws -> EndpointRecord {
        var record = wish
        while true {
            try Task.checkCancellation()
            let lead = try await self.lead()
            do throws(CallError) {
                record.bound(try await lead.bind(record.bind, to: record.target))
            } catch {
                // The session was lost before the answer: the next one is asked.
                if error == .unanswered, !self.isClosed { continue }
                throw Self.refusal(error)
            }
            guard !self.isClosed else { throw PorticoError(.closed, "The agent was closed.") }
            // A leg that came meanwhile has bound what was remembered then, which this is not yet.
            guard lead.isSame(as: self.legs[0]) else { continue }
            break
        }
        self.endpoints.append(record)
        for (number, leg) in self.legs where number > 0 { await self.repeatBind(record, on: leg) }
        return record
    }

    /// Takes an endpoint offline, and forgets it.
    func unbind(_ id: Endpoint.ID) async {
        guard let record = self.remove(id, because: nil), let bindID = record.bindID else { return }
        for (number, leg) in self.legs where number > 0 { leg.forget(bindID) }
        guard let leg = self.legs.min(by: { $0.key < $1.key })?.value else { return }
        // An edge that does not answer, or knows it no longer, has nothing that could be left.
        try? await leg.unbind(bindID)
    }

    /// The edge took an endpoint away.
    func stopped(_ stop: AgentMessage.StopTunnel) {
        guard let id = self.endpoints.first(where: { $0.bindID == stop.id })?.id else { return }
        let text = ErrorText(message: stop.message, code: stop.errorCode.isEmpty ? nil : stop.errorCode)
        let error = PorticoError(.endpointRefused, told: text)
        self.remove(id, because: error)
        for leg in self.legs.values { leg.forget(stop.id) }
        self.board.tell(.endpointStopped(id, error))
    }

    /// Binds everything again on a new lead. What is refused is marked, and tried again later by itself.
    ///
    /// - Returns: the names of the binds that were made.
    /// - Throws: when the leg was lost before the end.
    func rebindAll(on lead: LegHandle) async throws(CallError) -> Set<String> {
        var bound: Set<String> = []
        for (id, bindID) in self.endpoints.map({ ($0.id, $0.bindID) }) {
            do throws(CallError) {
                try await self.rebind(id, on: lead)
                if let bindID { bound.insert(bindID) }
            } catch .refused(let text) {
                self.mark(id, PorticoError(.endpointRefused, told: text))
            }
        }
        return bound
    }

    /// Takes offline what was closed while the lead was not online yet and could not be told.
    func unbindForgotten(of bound: Set<String>, on lead: LegHandle) async {
        for bindID in bound.subtracting(self.endpoints.compactMap(\.bindID)) {
            // An edge that does not answer has lost the session, and the endpoint with it.
            try? await lead.unbind(bindID)
        }
    }

    /// Repeats on a further leg what is bound.
    func repeatAll(on leg: LegHandle, except done: Set<Endpoint.ID> = []) async -> Set<Endpoint.ID> {
        var done = done
        for record in self.endpoints where record.trouble == nil && !done.contains(record.id) {
            await self.repeatBind(record, on: leg)
            done.insert(record.id)
        }
        return done
    }

    /// Tries endpoints that were refused after a reconnect, for as long as `lead` leads.
    func retryTroubled(on lead: LegHandle) async {
        var delay = Self.firstRetry
        while self.endpoints.contains(where: { $0.trouble != nil }) {
            // Only a cancellation ends the wait early, and with it the loop.
            try? await Task.sleep(for: delay)
            delay = min(delay * 2, Self.lastRetry)
            for id in self.endpoints.filter({ $0.trouble != nil }).map(\.id) {
                guard !Task.isCancelled, lead.isSame(as: self.legs[0]) else { return }
                do throws(CallError) {
                    try await self.rebind(id, on: lead)
                    self.board.tell(.endpointRecovered(id))
                } catch .refused(let text) {
                    self.mark(id, PorticoError(.endpointRefused, told: text))
                } catch {
                    return
                }
                guard let record = self.endpoints.first(where: { $0.id == id }) else { continue }
                for (number, leg) in self.legs where number > 0 { await self.repeatBind(record, on: leg) }
            }
        }
    }

    private func rebind(_ id: Endpoint.ID, on lead: LegHandle) async throws(CallError) {
        guard let record = self.endpoints.first(where: { $0.id == id }) else { return }
        let answer = try await lead.bind(record.bind, to: record.target)
        guard let index = self.endpoints.firstIndex(where: { $0.id == id }) else {
            // It was closed meanwhile.
            if let bindID = record.bindID { try await lead.unbind(bindID) }
            return
        }
        self.endpoints[index].bound(answer)
    }

    /// What a further leg refuses does not matter: the endpoint is online on the lead.
    private func repeatBind(_ record: EndpointRecord, on leg: LegHandle) async {
        _ = try? await leg.bind(record.bind, to: record.target)
    }

    @discardableResult
    private func remove(_ id: Endpoint.ID, because error: PorticoError?) -> EndpointRecord? {
        guard let index = self.endpoints.firstIndex(where: { $0.id == id }) else { return nil }
        let record = self.endpoints.remove(at: index)
        record.target.finish(error)
        self.board.forget(id)
        return record
    }

    private func mark(_ id: Endpoint.ID, _ error: PorticoError) {
        guard let index = self.endpoints.firstIndex(where: { $0.id == id }) else { return }
        let isNew = self.endpoints[index].trouble != error
        self.endpoints[index].trouble = error
        if isNew { self.board.tell(.endpointFailed(id, error)) }
    }

    private static func refusal(_ error: CallError) -> PorticoError {
        switch error {
        case .refused(let text):
            PorticoError(.endpointRefused, told: text)
        case .unreadable(let problem):
            PorticoError(.protocolViolation, .edgeProtocolError, "The edge's answer cannot be read: \(problem).")
        case .unanswered, .timedOut, .unsupported:
            PorticoError(.disconnected, .sessionLost, "The edge did not answer.")
        }
    }
}

extension StreamTarget {
    /// The endpoint is over: an application that waits for connections is told.
    func finish(_ error: PorticoError?) {
        if case .application(let sink) = self.way { sink.finish(error) }
    }
}
