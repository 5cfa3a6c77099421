internal import Control
internal import Events
internal import Foundation
internal import Logging
internal import Model
internal import Secrets

extension EventDelivery {
    /// Writes down what event loops tell, for whoever wants it.
    func takeTraffic() async {
        let queue = self.intake.queue
        await withTaskCancellationHandler {
            while let batch = await queue.batch() {
                await self.take(batch.events)
                guard batch.dropped > 0 else { continue }
                self.logger.warning("events of traffic left out", metadata: ["events.dropped": "\(batch.dropped)"])
            }
        } onCancel: {
            queue.close()
        }
    }

    private func take(_ events: [TrafficEvent]) async {
        let table = self.table
        let isHeard = self.live.isHeard
        var wanted: [String: [SpooledEvent]] = [:]
        for event in events {
            let id = ResourceID<EventKind>.new(at: Int64(event.time.timeIntervalSince1970))
            for route in table.routes(of: event.account, event.type) where route.filter?.matches(event) ?? true {
                let envelope = event.envelope(id: id, fields: route.fields)
                wanted[route.destination, default: []].append(SpooledEvent(envelope))
            }
            if isHeard { self.live.publish(event.envelope(id: id)) }
        }
        for (destination, events) in wanted {
            let kept = await self.keep(events, for: destination)
            self.noteDropped(events.count - kept, for: destination)
        }
    }

    /// Events that found no room in memory.
    package nonisolated var droppedInMemory: Int { self.intake.queue.totals.dropped }
}
