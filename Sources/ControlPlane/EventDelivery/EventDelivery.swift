package import Control
package import Events
internal import Foundation
package import Logging
package import Model
package import Secrets
package import Store

/// Brings the events of accounts to their destinations.
///
/// Events of traffic come from event loops through a queue in memory, audit events from the store's feed of changes. Both go
/// into files, one queue for each destination, and from there to it, as often as it takes. docs/events.md tells what is
/// promised when.
package actor EventDelivery: EventCourier {
    let store: any RecordStore
    let configuration: DeliveryConfiguration
    let outbox: Outbox
    let logger: Logger
    private let workshop: SenderWorkshop
    /// Where event loops put events.
    package nonisolated let intake: TrafficIntake
    package nonisolated let live: EventBroadcast

    private(set) var table = SubscriptionTable()
    private var isHeard = false
    private(set) var started = Date.distantFuture
    private var workers: [String: Worker] = [:]
    /// Destinations that the log has said nothing is sent to.
    private var unserved: Set<String> = []
    /// How far the audit events are taken for each destination.
    var audit: [String: AuditProgress] = [:]
    /// Whether it is this edge that takes them, of several with one database.
    var lease: AuditLease?

    private struct Worker {
        let worker: DestinationWorker
        let target: EventTarget
        let task: Task<Void, Never>
    }

    package init(
        store: any RecordStore,
        configuration: DeliveryConfiguration,
        sealingKeys: SealingKeyring,
        transport: any EventTransport,
        live: EventBroadcast,
        logger: Logger
    ) {
        self.store = store
        self.configuration = configuration
        self.outbox = Outbox(configuration.folder, limits: configuration.limits, logger: logger)
        self.logger = logger
        self.workshop = SenderWorkshop(configuration, keys: sealingKeys, transport: transport)
        self.intake = TrafficIntake(limit: configuration.queue)
        self.live = live
    }

    /// Delivers until its task is cancelled. What waits then is sent after the next start.
    ///
    /// - Throws: `eventSpoolUnusable`.
    package func run() async throws(Failure) {
        try await self.outbox.open()
        self.started = self.configuration.now()
        self.live.onChange { [weak self] isHeard in
            guard let self else { return }
            Task { await self.setHeard(isHeard) }
        }
        // Somebody may have begun to look before.
        await self.setHeard(self.live.isHeard)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.followStore() }
            group.addTask { await self.takeTraffic() }
            group.addTask { await self.syncNowAndThen() }
            await group.waitForAll()
        }
        for worker in self.workers.values { worker.task.cancel() }
        for worker in self.workers.values { await worker.task.value }
        self.workers = [:]
        await self.outbox.sync()
    }

    private func setHeard(_ isHeard: Bool) async {
        self.isHeard = isHeard
        await self.want()
    }

    private func want() async {
        var wanted = self.table.wanted
        wanted.events = wanted.events || self.isHeard
        await self.intake.want(wanted)
    }

    // MARK: - Subscriptions

    /// Reads who wants what, and begins and ends the work for destinations.
    func loadTable() async throws(StoreError) {
        let (destinations, known) = try await self.store.everything(EventDestinationRecord.self)
        let (subscriptions, _) = try await self.store.everything(EventSubscriptionRecord.self)
        let table = SubscriptionTable(
            destinations.filter { self.workshop.problem(of: $0.document.target) == nil },
            subscriptions
        )
        self.table = table
        await self.want()
        self.warn(of: destinations, subscriptions)
        for (id, worker) in self.workers where table.destinations[id]?.document.target != worker.target {
            worker.task.cancel()
            self.workers[id] = nil
            guard let destination = table.destinations[id] else { continue }
            self.begin(id, destination, after: worker.task)
        }
        for (id, destination) in table.destinations where self.workers[id] == nil { self.begin(id, destination) }
        await self.outbox.keep(known)
        for id in self.audit.keys where table.destinations[id] == nil { self.audit[id] = nil }
    }

    /// Says once of which destinations nothing is sent to although somebody has subscribed for them.
    private func warn(
        of destinations: [Stored<EventDestinationRecord>],
        _ subscriptions: [Stored<EventSubscriptionRecord>]
    ) {
        let wanted = Set(subscriptions.flatMap(\.document.destinations))
        let unserved = destinations.filter {
            wanted.contains($0.id.text) && self.workshop.problem(of: $0.document.target) != nil
        }
        for destination in unserved where !self.unserved.contains(destination.id.text) {
            self.logger.warning(
                "events are not sent to a destination that somebody has subscribed for",
                metadata: [
                    "destination.id": "\(destination.id)",
                    "error": "\(self.workshop.problem(of: destination.document.target)?.message ?? "")",
                ]
            )
        }
        self.unserved = Set(unserved.map(\.id.text))
    }

    /// Begins the work for a destination when `former`, who is sending to it yet perhaps, has ended: two never do.
    private func begin(
        _ id: String,
        _ destination: Stored<EventDestinationRecord>,
        after former: Task<Void, Never>? = nil
    ) {
        let sender: any EventSender
        do {
            sender = try self.workshop.sender(for: destination)
        } catch {
            self.logger.error(
                "an event destination cannot be used",
                metadata: ["destination.id": "\(id)", "error": "\(error)"]
            )
            sender = NoSender(reason: "a secret of the destination cannot be opened")
        }
        let worker = DestinationWorker(id, sender, self.outbox, self.configuration, logger: self.logger)
        let task = Task {
            await former?.value
            await worker.run()
        }
        self.workers[id] = Worker(worker: worker, target: destination.document.target, task: task)
    }

    // MARK: - Events

    /// Writes events down for a destination, as far as there is room.
    ///
    /// - Returns: how many.
    func keep(_ events: [SpooledEvent], for destination: String) async -> Int {
        let taken = await self.outbox.append(events, to: destination)
        if taken > 0 { self.workers[destination]?.worker.wake() }
        return taken
    }

    func noteDropped(_ count: Int, for destination: String) {
        guard count > 0 else { return }
        self.workers[destination]?.worker.noteDropped(count)
    }

    private func syncNowAndThen() async {
        // Only the end of the task cuts the pause short.
        while (try? await Task.sleep(for: max(self.configuration.syncInterval, .milliseconds(10)))) != nil {
            await self.outbox.sync()
        }
    }

    // MARK: - As the rules of destinations ask

    package nonisolated func problem(of target: EventTarget) -> Failure? { self.workshop.problem(of: target) }

    package func sendTest(
        to destination: Stored<EventDestinationRecord>
    ) async throws(Failure) -> ResourceID<EventKind> {
        let now = self.configuration.now()
        let id = ResourceID<EventKind>.new(at: Int64(now.timeIntervalSince1970))
        let sender: any EventSender
        do {
            sender = try self.workshop.sender(for: destination)
        } catch {
            throw Failure(.destinationFailed, "A secret of the destination cannot be opened.", detail: "\(error)")
        }
        let outcome: DeliveryError?
        do throws(DeliveryError) {
            try await sender.send([SpooledEvent(.test(id, at: now))])
            outcome = nil
        } catch {
            outcome = error
        }
        await sender.close()
        guard let outcome else { return id }
        if case .datadog = destination.document.target, outcome.text.contains("answered 403") {
            throw Failure(.destinationDatadogRefused, outcome.text)
        }
        throw Failure(.destinationFailed, outcome.text)
    }

    package func status(of destination: ResourceID<EventDestinationKind>) async -> DeliveryStatus {
        guard let worker = self.workers[destination.text]?.worker else { return DeliveryStatus() }
        return await self.status(of: worker)
    }

    private func status(of worker: DestinationWorker) async -> DeliveryStatus {
        var status = worker.status
        let waiting = await self.outbox.waiting(for: worker.id)
        status.queued = waiting.events
        status.queuedBytes = waiting.bytes
        return status
    }

    /// Of all destinations, by identifier.
    package func statuses() async -> [String: DeliveryStatus] {
        var statuses: [String: DeliveryStatus] = [:]
        for worker in self.workers.values { statuses[worker.worker.id] = await self.status(of: worker.worker) }
        return statuses
    }
}

extension RecordStore {
    /// All documents of one type, whosever they are, and the identifiers of all records of it.
    fileprivate func everything<Document: StoredDocument>(
        _ type: Document.Type
    ) async throws(StoreError) -> ([Stored<Document>], Set<String>) {
        var found: [Stored<Document>] = []
        var known: Set<String> = []
        var before: String?
        while true {
            let page = Page(before: before, limit: Page.limits.upperBound)
            let records = try await self.list(Document.recordKind, in: .platform, page)
            known.formUnion(records.map(\.id))
            // One that does not read is of a newer version, and what waits for it stays.
            found += records.compactMap { try? Stored<Document>($0) }
            guard records.count == page.limit else { return (found, known) }
            before = records.last?.id
        }
    }
}
