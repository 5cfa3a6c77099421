import AgentProtocol
import NIOCore

/// A lead that does not answer is not given up before its heartbeats are over: it may only be slow. Meanwhile another
/// connection is looked for. On a way that was cut and is there again, a new connection is up at once, where the old one
/// may wait for seconds until TCP sends again (docs/decisions/0421-another-connection-meanwhile.md).
struct LeadSearch {
    let task: Task<Void, Never>
    /// The edge is being asked to take the new connection: from here on the old one may end because of it.
    var isDecided = false
    /// The new lead, when the edge has taken it.
    var found: LegHandle?
}

extension AgentSession {
    private static let firstPause = Duration.milliseconds(100)
    private static let longestPause = Duration.milliseconds(250)
    /// To connect, without TLS. An attempt that began just before the way is there again is in the way of the next one.
    private static let dialTimeout = TimeAmount.milliseconds(750)
    /// For the edge to take the new connection.
    private static let patience = Duration.seconds(3)

    /// The lead has, or has no longer, a heartbeat without an echo.
    func lead(_ leg: LegHandle, isLate: Bool) {
        if !isLate {
            if self.search?.isDecided == false { self.endSearch() }
        } else if self.search == nil {
            self.search = LeadSearch(task: Task { await self.look(for: leg) })
        }
    }

    /// The lead has ended: the one that the edge has taken in its place, if there is one.
    func successor() async -> LegHandle? {
        guard let search = self.search else { return nil }
        if search.isDecided { await search.task.value }
        let found = self.search?.found
        self.endSearch()
        return found
    }

    private func endSearch() {
        self.search?.task.cancel()
        self.search = nil
    }

    /// Looks until there is a new lead, or nobody needs it any more.
    private func look(for old: LegHandle) async {
        var pause = Self.firstPause
        while self.isWanted(old) {
            if let leg = try? await self.dial(self.configuration.server, number: 0, timeout: Self.dialTimeout) {
                guard self.isWanted(old) else { return await leg.disconnect() }
                self.search?.isDecided = true
                if await self.take(leg) {
                    self.search?.found = leg
                    // What it was for is the new one's; it would only be waited for.
                    return old.abandon()
                }
                await leg.disconnect()
                self.search?.isDecided = false
                self.wakeLeadWaiters()
            }
            // Only a cancellation ends the wait early, and with it the loop.
            try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
            pause = min(pause * 2, Self.longestPause)
        }
    }

    private func isWanted(_ old: LegHandle) -> Bool {
        !Task.isCancelled && !self.isClosed && self.search != nil && old.isSame(as: self.legs[0])
    }

    /// Has the edge take the leg in place of the lead.
    private func take(_ leg: LegHandle) async -> Bool {
        let limit = Task {
            do { try await Task.sleep(for: Self.patience) } catch { return }
            leg.abandon()
        }
        defer { limit.cancel() }
        do throws(CallError) {
            try await self.authenticate(leg, renewsLegs: true)
            return true
        } catch {
            return false
        }
    }
}
