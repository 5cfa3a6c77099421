/// Writes events to the log of the edge, a line each.
struct LogSender: EventSender {
    let write: @Sendable (String) -> Void

    func send(_ events: [SpooledEvent]) async throws(DeliveryError) {
        for event in events { self.write(event.line) }
    }
}

/// Sends to two.
struct BothSenders: EventSender {
    let first: any EventSender
    let second: any EventSender

    func send(_ events: [SpooledEvent]) async throws(DeliveryError) {
        // The one that may fail first: else the other would get events again.
        try await self.first.send(events)
        try await self.second.send(events)
    }

    func close() async {
        await self.first.close()
        await self.second.close()
    }
}

/// For destinations that the edge keeps and does not send to.
struct NoSender: EventSender {
    let reason: String

    func send(_ events: [SpooledEvent]) async throws(DeliveryError) {
        throw .failed(self.reason)
    }
}
