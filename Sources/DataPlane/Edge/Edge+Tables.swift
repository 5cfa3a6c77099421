package import Addressing
package import EdgeLink
package import Model
import NIOCore
import NIOSSL
import Proxy
import Routing
import Sessions

extension Edge: EdgeNode {
    package func apply(_ table: EndpointTable) async -> [ResourceID<EndpointKind>: Failure] {
        guard table.revision > self.revision, !self.loops.isEmpty else { return [:] }
        self.revision = table.revision
        let wanted = Set(table.endpoints.map(\.id))
        self.unserved = [:]
        await self.change(
            put: table.endpoints,
            removed: self.planner.ids.filter { !wanted.contains($0) },
            revision: table.revision
        )
        return self.unserved.mapValues(\.failure)
    }

    package func apply(_ changes: EndpointChanges) async -> [ResourceID<EndpointKind>: Failure]? {
        guard changes.base == self.revision, changes.revision > self.revision, !self.loops.isEmpty else { return nil }
        self.revision = changes.revision
        for id in changes.removed + changes.put.map(\.id) { self.unserved[id] = nil }
        let again = self.unserved.values.map(\.endpoint)
        self.unserved = [:]
        await self.change(put: changes.put + again, removed: changes.removed, revision: changes.revision)
        return self.unserved.mapValues(\.failure)
    }

    private func change(
        put: [RoutedEndpoint],
        removed: [ResourceID<EndpointKind>],
        revision: UInt64
    ) async {
        await self.compilePolicies(of: put)
        for id in removed { self.policies.remove(id) }
        if !self.isDraining { await self.openPorts(of: put) }
        var changed = EndpointGates()
        for endpoint in put { changed[endpoint.id] = self.policies.gates[endpoint.id] }
        let updates = self.planner.change(
            put: put.filter { self.unserved[$0.id] == nil },
            // What was served under another URL, and cannot be under its new one.
            removed: removed + self.unserved.keys.filter { self.planner.contains($0) },
            revision: revision
        )
        // An agent that goes with the edge is known to be gone when the loops are.
        guard !self.isStopped else { return }
        // All loops are told before one is waited for, so that no later update comes between.
        let told = zip(self.loops, updates).map { loop, update in
            loop.eventLoop.submit { [changed] in loop.value.proxy.publish(update, gates: changed) }
        }
        for loop in told {
            // A loop that has shut down needs no table. The old one is freed here.
            _ = try? await loop.get()
        }
        await self.closeUnusedPorts()
    }

    /// Makes the policies of these endpoints ready to run, and notes the endpoints whose policy this edge cannot run.
    /// Nothing is served anew meanwhile: one table is taken up at a time.
    private func compilePolicies(of endpoints: [RoutedEndpoint]) async {
        let made = await PolicyShelf.compile(self.policies.jobs(for: endpoints))
        for (endpoint, failure) in self.policies.put(made) { self.unserved[endpoint.id] = (endpoint, failure) }
    }

    /// Opens listeners for TCP endpoints that have none yet, and notes the endpoints for which that fails.
    private func openPorts(of endpoints: [RoutedEndpoint]) async {
        var failedPorts: [UInt16: Failure] = [:]
        for endpoint in endpoints where endpoint.url.scheme == .tcp && endpoint.binding == .public {
            let port = endpoint.url.port
            guard self.tcpListeners[port] == nil, let acceptor = self.acceptor else { continue }
            if let failure = failedPorts[port] {
                self.unserved[endpoint.id] = (endpoint, failure)
                continue
            }
            do {
                self.tcpListeners[port] = try await Listener.open(
                    .init(host: self.configuration.tcpHost, port: port),
                    on: self.loops
                ) { try acceptor.acceptTCP($0, $1, port: port) }
            } catch {
                let failure =
                    error as? Failure ?? Failure(.listenFailed, "Cannot listen on port \(port).", detail: "\(error)")
                failedPorts[port] = failure
                self.unserved[endpoint.id] = (endpoint, failure)
            }
        }
    }

    private func closeUnusedPorts() async {
        for (port, listener) in self.tcpListeners where !self.planner.serves(port: port) {
            self.tcpListeners[port] = nil
            await listener.close()
        }
    }

    package func apply(_ restrictions: VisitorRestrictions) async {
        guard restrictions.revision > self.restrictionsRevision else { return }
        self.restrictionsRevision = restrictions.revision
        await self.onEachLoop { $0.proxy.restrict(restrictions.lists) }
    }

    package func apply(_ orders: CaptureOrders) async {
        guard orders.revision > self.captureRevision else { return }
        self.captureRevision = orders.revision
        await self.tellLoops { $0.proxy.capture(orders) }
    }

    /// Each loop keeps a copy of what those who subscribe to events want.
    func followSubscribers() async {
        self.configuration.proxy.observation.whenWantedChanges { [weak self] in await self?.tellLoopsOfSubscribers() }
        // It may have become another since the loops were made.
        await self.tellLoopsOfSubscribers()
    }

    private func tellLoopsOfSubscribers() async {
        await self.tellLoops { $0.proxy.followSubscribers() }
    }

    package func apply(_ certificates: [DomainCertificate]) async -> [HostPattern: Failure] {
        let (changes, failures) = self.domainCertificates.take(certificates)
        // What changed alone: each loop has the others already.
        await self.tellLoops { loop in
            for change in changes { loop.domains.apply(change) }
        }
        return failures
    }

    package func apply(_ answers: ChallengeAnswers) async {
        guard answers.revision > self.challengeRevision else { return }
        self.challengeRevision = answers.revision
        var contexts: [HostName: NIOSSLContext] = [:]
        for (name, pair) in answers.certificates {
            // The edge made it a moment ago; the authority sees where it was not usable.
            contexts[name] = try? TLSContext(
                ServedCertificate(names: [name.text], chainPEM: pair.chainPEM, keyPEM: pair.keyPEM),
                protocols: [TLSContext.challengeProtocol]
            ).context
        }
        let files = ChallengeFiles(answers.files)
        await self.tellLoops { [contexts] loop in
            loop.proxy.challengeFiles = files
            loop.challenges = contexts
        }
    }

    /// All loops are told before one is waited for, so that nothing that is told later comes before it anywhere.
    private func tellLoops(_ work: @escaping @Sendable (EdgeLoop) -> Void) async {
        // An authority's answer may come in when the edge has ended.
        guard !self.isStopped else { return }
        let told = self.loops.map { loop in loop.eventLoop.submit { work(loop.value) } }
        for loop in told {
            // A loop that has shut down has nothing left to be told.
            _ = try? await loop.get()
        }
    }

    package func close(_ connection: ConnectionID, because failure: Failure?) async {
        guard let agent = self.directory.connection(connection) else { return }
        try? await agent.eventLoop.flatSubmit {
            agent.value.end(because: failure)
        }.get()
    }

    package func stopEndpoint(bindID: String, on connection: ConnectionID, because failure: Failure) async {
        guard let agent = self.directory.connection(connection) else { return }
        try? await agent.eventLoop.submit {
            agent.value.stopEndpoint(bindID: bindID, because: failure)
        }.get()
    }
}
