import Addressing
import Control
import EventDelivery
import Events
import Foundation
import Logging
import Model
import Secrets
import ServiceLifecycle
import Store

/// Brings events to destinations. It ends after those that make them.
struct EventDeliveryService: Service {
    let delivery: EventDelivery

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await self.delivery.run() }
    }
}

extension EdgeProgramConfiguration {
    /// What brings events to the destinations of accounts.
    ///
    /// - Throws: `configurationInvalid` where the authorities cannot be used.
    func eventDelivery(
        _ store: any RecordStore,
        _ keys: SealingKeyring,
        live: EventBroadcast,
        logger: Logger
    ) throws(Failure) -> EventDelivery {
        var delivery = DeliveryConfiguration(folder: self.events.folder ?? "\(self.dataFolder)/events")
        delivery.queue = self.events.queue
        delivery.limits.bytes = self.events.spoolBytes
        delivery.limits.totalBytes = self.events.spoolTotalBytes
        delivery.syncInterval = self.events.syncInterval
        delivery.longestPause = self.events.longestPause
        delivery.files = self.events.files
        delivery.isShared = self.store != nil
        delivery.hostName = self.connectHost.text
        delivery.apiURL = self.published.apiURL.map { "\($0)" } ?? ""
        delivery.writeLine = { Terminal.log(LineText.printable(json: $0)) }
        return EventDelivery(
            store: store,
            configuration: delivery,
            sealingKeys: keys,
            transport: try EventConnections(self.events),
            live: live,
            logger: logger
        )
    }
}
