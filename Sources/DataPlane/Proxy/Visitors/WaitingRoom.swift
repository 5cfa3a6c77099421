import Routing

/// Visitors whose endpoint has lost its agent a moment ago: they wait for a new table instead of getting an error
/// (`spec/agent-protocol.md` 13.6).
final class WaitingRoom {
    private var waiters: [EndpointPlace: [any WaitingVisitor]] = [:]

    /// - Returns: false when too many wait for endpoints of this place already.
    func enter(_ visitor: any WaitingVisitor, for place: EndpointPlace, limit: Int) -> Bool {
        guard self.waiters[place, default: []].count < limit else { return false }
        self.waiters[place, default: []].append(visitor)
        return true
    }

    func leave(_ visitor: any WaitingVisitor, for place: EndpointPlace) {
        self.waiters[place]?.removeAll { $0 === visitor }
        if self.waiters[place]?.isEmpty ?? false { self.waiters[place] = nil }
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
