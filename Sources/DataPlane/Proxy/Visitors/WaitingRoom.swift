import Addressing

/// Visitors whose endpoint has lost its agent a moment ago: they wait for a new table instead of getting an error
/// (`spec/agent-protocol.md` 13.6).
final class WaitingRoom {
    private var waiters: [EndpointURL: [any WaitingVisitor]] = [:]

    /// - Returns: false when too many wait for this URL already.
    func enter(_ visitor: any WaitingVisitor, for url: EndpointURL, limit: Int) -> Bool {
        guard self.waiters[url, default: []].count < limit else { return false }
        self.waiters[url, default: []].append(visitor)
        return true
    }

    func leave(_ visitor: any WaitingVisitor, for url: EndpointURL) {
        self.waiters[url]?.removeAll { $0 === visitor }
        if self.waiters[url]?.isEmpty ?? false { self.waiters[url] = nil }
    }

    /// Everyone looks again; who still finds nothing comes back.
    func tableChanged() {
        let all = self.waiters
        self.waiters = [:]
        for visitor in all.values.joined() { visitor.routeAgain() }
    }
}

protocol WaitingVisitor: AnyObject {
    /// It has left the room and looks at the table in force.
    func routeAgain()
}
