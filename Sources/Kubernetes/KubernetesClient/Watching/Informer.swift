package import Logging
import NIOConcurrencyHelpers

/// Keeps what the cluster has of one kind: a list, then watches, for as long as `run` runs. Whoever reads it has the last
/// state at hand and asks the server nothing.
///
/// Bounded: where there are more objects than it may hold it keeps none, and says so.
package final class Informer<Object: KubernetesResource>: Sendable {
    /// How far it is.
    package enum State: Sendable, Equatable {
        /// Nothing is known yet.
        case starting
        /// What is held was the cluster's state a moment ago.
        case synced
        /// The server has no such kind, so that there are no such objects.
        case absent
        /// Nothing is known, and why.
        case failed(ClusterError)
    }

    private struct Held {
        var state = State.starting
        var snapshot = ResourceSnapshot<Object>()
    }

    /// How long a server goes on with one watch; ends are spread over a third of it.
    private static var watchSeconds: Int { 300 }

    private let client: ClusterClient
    private let discovery: Discovery
    private let scope: ObjectScope
    private let limit: Int
    private let logger: Logger
    private let changed: @Sendable () -> Void
    private let held = NIOLockedValueBox(Held())

    /// - Parameters:
    ///   - client: whom it asks.
    ///   - discovery: says which version of the kind there is.
    ///   - scope: of which objects.
    ///   - limit: how many it holds at most.
    ///   - logger: is told where it does not get on.
    ///   - changed: called behind each change, on the way of the events: it must be quick.
    package init(
        _ client: ClusterClient,
        _ discovery: Discovery,
        in scope: ObjectScope = .everywhere,
        limit: Int = 50_000,
        logger: Logger,
        changed: @escaping @Sendable () -> Void
    ) {
        self.client = client
        self.discovery = discovery
        self.scope = scope
        self.limit = limit
        self.logger = logger
        self.changed = changed
    }

    package var state: State { self.held.withLockedValue { $0.state } }

    package var snapshot: ResourceSnapshot<Object> { self.held.withLockedValue { $0.snapshot } }

    /// Whether what is held can be believed, be it that there is nothing.
    package var isSettled: Bool {
        switch self.state {
        case .synced, .absent: true
        case .starting, .failed: false
        }
    }

    /// Follows the kind until the task is cancelled.
    package func run() async {
        var progress = WatchProgress()
        while !Task.isCancelled {
            let end: WatchProgress.End?
            do {
                end = try await self.go(&progress)
            } catch {
                end = await self.failed(error)
            }
            let wait = end.map { progress.ended($0, chance: .random(in: 0...1)) } ?? self.discovery.lifetime
            // Cancelled meanwhile, the loop ends.
            if wait > .zero { try? await Task.sleep(for: wait) }
        }
    }

    /// One step. nil: there is no such kind.
    private func go(_ progress: inout WatchProgress) async throws(ClusterError) -> WatchProgress.End? {
        guard let type = try await self.discovery.type(of: Object.resource) else {
            progress.restart()
            guard self.state != .absent else { return nil }
            self.update { held in
                held.snapshot = ResourceSnapshot()
                held.state = .absent
            }
            return nil
        }
        switch progress.step {
        case .list:
            let list = try await self.client.list(Object.self, as: type, in: self.scope, limit: self.limit)
            progress.listed(upTo: list.resourceVersion)
            self.update { held in
                held.snapshot.replaceAll(list.objects)
                held.state = .synced
            }
            return try await self.watch(type, from: list.resourceVersion, &progress)
        case .watch(let version):
            return try await self.watch(type, from: version, &progress)
        }
    }

    private func watch(
        _ type: ResourceType,
        from version: String,
        _ progress: inout WatchProgress
    ) async throws(ClusterError) -> WatchProgress.End {
        let seconds = Self.watchSeconds - .random(in: 0...Self.watchSeconds / 3)
        try await self.client.watch(Object.self, as: type, in: self.scope, from: version, seconds: seconds) {
            (event) throws(ClusterError) in
            try self.take(event, &progress)
        }
        return .closed
    }

    private func take(_ event: WatchEvent<Object>, _ progress: inout WatchProgress) throws(ClusterError) {
        switch event {
        case .present(let object):
            let count = self.update { held in
                held.snapshot.put(object)
                held.state = .synced
                return held.snapshot.count
            }
            progress.saw(object.metadata.resourceVersion)
            guard count <= self.limit else { throw .tooLarge("\(self.limit) objects of \(Object.resource.plural)") }
        case .gone(let metadata):
            self.update { held in
                held.snapshot.remove(metadata.key)
                held.state = .synced
            }
            progress.saw(metadata.resourceVersion)
        case .bookmark(let version): progress.saw(version)
        case .failed(let refusal): throw .refused(refusal)
        case .unknown(let type):
            self.logger.debug("event of a watch is not known", metadata: ["event.type": "\(type)"])
        }
    }

    /// What is held stays where the server is away for a while: it was true a moment ago. It goes where it can be no
    /// more than a part.
    private func failed(_ error: ClusterError) async -> WatchProgress.End {
        if error.isExpired { return .expired }
        if error == .cancelled { return .closed }
        if error.isMissing { await self.discovery.forget() }
        let isPart = if case .tooLarge = error { true } else { false }
        let isNew = self.held.withLockedValue { held in
            guard isPart || held.state != .synced, held.state != .failed(error) else { return false }
            if isPart { held.snapshot = ResourceSnapshot() }
            held.state = .failed(error)
            return true
        }
        if isNew {
            self.logger.warning(
                "objects of the cluster cannot be read",
                metadata: ["resource.kind": "\(Object.resource.kind)", "error": "\(error)"]
            )
            self.changed()
        }
        switch error {
        // What is wrong in a watch is wrong again in one that goes on from the same place.
        case .tooLarge, .malformed: return .expired
        default: return .failed(retryAfter: error.refusal?.retryAfter)
        }
    }

    @discardableResult
    private func update<Result>(_ change: (inout Held) -> Result) -> Result {
        let result = self.held.withLockedValue { change(&$0) }
        self.changed()
        return result
    }
}
