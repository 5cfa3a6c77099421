import Addressing
import KubernetesClient
package import Logging
import Model
import Portico

/// The one loop of the operator: read everything, work out what should be, compare, apply, report. It runs again when
/// something changes, and when something could not be done.
package actor Synchronizer {
    /// Between two looks at the edge where nothing changes.
    private static let rounds = Duration.seconds(300)

    let parts: Parts
    let writer: ObjectWriter
    let logger: Logger
    private let clock = ContinuousClock()
    /// What was applied last.
    private(set) var endpoints: [DesiredEndpoint] = []
    private var retries = Backoff(first: .seconds(1), longest: .seconds(60))
    private var appointment: Task<Void, Never>?
    /// What was logged of the last run.
    private var logged: Set<String> = []
    private(set) var numbers = Numbers()
    /// Why the last run came to nothing; nil where it did not.
    private(set) package var trouble: String?

    /// Runs that went to their end.
    package var runs: Int { self.numbers.runs }

    package init(_ parts: Parts, logger: Logger) {
        self.parts = parts
        self.writer = ObjectWriter(client: parts.client, discovery: parts.discovery)
        self.logger = logger
    }

    /// Runs until the task is cancelled.
    package func run() async {
        let start = self.clock.now
        var pacing = RunPacing()
        for await _ in self.parts.signal.changes {
            pacing.changed(at: self.clock.now - start)
            var seen = self.parts.signal.count
            while let due = pacing.due, due > self.clock.now - start, !Task.isCancelled {
                // Cancelled meanwhile, the loop ends.
                try? await Task.sleep(until: start + due, clock: self.clock)
                guard self.parts.signal.count != seen else { continue }
                seen = self.parts.signal.count
                pacing.changed(at: self.clock.now - start)
            }
            guard !Task.isCancelled else { break }
            pacing.began()
            let isDone = await self.synchronize()
            self.comeBack(isDone)
        }
        self.appointment?.cancel()
    }

    /// Says when the next run is, whether or not something changes.
    private func comeBack(_ isDone: Bool) {
        if isDone { self.retries.reset() }
        let wait = isDone ? Self.rounds : self.retries.next(chance: .random(in: 0...1))
        self.appointment?.cancel()
        self.appointment = Task { [signal = self.parts.signal] in
            do {
                try await Task.sleep(for: wait)
                signal.send()
            } catch {
                // Another run came first, and makes an appointment of its own.
            }
        }
    }

    /// One run.
    ///
    /// - Returns: whether there is nothing left to do.
    private func synchronize() async -> Bool {
        guard self.parts.view.isSettled else {
            // Of a part nothing is concluded: what is missing would be taken offline. The informers signal.
            self.trouble = "the cluster is not read yet: \(self.parts.view.troubles.joined(separator: "; "))"
            return true
        }
        let isLeading = self.parts.isLeading()
        var snapshot = self.parts.view.snapshot
        // A status is made of what is reserved: one that was made without it would tell DNS that nothing is.
        var knowsNames = isLeading
        if isLeading, await self.parts.names?.refresh() != nil { knowsNames = false }
        if isLeading, await self.parts.addresses?.refresh() != nil { knowsNames = false }
        snapshot.domains += await self.parts.names?.domains ?? []
        snapshot.reservedAddresses = await self.parts.addresses?.addresses
        let objects = WrittenObjects(snapshot)
        let translation = self.parts.translator.translate(snapshot)
        var isDone = isLeading ? await self.mark(translation.claims, objects) : true
        let endpoints = translation.endpoints + self.held(by: translation)
        var problems = await self.apply(endpoints, isLeading: isLeading)
        self.log(problems)
        if !problems.isEmpty { isDone = false }
        self.endpoints = endpoints
        self.numbers.runs += 1
        self.numbers.endpoints = endpoints.count
        self.numbers.problems = problems.count
        self.trouble = problems.first?.message
        guard isLeading else { return isDone }
        let leavesSomething = problems.contains(where: \.leavesSomething)
        problems.removeAll { $0.owners.isEmpty }
        await self.record(translation, problems, objects)
        // What is said about objects hangs on what is served of them.
        snapshot.served = await self.served(endpoints, but: problems)
        let isWritten = knowsNames ? await self.report(self.parts.translator.translate(snapshot), objects) : false
        // What is still at the edge keeps its finalizer.
        let isReserved = await self.reserve(translation.addressWishes, objects)
        let isReleased = leavesSomething ? false : await self.release(translation, objects)
        return isDone && isWritten && isReserved && isReleased
    }

    /// The URLs that are served: those that the agent has open, and those of cloud endpoints that nothing was wrong with.
    private func served(_ endpoints: [DesiredEndpoint], but problems: [Problem]) async -> Set<EndpointURL> {
        let open = await self.parts.agent.urls
        let failed = Set(problems.flatMap(\.owners))
        let served = endpoints.filter { endpoint in
            endpoint.isCloud ? failed.isDisjoint(with: endpoint.owners) : open.contains(endpoint.url.description)
        }
        return Set(served.map(\.url))
    }

    /// What is new among what the edge did not do.
    private func log(_ problems: [Problem]) {
        let messages = Set(problems.map(\.message))
        for message in messages.subtracting(self.logged).sorted() {
            self.logger.warning("edge does not serve what is wished for", metadata: ["error": "\(message)"])
        }
        self.logged = messages
    }

    /// What was applied last for those whose wishes cannot be worked out now: it stays.
    private func held(by translation: Translation) -> [DesiredEndpoint] {
        let urls = Set(translation.endpoints.map(\.url))
        return self.endpoints.filter { endpoint in
            !urls.contains(endpoint.url) && endpoint.owners.contains(where: translation.held.contains)
        }
    }
}
